// Files as text, for people: the inspector's library half. Read-only; needs no store and takes no
// lock.
#include "base/text.h"
#include "log/event_dump.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

Status ReadHeader(Env* env, const std::string& path, const std::string& file, FileHeader* header) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  char bytes[kFileHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(source->Read(0, sizeof bytes, bytes, &read));
  return DecodeFileHeader(Slice(bytes, read), file, header);
}

std::string HeaderText(const FileHeader& header) {
  return "kind " + std::string(1, static_cast<char>(header.kind)) + ", format version " +
         std::to_string(header.format_version) + ", store " + StoreIdText(header.store_id) +
         ", number " + std::to_string(header.file_number) + "\n";
}

const char* RecordTypeName(log::RecordType type) {
  switch (type) {
    case log::RecordType::kBatch:
      return "batch";
    case log::RecordType::kPromise:
      return "promise";
    case log::RecordType::kOpening:
      return "opening";
    case log::RecordType::kClosing:
      return "closing";
    case log::RecordType::kEdit:
      return "edit";
    case log::RecordType::kIngested:
      return "ingested";
    case log::RecordType::kEvents:
      return "events";
  }
  return "unknown";
}

void AppendBatchText(Slice payload, Sequence sequence, std::string* text) {
  BatchReader reader(payload);
  BatchEntry entry;
  for (; reader.Next(&entry); ++sequence) {
    if (reader.begins_batch()) *text += "    --\n";
    std::string key;
    AppendInternalKey(&key, entry.key, MakeTrailer(sequence, entry.kind));
    *text += "    namespace " + std::to_string(entry.namespace_id) + " " + InternalKeyText(key);
    if (entry.kind == EntryKind::kPut)
      *text += " = '" + EscapeBytes(entry.value.substr(0, 64)) + "'";
    if (entry.value.size() > 64) *text += " … " + std::to_string(entry.value.size()) + " bytes";
    *text += "\n";
  }
  if (!reader.whole()) *text += "    (not a whole batch)\n";
}

Status DumpLog(Env* env, const std::string& path, const std::string& file, const FileHeader& header,
               bool entries, std::string* text) {
  log::ScanResult scan;
  const auto visit = [&](const log::RecordHeader& record, uint64_t offset, Slice payload) {
    *text += "  @" + std::to_string(offset) + " " + RecordTypeName(record.type) + ", " +
             std::to_string(payload.size()) + " bytes, " + std::to_string(record.entry_count) +
             " entries from " + std::to_string(record.first_sequence) + ", durable to " +
             std::to_string(record.durable_offset) + ", chain " + Hex32(record.header_checksum) +
             "\n";
    if (record.type == log::RecordType::kEdit) {
      VersionEdit edit;
      LS_RETURN_IF_ERROR(VersionEdit::Decode(payload, file, offset, &edit));
      *text += edit.Text();
    }
    if (record.type == log::RecordType::kEvents) {
      log::AppendEventsText(payload, record, entries, text);
    }
    if (entries && record.type == log::RecordType::kBatch) {
      AppendBatchText(payload, record.first_sequence, text);
    }
    return Status::Ok();
  };
  LS_RETURN_IF_ERROR(log::ScanSegment(env, path, file, header.kind, header.store_id,
                                      header.file_number, visit, &scan));
  *text += "good to " + std::to_string(scan.good_size) + " of " + std::to_string(scan.file_size) +
           " bytes";
  if (!scan.break_reason.empty()) *text += "; then: " + scan.break_reason;
  if (scan.has_space()) *text += "; then: zeros, prepared for writing";
  if (scan.valid_beyond) *text += "; valid records stand behind";
  *text += "\n";
  return Status::Ok();
}

Status DumpTable(Env* env, const std::string& path, const std::string& file,
                 const FileHeader& header, bool entries, std::string* text) {
  uint64_t size = 0;
  LS_RETURN_IF_ERROR(env->FileSize(path, &size));
  BlockCache cache(0);
  Table::Statistics statistics;
  std::unique_ptr<Table> table;
  LS_RETURN_IF_ERROR(Table::Open(env, path, {header.store_id, header.file_number, file}, size,
                                 &cache, &statistics, &table));
  std::string dump;
  LS_RETURN_IF_ERROR(table->Dump(entries, &dump));
  *text += dump;
  return Status::Ok();
}

}  // namespace

Status InspectFile(Env* env, InspectKind kind, const std::string& path, bool entries,
                   std::string* text) {
  if (env == nullptr) env = Env::Posix();
  text->clear();
  const std::string file = path.substr(path.find_last_of('/') + 1);
  FileHeader header;
  LS_RETURN_IF_ERROR(ReadHeader(env, path, file, &header));
  *text += file + ": " + HeaderText(header);
  switch (kind) {
    case InspectKind::kLog:
    case InspectKind::kManifest:
    case InspectKind::kEvents:
      return DumpLog(env, path, file, header, entries, text);
    case InspectKind::kTable:
      return DumpTable(env, path, file, header, entries, text);
    case InspectKind::kCurrent: {
      std::string bytes;
      LS_RETURN_IF_ERROR(ReadFile(env, path, &bytes));
      StoreId id{};
      uint64_t manifest = 0;
      LS_RETURN_IF_ERROR(DecodeCurrent(bytes, file, &id, &manifest));
      *text += "manifest " + ManifestName(manifest) + "\n";
      return Status::Ok();
    }
    case InspectKind::kEventIndex:
      return log::DumpEventIndex(env, path, header, entries, text);
    case InspectKind::kEventCatalog:
      return log::DumpEventCatalog(env, path, text);
  }
  return Status::InvalidArgument("unknown kind");
}

}  // namespace ledgerstone
