#include "store/backup_directory.h"

#include <algorithm>
#include <set>

#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr char kTablesName[] = "tables";
constexpr char kTemporarySuffix[] = ".tmp";

Status RemoveIfThere(Env* env, const std::string& path) {
  const Status status = env->RemoveFile(path);
  return status.Is(StatusCode::kNotFound) ? Status::Ok() : status;
}

bool IsPartOfBackups(const std::string& name) {
  if (name == kLockName || name == kTablesName) return true;
  uint64_t number = 0;
  const std::string suffix = kTemporarySuffix;
  const bool temporary = name.ends_with(suffix);
  return ParseBackupName(temporary ? name.substr(0, name.size() - suffix.size()) : name, &number);
}

}  // namespace

BackupDirectory::BackupDirectory(Env* env, std::string path) : env_(env), path_(std::move(path)) {}

std::string BackupDirectory::PathOf(const std::string& name) const { return JoinPath(path_, name); }

Status BackupDirectory::Prepare() {
  if (path_.empty()) return Status::InvalidArgument("a backup needs a directory");
  bool exists = false;
  LS_RETURN_IF_ERROR(env_->FileExists(path_, &exists));
  if (exists) {
    std::vector<std::string> names;
    LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
    for (const std::string& name : names) {
      if (IsPartOfBackups(name)) continue;
      return Status::InvalidArgument("'" + path_ + "' holds '" + name +
                                     "', which is no part of a backup");
    }
  }
  LS_RETURN_IF_ERROR(env_->CreateDirectory(PathOf(kTablesName)));
  return Lock();
}

Status BackupDirectory::Lock() { return env_->LockDirectory(path_, kLockName, &lock_); }

Status BackupDirectory::List(std::vector<uint64_t>* numbers) const {
  numbers->clear();
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (ParseBackupName(name, &number)) numbers->push_back(number);
  }
  std::sort(numbers->begin(), numbers->end());
  return Status::Ok();
}

Status BackupDirectory::Read(uint64_t number, BackupRecord* record) const {
  const std::string name = BackupName(number);
  std::string bytes;
  LS_RETURN_IF_ERROR(ReadFile(env_, PathOf(name), &bytes));
  return DecodeBackup(bytes, name, number, record);
}

TableCopy BackupDirectory::CopyOf(const StoreId& store_id, const TableMeta& meta,
                                  const std::string& to) const {
  const std::string name = BackupTableName(store_id, meta);
  return {PathOf(name), to, name, meta.size, meta.digest};
}

Status BackupDirectory::Send(const StoreId& store_id, const TableMeta& meta,
                             const std::string& from, bool* sent) {
  *sent = false;
  const std::string name = BackupTableName(store_id, meta);
  uint64_t size = 0;
  const Status there = env_->FileSize(PathOf(name), &size);
  if (there.ok() && size == meta.size) return Status::Ok();
  if (there.ok()) {
    return Status::Corruption("a table in the backup has not the size that was written", {name},
                              std::to_string(meta.size) + " bytes",
                              std::to_string(size) + " bytes");
  }
  if (!there.Is(StatusCode::kNotFound)) return there;
  *sent = true;
  const std::string temporary = PathOf(name) + kTemporarySuffix;
  LS_RETURN_IF_ERROR(RemoveIfThere(env_, temporary));
  LS_RETURN_IF_ERROR(
      CopyTable(env_, {from, temporary, TableName(meta.number), meta.size, meta.digest}));
  return env_->RenameFile(temporary, PathOf(name));
}

Status BackupDirectory::Commit(const BackupRecord& record) {
  LS_RETURN_IF_ERROR(env_->SyncDirectory(PathOf(kTablesName)));
  return ReplaceFile(env_, path_, BackupName(record.number), EncodeBackup(record));
}

Status BackupDirectory::Forget(uint64_t number) {
  LS_RETURN_IF_ERROR(env_->RemoveFile(PathOf(BackupName(number))));
  return env_->SyncDirectory(path_);
}

Status BackupDirectory::Sweep() {
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(List(&numbers));
  std::set<std::string> named;
  for (const uint64_t number : numbers) {
    BackupRecord record;
    LS_RETURN_IF_ERROR(Read(number, &record));
    for (const auto& table : record.state.snapshot.new_tables) {
      named.insert(BackupTableName(record.state.store_id, table.meta));
    }
  }
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(PathOf(kTablesName), &names));
  for (const std::string& each : names) {
    const std::string name = JoinPath(kTablesName, each);
    if (!named.contains(name)) LS_RETURN_IF_ERROR(env_->RemoveFile(PathOf(name)));
  }
  return Status::Ok();
}

}  // namespace ledgerstone
