// The catalog of an event log's segments, the index of the indexes: file CATALOG. Format page:
// docs/format/event-log.md.
//
//   catalog := file_header (kind 'S', number 0)
//              newest: u64             number of the newest segment known to have been made
//              clean_close: 32 bytes   segment_end where the log was closed; segment 0: it was not
//              directory_count: u32, segment_count: u32
//              directory_count times:  length: u32, bytes
//              segment_count times:    catalog_segment, segment 1 first
//              checksum: u32           crc32c of all between the file header and here, seeded with
//                                      Crc32cSeed(FileSeed(log, 0), 48)
//   catalog_segment := place: u32 (0: live, else the number of a directory, from 1), records: u32,
//              first: u64, last: u64, first_time: u64, last_time: u64, epoch: u64, size: u64,
//              chain: u32, closing_checksum: u32, digest: 16 bytes
//
// 1. It lists every finished segment, from 1 on without a hole; archived ones come first.
// 2. Truth here is the log's id, the newest segment's number, the clean close, and where archived
//    segments are. The rest is derived from segments and compared with them by Verify.
// 3. It is replaced as a whole: it changes about once for each segment, and 10,000 of them take
//    less than 1 MiB.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/file_digest.h"
#include "log/format.h"

namespace ledgerstone::log {

// A finished segment.
struct CatalogSegment {
  std::string directory{};  // of an archived one; empty: live
  uint32_t records = 0;     // with events: entries of its index
  uint64_t first = 0;       // position of its first event; 0: none inside
  uint64_t last = 0;        // the log's last position up to its end
  uint64_t first_time = 0;  // 0: no events inside
  uint64_t last_time = 0;   // the log's last time up to its end
  uint64_t epoch = 0;       // the log's at its end
  uint64_t size = 0;        // of the whole file
  uint32_t chain = 0;       // of the record before the closing one
  uint32_t closing_checksum = 0;
  Digest digest{};  // zeros: not read back yet

  bool archived() const { return !directory.empty(); }
  bool digested() const { return digest != Digest{}; }
  // What its closing record says, given its number.
  SegmentEnd End(uint64_t number) const;
  bool operator==(const CatalogSegment&) const = default;
};

struct Catalog {
  StoreId log_id{};
  uint64_t newest = 0;
  std::optional<SegmentEnd> clean_close{};
  std::vector<CatalogSegment> segments{};  // segment 1 first

  // How the last listed segment ended; zeros when there is none.
  SegmentEnd LastEnd() const;
};

// Bytes of a closing record.
inline constexpr uint64_t kClosingRecordSize = RecordSize(kSegmentEndSize);

std::string EncodeCatalog(const Catalog& catalog);
Status DecodeCatalog(Slice bytes, Catalog* catalog);
Status LoadCatalog(Env* env, const std::string& directory, Catalog* catalog);
Status StoreCatalog(Env* env, const std::string& directory, const Catalog& catalog);
std::string CatalogText(const Catalog& catalog);

}  // namespace ledgerstone::log
