// Bytes of a log segment, shared by writer, reader and inspector. Format page: docs/format/log.md.
//
//   segment := file_header (kind 'W', 'E' or 'M'; base/file_header.h)
//              record*
//   record  := header: 40 bytes, payload: payload_size bytes, zero padding to a multiple of 8
//   header  := header_checksum: u32   crc32c of the 36 bytes that follow, seeded
//              payload_checksum: u32  crc32c of the payload, seeded
//              previous_checksum: u32 header_checksum of the record before (chain); of a segment's
//                                     opening record: of the closing record it follows, or 0
//              payload_size: u32
//              first_sequence: u64    of the entries inside, or the position of an edit
//              durable_offset: u64    bytes of this segment known durable when this was written:
//                                     the promise
//              entry_count: u32
//              type: u8               see RecordType
//              reserved: 3 bytes      0
//   Both checksums are seeded with Crc32cSeed(FileSeed(store, segment), offset of the record).
//
// 1. Records start at multiples of 8; the first one stands at kFileHeaderSize. Padding is checked.
// 2. The first record of every segment is `opening`, a finished segment's last is `closing`; both
//    hold a SegmentEnd, and an opening repeats what its predecessor's closing says.
// 3. Since header_checksum covers payload_checksum and previous_checksum, it is the chain value:
//    equal chain values mean equal logs up to there.
#pragma once

#include <cstdint>
#include <string>

#include "base/file_header.h"
#include "base/internal_key.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone::log {

inline constexpr size_t kRecordHeaderSize = 40;
inline constexpr size_t kRecordAlignment = 8;
inline constexpr uint32_t kPayloadBytesMax = uint32_t{1} << 30;

// Frozen.
enum class RecordType : uint8_t {
  kBatch = 1,     // write batches of one commit group (write-ahead log)
  kPromise = 2,   // no payload; carries a durable_offset for an idle log
  kOpening = 3,   // SegmentEnd of the predecessor
  kClosing = 4,   // SegmentEnd of this segment
  kEdit = 5,      // a version edit (manifest)
  kEvents = 6,    // events of one commit group (event log)
  kIngested = 7,  // no payload; the manifest holds an ingestion of this sequence
};

struct RecordHeader {
  uint32_t header_checksum = 0;
  uint32_t payload_checksum = 0;
  uint32_t previous_checksum = 0;
  uint32_t payload_size = 0;
  uint64_t first_sequence = 0;
  uint64_t durable_offset = 0;
  uint32_t entry_count = 0;
  RecordType type = RecordType::kBatch;
};

// How a segment ended.
//   segment_end := segment: u64, last_sequence: u64, size: u64 (bytes before the closing record),
//                  chain: u32 (header_checksum of the record before the closing one), 0: u32
struct SegmentEnd {
  uint64_t segment = 0;
  Sequence last_sequence = 0;
  uint64_t size = 0;
  uint32_t chain = 0;
  // header_checksum of the closing record itself. Not among the 32 bytes: a closing record carries
  // it as its own checksum, an opening record as its previous_checksum.
  uint32_t closing_checksum = 0;
  bool operator==(const SegmentEnd&) const = default;
};
inline constexpr size_t kSegmentEndSize = 32;

std::string EncodeSegmentEnd(const SegmentEnd& end);
// False when the size or the zero field is wrong. Leaves closing_checksum at 0.
bool DecodeSegmentEnd(Slice bytes, SegmentEnd* end);

// Fills header_checksum and writes the 40 bytes. `seed` is Crc32cSeed(file seed, record offset).
void EncodeRecordHeader(uint32_t seed, RecordHeader* header, char* destination);
// False when the header checksum does not hold; nothing else about the bytes may then be trusted.
bool DecodeRecordHeader(uint32_t seed, const char* source, RecordHeader* header);

inline constexpr uint64_t AlignRecord(uint64_t offset) {
  return (offset + kRecordAlignment - 1) & ~uint64_t{kRecordAlignment - 1};
}

// Bytes of a whole record: header, payload and padding.
inline constexpr uint64_t RecordSize(uint32_t payload_size) {
  return kRecordHeaderSize + AlignRecord(payload_size);
}
// The bytes of a header that hold the type and the reserved zeros, as one number: a RecordType of
// this version exactly when it is in [kRecordTypeMin, kRecordTypeMax].
inline constexpr size_t kRecordTypeOffset = 36;
inline constexpr uint32_t kRecordTypeMin = 1;
inline constexpr uint32_t kRecordTypeMax = 7;

}  // namespace ledgerstone::log
