#include "log/event_dump.h"

#include "base/text.h"
#include "log/event_catalog.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kShownBytesMax = 64;

}  // namespace

void AppendEventsText(Slice payload, const RecordHeader& record, bool entries, std::string* text) {
  if (payload.size() < kEventsHeaderSize) {
    *text += "    (no events payload)\n";
    return;
  }
  const EventsHeader header = DecodeEventsHeader(payload);
  *text += "    epoch " + std::to_string(header.epoch) + ", time " +
           std::to_string(header.time_micros) + "\n";
  std::vector<Slice> events;
  const bool whole = SplitEvents(payload.substr(kEventsHeaderSize), record.entry_count, &events);
  if (!whole) *text += "    (not whole events)\n";
  if (!entries) return;
  uint64_t position = record.first_sequence;
  for (const Slice event : events) {
    *text += "    " + std::to_string(position++) + ": '" +
             EscapeBytes(event.substr(0, kShownBytesMax)) + "'";
    if (event.size() > kShownBytesMax) *text += " … " + std::to_string(event.size()) + " bytes";
    *text += "\n";
  }
}

Status DumpEventIndex(Env* env, const std::string& path, const FileHeader& header, bool entries,
                      std::string* text) {
  if (header.kind != FileKind::kEventIndex) {
    return Status::InvalidArgument("this is no index of an event segment");
  }
  std::string bytes;
  LS_RETURN_IF_ERROR(ReadFile(env, path, &bytes));
  const uint64_t seed = FileSeed(header.store_id, header.file_number);
  const uint64_t count = (bytes.size() - kFileHeaderSize) / kIndexEntrySize;
  uint64_t bad = 0;
  for (uint64_t i = 0; i < count; ++i) {
    IndexEntry entry;
    const bool right = DecodeIndexEntry(seed, i, bytes.data() + IndexEntryOffset(i), &entry);
    if (!right) ++bad;
    if (right && !entries) continue;
    *text += "  @" + std::to_string(IndexEntryOffset(i)) + " ";
    *text += right ? "events " + std::to_string(entry.position) + " to " +
                         std::to_string(entry.last()) + ", time " +
                         std::to_string(entry.time_micros) + ", record at " +
                         std::to_string(entry.offset) + " of " + std::to_string(entry.length) +
                         " bytes, payload checksum " + Hex32(entry.payload_checksum)
                   : "checksum does not hold";
    *text += "\n";
  }
  *text += std::to_string(count) + " entries, " + std::to_string(bad) + " of them bad; " +
           std::to_string(bytes.size() - IndexEntryOffset(count)) + " bytes behind\n";
  return Status::Ok();
}

Status DumpEventCatalog(Env* env, const std::string& path, std::string* text) {
  std::string bytes;
  LS_RETURN_IF_ERROR(ReadFile(env, path, &bytes));
  Catalog catalog;
  LS_RETURN_IF_ERROR(DecodeCatalog(bytes, &catalog));
  *text += CatalogText(catalog);
  return Status::Ok();
}

}  // namespace ledgerstone::log
