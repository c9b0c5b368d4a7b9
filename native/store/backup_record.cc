#include "store/backup_record.h"

#include <cstdio>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"

namespace ledgerstone {
namespace {

constexpr size_t kFixedSize = kFileHeaderSize + 3 * 8 + 4 + 4;

Status Damaged(const std::string& file, const std::string& message) {
  return Status::Corruption(message, {file, kFileHeaderSize});
}

}  // namespace

std::string EncodeBackup(const BackupRecord& record) {
  FileHeader header;
  header.kind = FileKind::kBackup;
  header.store_id = record.state.store_id;
  header.file_number = record.number;
  std::string bytes = EncodeFileHeader(header);
  PutFixed64(&bytes, record.created_millis);
  PutFixed64(&bytes, record.sent_tables);
  PutFixed64(&bytes, record.sent_bytes);
  const std::string edit = record.state.snapshot.Encode();
  PutFixed32(&bytes, static_cast<uint32_t>(edit.size()));
  bytes += edit;
  PutFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

Status DecodeBackup(Slice bytes, const std::string& file, uint64_t number, BackupRecord* record) {
  FileHeader header;
  LS_RETURN_IF_ERROR(DecodeFileHeader(bytes, file, &header));
  LS_RETURN_IF_ERROR(CheckFileHeader(bytes, file, FileKind::kBackup, header.store_id, number));
  if (bytes.size() < kFixedSize) return Damaged(file, "a backup's record is cut short");
  const size_t end = bytes.size() - 4;
  const uint32_t stored = DecodeFixed32(bytes.data() + end);
  const uint32_t computed = Crc32c(bytes.substr(0, end));
  if (stored != computed) {
    return Status::Corruption("checksum of a backup's record", {file, end}, Hex32(computed),
                              Hex32(stored));
  }
  Decoder decoder(bytes.substr(kFileHeaderSize, end - kFileHeaderSize));
  record->number = number;
  record->state.store_id = header.store_id;
  record->created_millis = decoder.Fixed64();
  record->sent_tables = decoder.Fixed64();
  record->sent_bytes = decoder.Fixed64();
  const Slice edit = decoder.Bytes(decoder.Fixed32());
  if (!decoder.ok() || !decoder.done()) return Damaged(file, "a backup's record has a wrong size");
  const uint64_t offset = kFixedSize - 4;
  LS_RETURN_IF_ERROR(VersionEdit::Decode(edit, file, offset, &record->state.snapshot));
  if (record->state.snapshot.next_file_number.has_value()) return Status::Ok();
  return Damaged(file, "a backup's record without a free file number");
}

BackupInfo InfoOf(const BackupRecord& record) {
  BackupInfo info;
  info.number = record.number;
  info.created_millis = record.created_millis;
  info.store_id = StoreIdText(record.state.store_id);
  info.sequence = record.state.snapshot.last_sequence.value_or(0);
  info.applied = record.state.snapshot.applied.value_or(0);
  info.tables = record.state.snapshot.new_tables.size();
  for (const auto& table : record.state.snapshot.new_tables) info.bytes += table.meta.size;
  info.sent_tables = record.sent_tables;
  info.sent_bytes = record.sent_bytes;
  return info;
}

std::string BackupName(uint64_t number) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%06llu.backup", static_cast<unsigned long long>(number));
  return buffer;
}

bool ParseBackupName(const std::string& name, uint64_t* number) {
  uint64_t parsed = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') break;
    parsed = parsed * 10 + static_cast<uint64_t>(c - '0');
  }
  *number = parsed;
  return parsed > 0 && name == BackupName(parsed);
}

std::string BackupTableName(const StoreId& store_id, const TableMeta& meta) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "tables/%06llu-%08x-",
                static_cast<unsigned long long>(meta.number), meta.digest);
  return buffer + StoreIdText(store_id) + ".sst";
}

}  // namespace ledgerstone
