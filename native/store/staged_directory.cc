#include "store/staged_directory.h"

#include <vector>

#include "env/path_name.h"
#include "version/file_names.h"

namespace ledgerstone {

StagedDirectory::StagedDirectory(Env* env, std::string target)
    : env_(env), target_(std::move(target)) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  path_ = target_ + ".partial";
}

StagedDirectory::~StagedDirectory() {
  if (begun_) Discard();
}

Status StagedDirectory::CheckTarget() {
  if (target_.empty() || target_ == "/") {
    return Status::InvalidArgument("a copy needs a directory of its own");
  }
  bool exists = false;
  LS_RETURN_IF_ERROR(env_->FileExists(target_, &exists));
  if (!exists) return Status::Ok();
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(target_, &names));
  if (names.empty()) return Status::Ok();
  return Status::InvalidArgument("'" + target_ + "' is not empty; it holds '" + names.front() +
                                 "'");
}

Status StagedDirectory::Begin() {
  LS_RETURN_IF_ERROR(CheckTarget());
  LS_RETURN_IF_ERROR(env_->CreateDirectory(path_));
  std::unique_ptr<DirectoryLock> lock;
  LS_RETURN_IF_ERROR(env_->LockDirectory(path_, kLockName, &lock));
  LS_RETURN_IF_ERROR(RemoveContents(true));
  lock_ = std::move(lock);
  begun_ = true;
  return Status::Ok();
}

Status StagedDirectory::RemoveContents(bool keep_lock) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (ParseFileName(name, &number) == StoreFile::kOther) {
      return Status::InvalidArgument("'" + path_ + "' holds '" + name +
                                     "', which is none of a store's files");
    }
  }
  for (const std::string& name : names) {
    if (keep_lock && name == kLockName) continue;
    LS_RETURN_IF_ERROR(env_->RemoveFile(JoinPath(path_, name)));
  }
  return Status::Ok();
}

Status StagedDirectory::Finish() {
  LS_RETURN_IF_ERROR(env_->SyncDirectory(path_));
  LS_RETURN_IF_ERROR(env_->RenameFile(path_, target_));
  const Status synced = env_->SyncDirectory(ParentDirectory(target_));
  if (!synced.ok()) {
    // Taken back, so that a failed copy is no copy.
    (void)env_->RenameFile(target_, path_);
    return synced;
  }
  lock_.reset();
  begun_ = false;
  return Status::Ok();
}

void StagedDirectory::Discard() {
  const Status emptied = RemoveContents(false);
  lock_.reset();
  if (emptied.ok()) (void)env_->RemoveDirectory(path_);
}

}  // namespace ledgerstone
