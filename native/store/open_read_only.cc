// Opening without the lock, beside an owner who writes on.
//
// 1. Nothing on disk is changed, not even when no owner is there.
// 2. What is read is one point of the commit order: the manifest's tables and as much of the log as
//    is whole. The owner's next record being half there is where the log ends.
// 3. Tables are opened at once, so that the owner may remove them afterwards.
// 4. The owner may take away what a manifest named before it was all read: files go only after a
//    newer edit is durable. And he writes into space prepared in a log, so that a later record may
//    be seen before an earlier one is whole. So a failure counts only when it comes twice, and the
//    directory looks as it did before; otherwise it is tried again, a bounded number of times.
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

constexpr int kAttemptsMax = 100;

// What an owner at work changes in a directory.
struct DirectorySight {
  std::string current;
  std::vector<std::pair<std::string, uint64_t>> files;
  bool operator==(const DirectorySight&) const = default;
};

Status Look(Env* env, const std::string& path, DirectorySight* sight) {
  const Status read = ReadFile(env, JoinPath(path, kCurrentName), &sight->current);
  if (!read.ok() && !read.Is(StatusCode::kNotFound)) return read;
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(path, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    const StoreFile kind = ParseFileName(name, &number);
    uint64_t size = 0;
    if (kind == StoreFile::kLog || kind == StoreFile::kManifest) {
      const Status status = env->FileSize(JoinPath(path, name), &size);
      if (!status.ok() && !status.Is(StatusCode::kNotFound)) return status;
    } else if (kind != StoreFile::kTable) {
      continue;
    }
    sight->files.emplace_back(name, size);
  }
  return Status::Ok();
}

bool MayBeTheOwnersDoing(const Status& status) {
  return status.Is(StatusCode::kCorruption) || status.Is(StatusCode::kNotFound) ||
         status.Is(StatusCode::kIoError);
}

}  // namespace

Status StoreImpl::OpenBesideOwner() {
  std::string failure_before;
  for (int attempt = 1;; ++attempt) {
    DirectorySight before;
    LS_RETURN_IF_ERROR(Look(env_, path_, &before));
    const Status status = OpenExisting();
    if (status.ok() || !MayBeTheOwnersDoing(status)) return status;
    DirectorySight after;
    LS_RETURN_IF_ERROR(Look(env_, path_, &after));
    const bool again = std::exchange(failure_before, status.ToString()) == status.ToString();
    if (before == after && again) return status;
    if (attempt == kAttemptsMax) {
      return status.WithContext("the owner changed the store during each of " +
                                std::to_string(attempt) + " attempts to read it");
    }
    ForgetAttempt();
  }
}

Status StoreImpl::OpenEveryTable() {
  for (const auto& [id, tree] : versions_->current()->trees) {
    for (const auto& level : tree->levels) {
      for (const TableFilePtr& file : level) {
        Table* table = nullptr;
        LS_RETURN_IF_ERROR(file->Get(Tier::kDisk, &table));
      }
    }
  }
  return Status::Ok();
}

void StoreImpl::ForgetAttempt() {
  immutables_.clear();
  shown_.clear();
  report_ = {};
  versions_ =
      std::make_unique<VersionSet>(env_, path_, &table_context_, options_.manifest_bytes_max);
}

}  // namespace ledgerstone
