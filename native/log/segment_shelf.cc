#include "log/segment_shelf.h"

#include <algorithm>

#include "base/checks.h"

namespace ledgerstone::log {

using Guard = std::lock_guard<std::mutex>;

void SegmentShelf::Restore(std::vector<CatalogSegment> finished, TailSegment tail) {
  const Guard guard(mutex_);
  finished_ = std::move(finished);
  tail_ = std::move(tail);
}

void SegmentShelf::Publish(const std::optional<IndexEntry>& entry, uint64_t epoch, uint64_t size,
                           uint32_t chain) {
  const Guard guard(mutex_);
  LS_CHECK(epoch >= tail_.end.epoch && size > tail_.size);
  tail_.end.epoch = epoch;
  tail_.size = size;
  tail_.chain = chain;
  if (!entry.has_value()) return;
  LS_CHECK(entry->position == tail_.end.last + 1);
  if (tail_.entries.empty()) tail_.first_time = entry->time_micros;
  tail_.entries.push_back(*entry);
  tail_.end.last = entry->last();
  tail_.end.last_time = entry->time_micros;
}

void SegmentShelf::Finish(const CatalogSegment& finished, uint64_t next_size, uint32_t next_chain) {
  std::vector<IndexEntry> entries;
  const Guard guard(mutex_);
  LS_CHECK(tail_.number == finished_.size() + 1);
  finished_.push_back(finished);
  entries.swap(tail_.entries);
  tail_ = {tail_.number + 1, next_size, next_chain, 0, tail_.end, {}};
}

void SegmentShelf::Change(uint64_t number, const CatalogSegment& segment) {
  OpenSegmentPtr closed;
  const Guard guard(mutex_);
  LS_CHECK(number > 0 && number <= finished_.size());
  const bool moved = finished_[number - 1].directory != segment.directory;
  finished_[number - 1] = segment;
  const auto found = open_.find(number);
  if (!moved || found == open_.end()) return;
  closed = std::move(found->second);
  open_.erase(found);
}

void SegmentShelf::Close() {
  closed_.store(true, std::memory_order_release);
  std::map<uint64_t, OpenSegmentPtr> closed;
  const Guard guard(mutex_);
  closed.swap(open_);
}

Status SegmentShelf::CheckOpen() const {
  return closed_.load(std::memory_order_acquire) ? Status::Closed("the event log") : Status::Ok();
}

LogPoint SegmentShelf::End() const {
  const Guard guard(mutex_);
  return tail_.number == 0 && !finished_.empty() ? PointAfter(finished_.back()) : tail_.end;
}

std::vector<CatalogSegment> SegmentShelf::Finished() const {
  const Guard guard(mutex_);
  return finished_;
}

CatalogSegment SegmentShelf::Finished(uint64_t number) const {
  const Guard guard(mutex_);
  LS_CHECK(number > 0 && number <= finished_.size());
  return finished_[number - 1];
}

AllSegments SegmentShelf::All() const {
  const Guard guard(mutex_);
  return {finished_, {tail_.number, tail_.size, tail_.chain, tail_.first_time, tail_.end, {}}};
}

CatalogSegment SegmentShelf::TailSummary() const {
  const Guard guard(mutex_);
  CatalogSegment summary;
  summary.records = static_cast<uint32_t>(tail_.entries.size());
  summary.first = tail_.entries.empty() ? 0 : tail_.entries.front().position;
  summary.last = tail_.end.last;
  summary.first_time = tail_.first_time;
  summary.last_time = tail_.end.last_time;
  summary.epoch = tail_.end.epoch;
  return summary;
}

LogPoint SegmentShelf::Before(uint64_t number) const {
  const Guard guard(mutex_);
  LS_CHECK(number > 0 && number <= finished_.size() + 1);
  return number == 1 ? LogPoint{} : PointAfter(finished_[number - 2]);
}

// Requires mutex_. The number of the segment that holds a position up to the end.
uint64_t SegmentShelf::NumberAt(uint64_t position) const {
  const auto found =
      std::partition_point(finished_.begin(), finished_.end(),
                           [&](const CatalogSegment& segment) { return segment.last < position; });
  return static_cast<uint64_t>(found - finished_.begin()) + 1;
}

Status SegmentShelf::FindPosition(uint64_t position, FoundRecord* found) {
  uint64_t number = 0;
  IndexEntry entry;
  uint64_t size = 0;
  {
    const Guard guard(mutex_);
    number = NumberAt(position);
    if (number > finished_.size()) {
      const auto at =
          std::partition_point(tail_.entries.begin(), tail_.entries.end(),
                               [&](const IndexEntry& each) { return each.last() < position; });
      LS_CHECK(at != tail_.entries.end() && at->position <= position);
      entry = *at;
      size = tail_.size;
      found->segment_last = tail_.end.last;
    }
  }
  if (size > 0) return FindInTail(entry, number, size, found);
  return FindIn(
      number,
      [&](const SegmentIndex& index, IndexEntry* at) { return index.FindPosition(position, at); },
      found);
}

Status SegmentShelf::FindTime(uint64_t time_micros, uint64_t* position) {
  uint64_t number = 0;
  {
    const Guard guard(mutex_);
    const auto end = finished_.end();
    auto at = std::partition_point(finished_.begin(), end, [&](const CatalogSegment& segment) {
      return segment.last_time < time_micros;
    });
    while (at != end && at->first == 0) ++at;
    if (at == end) {
      const auto entry =
          std::partition_point(tail_.entries.begin(), tail_.entries.end(),
                               [&](const auto& each) { return each.time_micros < time_micros; });
      const uint64_t last =
          tail_.number == 0 && !finished_.empty() ? finished_.back().last : tail_.end.last;
      *position = entry == tail_.entries.end() ? last + 1 : entry->position;
      return Status::Ok();
    }
    if (time_micros <= at->first_time) {
      *position = at->first;
      return Status::Ok();
    }
    number = static_cast<uint64_t>(at - finished_.begin()) + 1;
  }
  FoundRecord found;
  LS_RETURN_IF_ERROR(FindIn(
      number,
      [&](const SegmentIndex& index, IndexEntry* at) { return index.FindTime(time_micros, at); },
      &found));
  *position = found.entry.position;
  return Status::Ok();
}

}  // namespace ledgerstone::log
