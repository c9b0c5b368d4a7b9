// The recovery verdict: from what scanning found to what must happen. Pure; tested as a table.
//
//   a bad record below any promise, or in a segment that is not the last   corruption: refuse
//   a segment missing, or an opening that does not repeat the closing
//   before it                                                              corruption: refuse
//   a log shorter than its clean close                                     corruption: refuse
//   any other bad record                                                   unsynced tail: cut there
//   zeros alone behind the last record of the last segment                 space: cut, nothing lost
//
// 1. The newest segment may be empty, or torn before its opening record was whole. It is then cut
//    to 0 and its predecessor is the tail: closed or, when nothing valid is in the newest, open.
// 2. A verdict that is not OK has no cuts and no tail.
// The whole table with its reasons: docs/format/log.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "log/scan.h"

namespace ledgerstone::log {

// What the owner knows beyond the segments themselves.
struct RecoveryKnowledge {
  uint64_t first_segment = 0;  // the oldest segment that must be there
  uint64_t last_segment = 0;   // the newest one known to have been created
  // Set when the owner recorded a clean close: that segment must reach `size` with `chain` there.
  // It must have been scanned with `size` as chain_offset.
  std::optional<SegmentEnd> clean_close = std::nullopt;
  std::string file_suffix = ".wal";  // names a missing segment in the error
};

struct TailCut {
  uint64_t segment = 0;
  uint64_t offset = 0;  // where to cut; 0: the file goes, and its number is used again
  // Cut away, without zeros at the end; 0 for a newest segment that was created and never filled,
  // and for space that was prepared for writing: then nothing was lost.
  uint64_t bytes = 0;
  bool valid_beyond = false;  // valid records stood behind the cut
  std::string reason;
};

// Where writing goes on: Writer::Reopen with these, or when it is closed, Writer::Create of the
// next segment with `closing` as `previous`.
struct LogTail {
  uint64_t segment = 0;  // 0: no segment is left; begin with knowledge.first_segment
  uint64_t size = 0;
  bool closed = false;
  SegmentEnd closing;
};

struct RecoveryVerdict {
  Status status;              // corruption with file, offset and the positions lost; or OK
  std::vector<TailCut> cuts;  // in the last segment, or in the last two; newest first
  LogTail tail;
  Sequence last_sequence = 0;  // of the good part
  uint32_t chain = 0;
};

// `segments` in rising order, as found in the directory (numbers >= first_segment).
RecoveryVerdict DecideRecovery(const std::vector<ScanResult>& segments,
                               const RecoveryKnowledge& knowledge);

}  // namespace ledgerstone::log
