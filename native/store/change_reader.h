// Walks the log for one reader of changes: from segment to segment, record to record, batch to
// batch.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "ledgerstone/changes.h"
#include "ledgerstone/env.h"
#include "log/cursor.h"
#include "store/batch_format.h"
#include "store/feed.h"

namespace ledgerstone {

// What the walk needs to know of the store. Safe from any thread.
class ChangeSource {
 public:
  virtual ~ChangeSource() = default;
  // The oldest segment that may hold batches that end above `after`. NotRetained when a segment
  // with some of them was let go.
  virtual Status SegmentAfter(Sequence after, uint64_t* number) const = 0;
  virtual bool KnowsSegment(uint64_t number) const = 0;
  virtual Status OpenSegment(uint64_t number, uint64_t offset,
                             std::unique_ptr<log::Cursor>* cursor) const = 0;
  // OK while there is a store to read from.
  virtual Status Usable() const = 0;
};

struct ChangeBatch {
  Sequence first = 0;
  uint32_t count = 0;
  Slice entries;
  Sequence last() const { return first + count - 1; }
};

class LogChangeReader final : public ChangeReader {
 public:
  // Both outlive the reader.
  LogChangeReader(const ChangeSource* source, Feed* feed, const ChangesOptions& options);

  Status Read(char* out, size_t size, Chunk* chunk) override;
  void Wait(uint64_t through, std::function<void()> ready) override;
  // The next batch, readable until the next call; nothing when all there is was given.
  Status Next(std::optional<ChangeBatch>* batch);

 private:
  Status CheckNothingPassed(Sequence last) const;
  Status Fill(char* out, size_t size, Chunk* chunk);
  Status NextRecord(bool* found);
  Status OpenSegment();
  Status NextOfRecord(std::optional<ChangeBatch>* batch);

  const ChangeSource* const source_;
  Feed* const feed_;
  const ChangesOptions options_;
  Sequence through_;  // all up to here was given
  Status failure_;    // of the last Read; given by every later one

  uint64_t segment_ = 0;  // 0: to be found
  uint64_t offset_ = 0;   // where to begin in it
  std::unique_ptr<log::Cursor> cursor_;

  // The record at hand, while entries_ is there.
  std::optional<BatchReader> entries_;
  Slice payload_;
  Sequence record_end_ = 0;  // behind its last sequence
  Sequence batch_first_ = 0;
  size_t batch_at_ = 0;
  uint32_t batch_count_ = 0;          // entries of it that were read
  std::optional<ChangeBatch> unfit_;  // did not fit into the last chunk
};

}  // namespace ledgerstone
