// Reads every record of a damaged segment that is whole, also behind damage, and lists what lies
// between them. Where scan.h stops at the first break, this goes on: what it finds is no prefix.
//
// 1. A record counts when its header checksum, payload checksum and padding hold at its place.
// 2. A gap is bytes that are no such record, or records that do not follow each other by their
//    chain though no byte lies between them (begin and end are then the same). Zeros behind a
//    closing record are none.
#pragma once

#include <string>
#include <vector>

#include "log/scan.h"

namespace ledgerstone::log {

struct SegmentGap {
  uint64_t begin = 0;  // bytes [begin, end) of the file
  uint64_t end = 0;
  Sequence first_sequence = 0;  // of entries that may have been there
  Sequence last_sequence = 0;   // 0: unknown, nothing readable follows
  bool durable = false;         // a promise says that these bytes were durable
  std::string reason;
  // Zeros up to the end of the file: in the newest segment of a log no loss, but prepared space.
  bool space = false;
};

// Read errors are gaps; the status is what `visit` returns, or the file that can't be opened.
Status SalvageSegment(Env* env, const std::string& path, const std::string& file,
                      const StoreId& store_id, uint64_t segment, const RecordVisitor& visit,
                      std::vector<SegmentGap>* gaps);

}  // namespace ledgerstone::log
