// Verification: every live file is read and checked. Used on an open store and on a directory
// nobody owns.
#include "store/store_impl.h"
#include "store/verification.h"

namespace ledgerstone {
namespace {

// Scans the logs that would be replayed and asks for the verdict, changing nothing.
Status CheckLogs(Env* env, const std::string& path, const VersionSet& versions,
                 std::vector<Finding>* findings) {
  const ManifestState state = versions.state();
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(ListLogs(env, path, state.first_log, &numbers));
  std::vector<log::ScanResult> scans(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string name = LogName(numbers[i]);
    const bool closed_here =
        state.clean_close.has_value() && state.clean_close->segment == numbers[i];
    const Status status = log::ScanSegment(
        env, JoinPath(path, name), name, FileKind::kLog, versions.store_id(), numbers[i],
        [](const log::RecordHeader&, uint64_t, Slice) { return Status::Ok(); }, &scans[i],
        closed_here ? state.clean_close->size : 0);
    if (status.ok()) continue;
    if (IsFinding(status)) findings->push_back(status);
    return IsFinding(status) ? Status::Ok() : status;
  }
  const log::RecoveryVerdict verdict = DecideLogRecovery(state, scans);
  if (!verdict.status.ok()) findings->push_back(verdict.status);
  return Status::Ok();
}

// For who has no store; its threads begin with the first pause.
std::function<void(uint64_t)> PauseWithThreads() {
  return [threads = std::shared_ptr<Scheduler>()](uint64_t micros) mutable {
    if (threads == nullptr) threads = Scheduler::Threaded();
    const auto over = std::make_shared<std::atomic<bool>>(false);
    threads->PostAfter(Lane::kCommit, micros, [over] { over->store(true); });
    threads->WaitUntil([&] { return over->load(); });
  };
}

}  // namespace

Status StoreImpl::NewVerification(uint64_t bytes_per_second,
                                  std::unique_ptr<Verification>* verification) {
  if (View() == nullptr) return Status::Closed("the store");
  VerifySource source;
  source.env = env_;
  source.path = path_;
  source.store_id = versions_->store_id();
  source.version = [this] { return versions_->current(); };
  source.kept_logs = [this] { return *versions_->state().kept_logs; };
  source.closed = [this] { return cancel_background_.load(std::memory_order_relaxed); };
  *verification = std::make_unique<StoreVerification>(std::move(source), bytes_per_second);
  return Status::Ok();
}

Status StoreImpl::Verify(const VerifyOptions& options, std::vector<Finding>* findings) {
  findings->clear();
  std::unique_ptr<Verification> verification;
  LS_RETURN_IF_ERROR(NewVerification(options.bytes_per_second, &verification));
  return RunVerification(
      verification.get(), options, [this](uint64_t micros) { PauseCaller(micros); }, findings);
}

// Not for lanes. The commit lane's jobs are short, so that the time is kept.
void StoreImpl::PauseCaller(uint64_t micros) {
  const auto over = std::make_shared<std::atomic<bool>>(false);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    scheduler_->PostAfter(Lane::kCommit, micros, [over] { over->store(true); });
  }
  scheduler_->WaitUntil(
      [&] { return over->load() || cancel_background_.load(std::memory_order_relaxed); });
}

Status VerifyDirectory(Env* env, const std::string& path, std::vector<Finding>* findings) {
  return VerifyDirectory(env, path, {}, findings);
}

Status VerifyDirectory(Env* env, const std::string& path, const VerifyOptions& options,
                       std::vector<Finding>* findings) {
  findings->clear();
  if (env == nullptr) env = Env::Posix();
  bool present = false;
  LS_RETURN_IF_ERROR(env->FileExists(JoinPath(path, kCurrentName), &present));
  if (!present) return Status(StatusCode::kNotFound, "there is no store at '" + path + "'");
  std::unique_ptr<DirectoryLock> lock;
  LS_RETURN_IF_ERROR(env->LockDirectory(path, kLockName, &lock));
  BlockCache cache(0);
  Table::Statistics statistics;
  TableContext context;
  context.env = env;
  context.directory = path;
  context.cache = &cache;
  context.statistics = &statistics;
  context.on_obsolete = [](uint64_t) {};
  VersionSet versions(env, path, &context);
  VersionSet::RecoveryReport report;
  const Status status = versions.Recover(&report);
  if (!status.ok()) {
    if (IsFinding(status)) findings->push_back(status);
    return IsFinding(status) ? Status::Ok() : status;
  }
  VerifySource source;
  source.env = env;
  source.path = path;
  source.store_id = versions.store_id();
  source.version = [&] { return versions.current(); };
  source.kept_logs = [&] { return *versions.state().kept_logs; };
  source.closed = [] { return false; };
  StoreVerification verification(std::move(source), options.bytes_per_second);
  LS_RETURN_IF_ERROR(RunVerification(&verification, options, PauseWithThreads(), findings));
  return CheckLogs(env, path, versions, findings);
}

}  // namespace ledgerstone
