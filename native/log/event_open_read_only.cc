// Opening without the lock, beside an owner who writes on.
//
// 1. Nothing on disk is changed, not even when no owner is there.
// 2. What is seen is the whole records there were. The owner's next record being half there is
//    where the log ends.
// 3. The owner may finish, begin and archive segments meanwhile. So a failure counts only when the
//    directory looks as it did before the attempt; otherwise it is tried again, a bounded number of
//    times.
#include <utility>

#include "log/event_log_impl.h"

namespace ledgerstone::log {
namespace {

constexpr int kAttemptsMax = 100;

// What an owner at work changes in a directory.
struct DirectorySight {
  std::string catalog;
  std::vector<std::pair<std::string, uint64_t>> segments;
  bool operator==(const DirectorySight&) const = default;
};

Status Look(Env* env, const std::string& directory, DirectorySight* sight) {
  const Status read = ReadFile(env, JoinPath(directory, kCatalogName), &sight->catalog);
  if (!read.ok() && !read.Is(StatusCode::kNotFound)) return read;
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(directory, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (ParseEventFileName(name, &number) != EventFile::kSegment) continue;
    uint64_t size = 0;
    const Status status = env->FileSize(JoinPath(directory, name), &size);
    if (!status.ok() && !status.Is(StatusCode::kNotFound)) return status;
    sight->segments.emplace_back(name, size);
  }
  return Status::Ok();
}

bool MayBeTheOwnersDoing(const Status& status) {
  return status.Is(StatusCode::kCorruption) || status.Is(StatusCode::kNotFound) ||
         status.Is(StatusCode::kIoError);
}

}  // namespace

Status EventLogImpl::OpenBesideOwner() {
  RecoveredLog recovered;
  std::string failure_before;
  for (int attempt = 1;; ++attempt) {
    DirectorySight before;
    LS_RETURN_IF_ERROR(Look(env_, directory_, &before));
    const Status status = RecoverEventLog(env_, directory_, &recovered);
    if (status.ok()) break;
    if (!MayBeTheOwnersDoing(status)) return status;
    DirectorySight after;
    LS_RETURN_IF_ERROR(Look(env_, directory_, &after));
    // He writes into prepared space: the same size may have held a record that was half there.
    const bool again = std::exchange(failure_before, status.ToString()) == status.ToString();
    if (before == after && again) return status;
    if (attempt == kAttemptsMax) {
      return status.WithContext("the owner changed the event log during each of " +
                                std::to_string(attempt) + " attempts to read it");
    }
  }
  catalog_ = recovered.catalog;
  log_id_ = catalog_.log_id;
  report_.clean_close = recovered.EndsAtCleanClose();
  MakeShelf();
  std::vector<CatalogSegment> finished = recovered.Finished();
  TailSegment tail = recovered.Tail();
  if (tail.number == 0 && !finished.empty()) tail.end = PointAfter(finished.back());
  shelf_->Restore(std::move(finished), std::move(tail));
  return Status::Ok();
}

}  // namespace ledgerstone::log
