// Backups that need no open store: listing, checking, removing, restoring.
#include "store/backup_directory.h"
#include "store/staged_directory.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

// A backup names its tables: one that is gone is damage.
Status MissingIsDamage(const Status& status, const TableCopy& copy) {
  if (!status.Is(StatusCode::kNotFound)) return status;
  return Status::Corruption("a table that the backup names is missing", {copy.name},
                            std::to_string(copy.size) + " bytes", "no file");
}

// The backup asked for, or the newest for 0; never another one in place of a damaged one.
Status ReadChosen(const BackupDirectory& backups, const std::string& path, uint64_t number,
                  BackupRecord* record) {
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(backups.List(&numbers));
  if (number == 0 && !numbers.empty()) number = numbers.back();
  for (const uint64_t each : numbers) {
    if (each == number) return backups.Read(number, record);
  }
  return Status(StatusCode::kNotFound,
                number == 0
                    ? "there is no backup in '" + path + "'"
                    : "there is no backup " + std::to_string(number) + " in '" + path + "'");
}

}  // namespace

Status ListBackups(Env* env, const std::string& directory, std::vector<BackupInfo>* infos) {
  infos->clear();
  const BackupDirectory backups(env == nullptr ? Env::Posix() : env, directory);
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(backups.List(&numbers));
  for (const uint64_t number : numbers) {
    BackupRecord record;
    const Status status = backups.Read(number, &record);
    BackupInfo info = status.ok() ? InfoOf(record) : BackupInfo{};
    info.number = number;
    info.damage = status;
    infos->push_back(std::move(info));
  }
  return Status::Ok();
}

Status VerifyBackup(Env* env, const std::string& directory, uint64_t number,
                    std::vector<Status>* findings) {
  findings->clear();
  if (env == nullptr) env = Env::Posix();
  const BackupDirectory backups(env, directory);
  BackupRecord record;
  const Status read = ReadChosen(backups, directory, number, &record);
  if (read.Is(StatusCode::kCorruption)) findings->push_back(read);
  if (!read.ok()) return findings->empty() ? read : Status::Ok();
  for (const auto& table : record.state.snapshot.new_tables) {
    const TableCopy copy = backups.CopyOf(record.state.store_id, table.meta, "");
    const Status status = MissingIsDamage(CheckTableBytes(env, copy), copy);
    if (status.Is(StatusCode::kCorruption) || status.Is(StatusCode::kIoError)) {
      findings->push_back(status);
    } else {
      LS_RETURN_IF_ERROR(status);
    }
  }
  return Status::Ok();
}

Status RestoreBackup(Env* env, const std::string& directory, const std::string& target,
                     uint64_t number, BackupInfo* info) {
  if (env == nullptr) env = Env::Posix();
  const BackupDirectory backups(env, directory);
  BackupRecord record;
  LS_RETURN_IF_ERROR(ReadChosen(backups, directory, number, &record));
  StagedDirectory staged(env, target);
  LS_RETURN_IF_ERROR(staged.Begin());
  for (const auto& table : record.state.snapshot.new_tables) {
    const std::string to = JoinPath(staged.path(), TableName(table.meta.number));
    const TableCopy copy = backups.CopyOf(record.state.store_id, table.meta, to);
    LS_RETURN_IF_ERROR(MissingIsDamage(CopyTable(env, copy), copy));
  }
  LS_RETURN_IF_ERROR(WriteStoreState(env, staged.path(), record.state));
  LS_RETURN_IF_ERROR(staged.Finish());
  *info = InfoOf(record);
  return Status::Ok();
}

Status RemoveBackup(Env* env, const std::string& directory, uint64_t number) {
  if (env == nullptr) env = Env::Posix();
  BackupDirectory backups(env, directory);
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(backups.List(&numbers));
  LS_RETURN_IF_ERROR(backups.Lock());
  for (const uint64_t each : numbers) {
    BackupRecord record;
    if (each != number) LS_RETURN_IF_ERROR(backups.Read(each, &record));
  }
  LS_RETURN_IF_ERROR(backups.Forget(number));
  return backups.Sweep();
}

}  // namespace ledgerstone
