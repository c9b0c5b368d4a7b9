// Reads events in order from the shelf, record by record.
//
// 1. Every record is checked before its events are handed on; damage is told with the positions
//    that can't be read, and the cursor stays there.
// 2. Used by one thread; keeps the shelf, not the log.
#pragma once

#include <memory>
#include <optional>

#include "ledgerstone/event_log.h"
#include "log/record_reader.h"
#include "log/segment_shelf.h"

namespace ledgerstone::log {

class ShelfCursor final : public EventCursor {
 public:
  // Positions from..to, all of them durable; none when from > to.
  ShelfCursor(std::shared_ptr<SegmentShelf> shelf, StoreId log_id, uint64_t from, uint64_t to);

  Status Next(EventBatch* batch) override;

 private:
  Status OpenAt(uint64_t position);
  Status ReadRecord(EventBatch* batch);
  Status Lost(const Status& status) const;

  const std::shared_ptr<SegmentShelf> shelf_;
  const StoreId log_id_;
  uint64_t next_;
  const uint64_t to_;
  uint64_t segment_last_ = 0;
  std::string file_;
  std::optional<RecordReader> reader_;
};

}  // namespace ledgerstone::log
