#include "log/event_scan.h"

#include "base/checks.h"
#include "base/text.h"

namespace ledgerstone::log {
namespace {

class Collector {
 public:
  Collector(const SegmentPlace& place, SegmentContents* contents)
      : place_(place), contents_(contents) {}

  Status Visit(const RecordHeader& header, uint64_t offset, Slice payload) {
    LogPoint* end = &contents_->end;
    if (header.type == RecordType::kOpening) {
      const uint64_t last = contents_->scan.opening.last_sequence;
      if (last == end->last) return Status::Ok();
      return Nonsense("a segment that does not go on at the position the log had reached", offset,
                      std::to_string(end->last), std::to_string(last));
    }
    if (header.type == RecordType::kPromise || header.type == RecordType::kClosing)
      return Status::Ok();
    if (header.type != RecordType::kEvents || payload.size() < kEventsHeaderSize) {
      return Nonsense("a record that is none of an event log", offset, "type 6 of 16 bytes or more",
                      "type " + std::to_string(static_cast<int>(header.type)) + " of " +
                          std::to_string(payload.size()) + " bytes");
    }
    const EventsHeader events = DecodeEventsHeader(payload);
    if (events.epoch < end->epoch) {
      return Nonsense("epochs run backwards", offset, std::to_string(end->epoch) + " or above",
                      std::to_string(events.epoch));
    }
    if (!SplitEvents(payload.substr(kEventsHeaderSize), header.entry_count, nullptr)) {
      return Nonsense("a sound record holds events that are not", offset,
                      std::to_string(header.entry_count) + " events", "something else");
    }
    end->epoch = events.epoch;
    return header.entry_count == 0 ? Status::Ok() : Add(header, offset, events.time_micros);
  }

 private:
  Status Nonsense(std::string message, uint64_t offset, std::string expected,
                  std::string found) const {
    return Status::Corruption(std::move(message), {place_.file, offset}, std::move(expected),
                              std::move(found));
  }

  Status Add(const RecordHeader& header, uint64_t offset, uint64_t time_micros) {
    LogPoint* end = &contents_->end;
    if (header.first_sequence != end->last + 1) {
      return Nonsense("positions do not follow each other", offset, std::to_string(end->last + 1),
                      std::to_string(header.first_sequence));
    }
    if (time_micros < end->last_time) {
      return Nonsense("times run backwards", offset, std::to_string(end->last_time) + " or later",
                      std::to_string(time_micros));
    }
    IndexEntry entry;
    entry.position = header.first_sequence;
    entry.time_micros = time_micros;
    entry.offset = offset;
    entry.length = header.payload_size;
    entry.payload_checksum = header.payload_checksum;
    entry.count = header.entry_count;
    if (contents_->entries.empty()) contents_->first_time = time_micros;
    contents_->entries.push_back(entry);
    end->last = entry.last();
    end->last_time = time_micros;
    return Status::Ok();
  }

  const SegmentPlace& place_;
  SegmentContents* contents_;
};

std::string EndText(const CatalogSegment& segment) {
  return "positions " + std::to_string(segment.first) + " to " + std::to_string(segment.last) +
         " in " + std::to_string(segment.records) + " records, times " +
         std::to_string(segment.first_time) + " to " + std::to_string(segment.last_time) +
         ", epoch " + std::to_string(segment.epoch) + ", " + std::to_string(segment.size) +
         " bytes, chain " + Hex32(segment.chain) + " then " + Hex32(segment.closing_checksum);
}

}  // namespace

Status ScanEvents(Env* env, const SegmentPlace& place, const LogPoint& before,
                  SegmentContents* contents, uint64_t chain_offset) {
  *contents = SegmentContents{};
  contents->end = before;
  Collector collector(place, contents);
  return ScanSegment(
      env, place.path, place.file, FileKind::kEventLog, place.log_id, place.number,
      [&](const RecordHeader& header, uint64_t offset, Slice payload) {
        return collector.Visit(header, offset, payload);
      },
      &contents->scan, chain_offset, place.limit);
}

CatalogSegment SummaryOf(const SegmentContents& contents) {
  CatalogSegment segment;
  segment.records = static_cast<uint32_t>(contents.entries.size());
  segment.first = contents.entries.empty() ? 0 : contents.entries.front().position;
  segment.last = contents.end.last;
  segment.first_time = contents.first_time;
  segment.last_time = contents.end.last_time;
  segment.epoch = contents.end.epoch;
  segment.size = contents.scan.closed ? contents.scan.good_size : 0;
  segment.chain = contents.scan.closing.chain;
  segment.closing_checksum = contents.scan.closing.closing_checksum;
  return segment;
}

Status ScanFinished(Env* env, const SegmentPlace& place, const CatalogSegment& listed,
                    const LogPoint& before, SegmentContents* contents) {
  LS_RETURN_IF_ERROR(ScanEvents(env, place, before, contents));
  const ScanResult& scan = contents->scan;
  if (!scan.closed || !scan.break_reason.empty()) {
    return Status::Corruption(
        "events from " + std::to_string(contents->end.last + 1) + " to " +
            std::to_string(listed.last) + " are unreadable",
        {place.file, scan.good_size}, "records up to a closing one",
        scan.break_reason.empty() ? "the end of the file" : scan.break_reason);
  }
  CatalogSegment found = SummaryOf(*contents);
  found.directory = listed.directory;
  found.digest = listed.digest;
  if (found == listed) return Status::Ok();
  return Status::Corruption("a log segment is not the one that the catalog lists", {place.file},
                            EndText(listed), EndText(found));
}

}  // namespace ledgerstone::log
