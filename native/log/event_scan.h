// Reads a whole event segment: the scan every log segment gets, and what its events records say.
//
// 1. Beyond scan.h, a record's payload must split into its events, positions must follow each other
//    without a hole, and times and epochs must not run backwards. What fails there is sound by its
//    checksums, so no crash made it: Corruption.
#pragma once

#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/event_catalog.h"
#include "log/event_format.h"
#include "log/scan.h"

namespace ledgerstone::log {

// Where a log stands at some point: what the next record must not fall behind.
struct LogPoint {
  uint64_t last = 0;       // position of the last event
  uint64_t last_time = 0;  // of the last event
  uint64_t epoch = 0;
};

inline LogPoint PointAfter(const CatalogSegment& segment) {
  return {segment.last, segment.last_time, segment.epoch};
}

struct SegmentContents {
  ScanResult scan;
  std::vector<IndexEntry> entries;  // of its good records with events
  uint64_t first_time = 0;          // 0: no events
  LogPoint end;                     // after its good part
};

struct SegmentPlace {
  std::string path;
  std::string file;  // its name, for errors
  StoreId log_id{};
  uint64_t number = 0;
  uint64_t limit = ~uint64_t{0};  // as ScanSegment's
};

// `before` is where the log stood when the segment began.
Status ScanEvents(Env* env, const SegmentPlace& place, const LogPoint& before,
                  SegmentContents* contents, uint64_t chain_offset = 0);
// What the catalog lists of a segment that was scanned up to its closing record.
CatalogSegment SummaryOf(const SegmentContents& contents);
// As ScanEvents; anything but a whole, finished segment as the catalog lists it is Corruption.
Status ScanFinished(Env* env, const SegmentPlace& place, const CatalogSegment& listed,
                    const LogPoint& before, SegmentContents* contents);

}  // namespace ledgerstone::log
