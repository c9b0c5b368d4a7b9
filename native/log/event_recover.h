// What an event log's directory holds, read and judged, with nothing changed.
//
// 1. Segments that the catalog lists as finished are not read, only looked for; the others (the one
//    under way, and one or two more after a crash) are scanned, and the recovery verdict decides.
// 2. A catalog that is missing or damaged is Corruption: it alone knows where archived segments
//    are.
#pragma once

#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/event_catalog.h"
#include "log/event_scan.h"
#include "log/recovery.h"
#include "log/segment_shelf.h"

namespace ledgerstone::log {

struct RecoveredLog {
  Catalog catalog;
  std::vector<uint64_t> numbers;       // of all segment files beside the catalog, rising
  std::vector<SegmentContents> scans;  // of those the catalog does not list, rising
  RecoveryVerdict verdict;

  // The catalog's segments and those that the scans found finished.
  std::vector<CatalogSegment> Finished() const;
  // What was scanned of the segment that is not closed; number 0 when there is none.
  TailSegment Tail() const;
  // The log ends where it was closed.
  bool EndsAtCleanClose() const;
};

enum class DirectoryHolds : uint8_t { kNothing, kLog, kOther };

// Judges a directory by its names; `stranger` is one that none of ours has. Segments without a
// catalog are Corruption.
Status ClassifyDirectory(Env* env, const std::string& directory, DirectoryHolds* holds,
                         std::string* stranger);
Status RecoverEventLog(Env* env, const std::string& directory, RecoveredLog* recovered);

}  // namespace ledgerstone::log
