// Asking an open log: chains, times, cursors, segments.
#include "base/checks.h"
#include "log/event_cursor.h"
#include "log/event_log_impl.h"

namespace ledgerstone::log {

Status EventLogImpl::Chain(uint64_t position, uint32_t* chain, uint64_t* last) {
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  const uint64_t durable = DurablePosition();
  if (position == 0 || position > durable) {
    return Status::InvalidArgument("there is no event " + std::to_string(position) +
                                   "; the log has 1 to " + std::to_string(durable));
  }
  FoundRecord found;
  LS_RETURN_IF_ERROR(shelf_->FindPosition(position, &found));
  *chain = found.chain;
  *last = found.entry.last();
  return Status::Ok();
}

Status EventLogImpl::Read(uint64_t from, uint64_t to, std::unique_ptr<EventCursor>* cursor) {
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  if (from == 0) return Status::InvalidArgument("positions begin with 1");
  const uint64_t durable = DurablePosition();
  if (to == 0 || to > durable) to = durable;
  *cursor = std::make_unique<ShelfCursor>(shelf_, log_id_, from, to);
  return Status::Ok();
}

Status EventLogImpl::SeekTime(uint64_t time_micros, uint64_t* position) {
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  return shelf_->FindTime(time_micros, position);
}

std::vector<SegmentFacts> EventLogImpl::Segments() const {
  std::vector<SegmentFacts> all;
  if (!shelf_->CheckOpen().ok()) return all;
  const auto [finished, tail] = shelf_->All();
  for (const CatalogSegment& segment : finished) {
    SegmentFacts facts;
    facts.number = all.size() + 1;
    facts.first = segment.first;
    facts.first_time_micros = segment.first_time;
    facts.last = segment.first == 0 ? 0 : segment.last;
    facts.last_time_micros = segment.first == 0 ? 0 : segment.last_time;
    facts.bytes = segment.size;
    facts.finished = true;
    facts.archived = segment.archived();
    facts.directory = segment.directory;
    facts.chain = segment.closing_checksum;
    if (segment.digested()) facts.digest = DigestText(segment.digest);
    all.push_back(std::move(facts));
  }
  if (tail.number == 0) return all;
  SegmentFacts facts;
  facts.number = tail.number;
  facts.first_time_micros = tail.first_time;
  facts.bytes = tail.size;
  facts.chain = tail.chain;
  const LogPoint before = finished.empty() ? LogPoint{} : PointAfter(finished.back());
  if (tail.end.last > before.last) {
    facts.first = before.last + 1;
    facts.last = tail.end.last;
    facts.last_time_micros = tail.end.last_time;
  }
  all.push_back(std::move(facts));
  return all;
}

}  // namespace ledgerstone::log
