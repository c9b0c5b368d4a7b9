// Reads one segment front to back and finds where its good part ends; what that end means is
// recovery.h's business.
//
// 1. A read error is returned as such; it is never taken for the end of the log.
// 2. Records of every type are handed on, each only after both checksums, the padding and the chain
//    have been checked. The payload is readable during the visit only.
// 3. After the first bad record the rest is searched, at every multiple of 8, for record headers of
//    this very segment and place, for their promises; none of them is handed on.
// 4. Zeros alone behind the last good record are space prepared for writing, not a break.
// 5. No length is followed or allocated before its checksum held and the file was seen to be that
//    long.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ledgerstone/env.h"
#include "log/format.h"

namespace ledgerstone::log {

struct ScanResult {
  uint64_t segment = 0;
  std::string file;  // name, for errors
  uint64_t file_size = 0;
  bool header_whole = false;    // false: shorter than a file header, all of it zero, or garbled
  bool header_garbled = false;  // long enough and not zero, but magic or checksum are wrong
  uint64_t good_size = 0;       // end of the last good record (0 when the header is not whole)
  uint32_t chain = 0;           // of the last good record
  Sequence first_sequence = 0;  // of the first and last entry in good records; 0 when none
  Sequence last_sequence = 0;
  bool opened = false;  // an opening record was read
  SegmentEnd opening;
  bool closed = false;  // the last good record is a closing one; more bytes are a break
  SegmentEnd closing;
  // Why reading stopped before file_size; empty at a clean end, also when zeros follow it.
  std::string break_reason;
  uint64_t content_size = 0;     // end of the last byte that is not zero, at least good_size
  uint64_t durable_promise = 0;  // highest durable_offset of any valid header, beyond the break too
  bool valid_beyond = false;     // valid record headers stand behind the break
  Sequence last_sequence_beyond = 0;
  std::optional<uint32_t> chain_at;  // of the good record that ends at the offset asked for

  // Zeros behind the last good record, and nothing else.
  bool has_space() const { return break_reason.empty() && good_size < file_size; }
};

using RecordVisitor =
    std::function<Status(const RecordHeader& header, uint64_t offset, Slice payload)>;

// Scans `path`. Fails on read errors, on a header that is whole but another file's or a newer
// format's (CheckFileHeader), on a record that is sound but cannot be (unknown type, sequences that
// run backwards, an opening or closing that lies: no crash makes these), and with what `visit`
// returns: a record whose payload the visitor finds corrupt is a failure too, never a tail.
// `chain_offset`, when not 0, asks for ScanResult::chain_at. A file longer than `limit` is taken to
// end there: for a segment that somebody writes to.
Status ScanSegment(Env* env, const std::string& path, const std::string& file, FileKind kind,
                   const StoreId& store_id, uint64_t segment, const RecordVisitor& visit,
                   ScanResult* result, uint64_t chain_offset = 0, uint64_t limit = ~uint64_t{0});

}  // namespace ledgerstone::log
