#include "log/event_format.h"

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kChecksummed = kIndexEntrySize - 4;

uint32_t EntryChecksum(uint64_t file_seed, uint64_t index, const char* bytes) {
  return Crc32cExtend(Crc32cSeed(file_seed, IndexEntryOffset(index)), Slice(bytes, kChecksummed));
}

}  // namespace

std::string EventSegmentName(uint64_t number) { return NumberedName(number, ".evt"); }
std::string EventIndexName(uint64_t number) { return NumberedName(number, ".idx"); }

EventFile ParseEventFileName(Slice name, uint64_t* number) {
  *number = 0;
  if (name == kCatalogName) return EventFile::kCatalog;
  if (name == kEventLockName) return EventFile::kLock;
  constexpr Slice kSuffix(kTemporarySuffix);
  if (name.ends_with(kSuffix)) {
    uint64_t of = 0;
    const EventFile kind = ParseEventFileName(name.substr(0, name.size() - kSuffix.size()), &of);
    const bool ours =
        kind == EventFile::kCatalog || kind == EventFile::kSegment || kind == EventFile::kIndex;
    return ours ? EventFile::kTemporary : EventFile::kOther;
  }
  uint64_t parsed = 0;
  const size_t dot = name.find('.');
  if (dot == Slice::npos || !ParseNameDigits(name.substr(0, dot), &parsed) || parsed == 0)
    return EventFile::kOther;
  EventFile kind = EventFile::kOther;
  if (name == EventSegmentName(parsed)) kind = EventFile::kSegment;
  if (name == EventIndexName(parsed)) kind = EventFile::kIndex;
  if (kind != EventFile::kOther) *number = parsed;
  return kind;
}

void EncodeEventsHeader(const EventsHeader& header, char* destination) {
  EncodeFixed(destination, header.epoch);
  EncodeFixed(destination + 8, header.time_micros);
}

EventsHeader DecodeEventsHeader(Slice payload) {
  LS_CHECK(payload.size() >= kEventsHeaderSize);
  return {DecodeFixed64(payload.data()), DecodeFixed64(payload.data() + 8)};
}

bool SplitEvents(Slice events, uint32_t count, std::vector<Slice>* found) {
  const char* at = events.data();
  const char* const end = at + events.size();
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    at = DecodeVarint32(at, end, &length);
    if (at == nullptr || length > static_cast<size_t>(end - at)) return false;
    if (found != nullptr) found->emplace_back(at, length);
    at += length;
  }
  return at == end;
}

void AppendIndexEntry(uint64_t file_seed, uint64_t index, const IndexEntry& entry,
                      std::string* bytes) {
  char buffer[kIndexEntrySize];
  EncodeFixed(buffer, entry.position);
  EncodeFixed(buffer + 8, entry.time_micros);
  EncodeFixed(buffer + 16, entry.offset);
  EncodeFixed(buffer + 24, entry.length);
  EncodeFixed(buffer + 28, entry.payload_checksum);
  EncodeFixed(buffer + 32, entry.count);
  EncodeFixed(buffer + kChecksummed, EntryChecksum(file_seed, index, buffer));
  bytes->append(buffer, sizeof buffer);
}

bool DecodeIndexEntry(uint64_t file_seed, uint64_t index, const char* source, IndexEntry* entry) {
  if (DecodeFixed32(source + kChecksummed) != EntryChecksum(file_seed, index, source)) return false;
  entry->position = DecodeFixed64(source);
  entry->time_micros = DecodeFixed64(source + 8);
  entry->offset = DecodeFixed64(source + 16);
  entry->length = DecodeFixed32(source + 24);
  entry->payload_checksum = DecodeFixed32(source + 28);
  entry->count = DecodeFixed32(source + 32);
  return true;
}

std::string EncodeIndex(const StoreId& log_id, uint64_t segment,
                        const std::vector<IndexEntry>& entries) {
  FileHeader header;
  header.kind = FileKind::kEventIndex;
  header.store_id = log_id;
  header.file_number = segment;
  std::string bytes = EncodeFileHeader(header);
  bytes.reserve(IndexEntryOffset(entries.size()));
  const uint64_t seed = FileSeed(log_id, segment);
  for (size_t i = 0; i < entries.size(); ++i) AppendIndexEntry(seed, i, entries[i], &bytes);
  return bytes;
}

}  // namespace ledgerstone::log
