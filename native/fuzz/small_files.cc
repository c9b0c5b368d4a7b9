// Fuzz target: files of one piece, and parts of files, behind checksums that hold: file header,
// CURRENT, a backup's record, options of a namespace, an entry of an index. What decodes encodes to
// the same bytes, or, where a text can be spelt in more than one way, to one that says the same.
//
//   input := kind: u8, bytes
#include "base/checks.h"
#include "base/crc32c.h"
#include "base/namespace_options.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "log/event_format.h"
#include "store/backup_record.h"
#include "version/version_set.h"

namespace ledgerstone {
namespace {

constexpr char kFile[] = "fuzz";
constexpr size_t kMagicSize = 8;

std::string WithChecksum(std::string bytes) {
  PutFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

std::string HeaderOf(FileKind kind) { return EncodeFileHeader({.kind = kind, .file_number = 7}); }

void Header(FuzzInput* input) {
  std::string bytes = HeaderOf(FileKind::kTable).substr(0, kMagicSize);
  bytes += input->Bytes(kFileHeaderSize - kMagicSize - 4);
  bytes = WithChecksum(std::move(bytes));
  FileHeader header;
  if (!DecodeFileHeader(bytes, kFile, &header).ok()) return;
  FileHeader again;
  LS_CHECK(DecodeFileHeader(EncodeFileHeader(header), kFile, &again).ok());
  LS_CHECK(again.kind == header.kind && again.file_number == header.file_number);
  LS_CHECK(again.store_id == header.store_id && again.features == header.features);
  LS_CHECK(CheckFileHeader(bytes, kFile, header.kind, header.store_id, header.file_number).ok());
}

void Current(FuzzInput* input) {
  const std::string header = EncodeFileHeader({.kind = FileKind::kCurrent});
  const std::string bytes = WithChecksum(header + std::string(input->Rest()));
  StoreId id;
  uint64_t number = 0;
  if (!DecodeCurrent(bytes, kFile, &id, &number).ok()) return;
  LS_CHECK(EncodeCurrent(id, number) == bytes);
}

void Backup(FuzzInput* input) {
  const std::string bytes = WithChecksum(HeaderOf(FileKind::kBackup) + std::string(input->Rest()));
  BackupRecord record;
  if (!DecodeBackup(bytes, kFile, 7, &record).ok()) return;
  BackupRecord again;
  LS_CHECK(DecodeBackup(EncodeBackup(record), kFile, 7, &again).ok());
  LS_CHECK(again.created_millis == record.created_millis && again.sent_bytes == record.sent_bytes);
  LS_CHECK(again.state.snapshot.Text() == record.state.snapshot.Text());
  const BackupInfo info = InfoOf(record);
  LS_CHECK(info.tables == record.state.snapshot.new_tables.size());
}

void Options(FuzzInput* input) {
  NamespaceOptions options;
  if (!DecodeNamespaceOptions(input->Rest(), &options)) return;
  NamespaceOptions again;
  const std::string bytes = EncodeNamespaceOptions(options);
  LS_CHECK(DecodeNamespaceOptions(bytes, &again) && EncodeNamespaceOptions(again) == bytes);
}

void IndexEntry(FuzzInput* input) {
  std::string bytes(input->Bytes(log::kIndexEntrySize));
  bytes.resize(log::kIndexEntrySize);
  log::IndexEntry entry;
  if (!log::DecodeIndexEntry(1, 2, bytes.data(), &entry)) {
    entry.position = DecodeFixed64(bytes.data());
    entry.count = DecodeFixed32(bytes.data() + 32);
  }
  std::string encoded;
  log::AppendIndexEntry(1, 2, entry, &encoded);
  log::IndexEntry again;
  LS_CHECK(log::DecodeIndexEntry(1, 2, encoded.data(), &again) && again == entry);
  LS_CHECK(!log::DecodeIndexEntry(1, 3, encoded.data(), &again));
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(small_files) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  constexpr void (*kKinds[])(FuzzInput*) = {Header, Current, Backup, Options, IndexEntry};
  kKinds[input.Below(std::size(kKinds))](&input);
  return 0;
}
