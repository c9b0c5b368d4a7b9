#include "log/event_cursor.h"

#include <algorithm>

#include "base/checks.h"

namespace ledgerstone::log {

ShelfCursor::ShelfCursor(std::shared_ptr<SegmentShelf> shelf, StoreId log_id, uint64_t from,
                         uint64_t to)
    : shelf_(std::move(shelf)), log_id_(log_id), next_(from), to_(to) {}

Status ShelfCursor::Next(EventBatch* batch) {
  batch->first = 0;
  batch->events.clear();
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  while (next_ <= to_ && batch->events.empty()) {
    if (!reader_.has_value() || reader_->AtEnd()) LS_RETURN_IF_ERROR(OpenAt(next_));
    const Status status = ReadRecord(batch);
    if (status.ok()) continue;
    batch->events.clear();
    reader_.reset();
    return Lost(status);
  }
  return Status::Ok();
}

Status ShelfCursor::OpenAt(uint64_t position) {
  reader_.reset();
  FoundRecord found;
  LS_RETURN_IF_ERROR(shelf_->FindPosition(position, &found));
  segment_last_ = found.segment_last;
  file_ = found.file;
  reader_.emplace(found.source, found.file, FileSeed(log_id_, found.segment), found.entry.offset,
                  found.records_end, RecordSize(found.entry.length));
  return Status::Ok();
}

Status ShelfCursor::Lost(const Status& status) const {
  if (!status.Is(StatusCode::kCorruption)) return status;
  return status.WithContext("events from " + std::to_string(next_) + " to " +
                            std::to_string(std::min(segment_last_, to_)) + " are unreadable");
}

Status ShelfCursor::ReadRecord(EventBatch* batch) {
  const uint64_t offset = reader_->offset();
  RecordHeader header;
  Slice payload;
  LS_RETURN_IF_ERROR(reader_->Next(&header, &payload));
  if (header.type != RecordType::kEvents || header.entry_count == 0) return Status::Ok();
  const uint64_t first = header.first_sequence;
  const uint64_t last = first + header.entry_count - 1;
  if (first > next_ || last < next_ || payload.size() < kEventsHeaderSize ||
      !SplitEvents(payload.substr(kEventsHeaderSize), header.entry_count, &batch->events)) {
    return Status::Corruption(
        "a sound record holds events that are not", {file_, offset},
        "events that begin with " + std::to_string(next_),
        std::to_string(header.entry_count) + " from " + std::to_string(first));
  }
  const EventsHeader events = DecodeEventsHeader(payload);
  const auto begin = batch->events.begin();
  const uint64_t stop = std::min(last, to_);
  batch->events.erase(begin + static_cast<std::ptrdiff_t>(stop - first + 1), batch->events.end());
  batch->events.erase(begin, begin + static_cast<std::ptrdiff_t>(next_ - first));
  batch->first = next_;
  batch->time_micros = events.time_micros;
  batch->epoch = events.epoch;
  next_ = stop + 1;
  return Status::Ok();
}

}  // namespace ledgerstone::log
