// Bytes that only an event log has: names of its files, the payload of an events record, entries of
// a segment's index. Format page: docs/format/event-log.md.
//
//   events payload := epoch: u64, time: u64 (microseconds since 1970)
//                     entry_count times: length: varint, bytes
//   index          := file_header (kind 'I', number of its segment)
//                     index_entry*            one for each record with events, in their order
//   index_entry    := position: u64           of the record's first event
//                     time: u64               the record's
//                     offset: u64             of the record in the segment
//                     length: u32             of the record's payload
//                     payload_checksum: u32   the record's
//                     count: u32              events in the record
//                     checksum: u32           crc32c of the 36 bytes before, seeded with
//                                             Crc32cSeed(FileSeed(log, segment), offset of entry)
//
// 1. The index is derived: whatever it says is held against the record it names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_header.h"
#include "base/numbered_name.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"
#include "log/format.h"

namespace ledgerstone::log {

inline constexpr char kCatalogName[] = "CATALOG";
inline constexpr char kEventLockName[] = "LOCK";
inline constexpr char kTemporarySuffix[] = ".tmp";

enum class EventFile : uint8_t { kCatalog, kLock, kSegment, kIndex, kTemporary, kOther };

std::string EventSegmentName(uint64_t number);
std::string EventIndexName(uint64_t number);
// kOther for names that are none of ours; `number` is 0 where a kind has none.
EventFile ParseEventFileName(Slice name, uint64_t* number);

inline constexpr size_t kEventsHeaderSize = 16;

struct EventsHeader {
  uint64_t epoch = 0;
  uint64_t time_micros = 0;
};

void EncodeEventsHeader(const EventsHeader& header, char* destination);
// Requires kEventsHeaderSize bytes.
EventsHeader DecodeEventsHeader(Slice payload);
// Whether `events` is exactly `count` times a length and that many bytes. Adds them to `found`
// where that is not null.
bool SplitEvents(Slice events, uint32_t count, std::vector<Slice>* found);

inline constexpr size_t kIndexEntrySize = 40;

struct IndexEntry {
  uint64_t position = 0;
  uint64_t time_micros = 0;
  uint64_t offset = 0;
  uint32_t length = 0;
  uint32_t payload_checksum = 0;
  uint32_t count = 0;

  uint64_t last() const { return position + count - 1; }
  bool operator==(const IndexEntry&) const = default;
};

// Where entry `index` of an index file begins.
inline constexpr uint64_t IndexEntryOffset(uint64_t index) {
  return kFileHeaderSize + index * kIndexEntrySize;
}
void AppendIndexEntry(uint64_t file_seed, uint64_t index, const IndexEntry& entry,
                      std::string* bytes);
// False when the checksum does not hold.
bool DecodeIndexEntry(uint64_t file_seed, uint64_t index, const char* source, IndexEntry* entry);
// A whole index file.
std::string EncodeIndex(const StoreId& log_id, uint64_t segment,
                        const std::vector<IndexEntry>& entries);

}  // namespace ledgerstone::log
