// Verification: every live file is read and checked. Used on an open store and on a directory
// nobody owns.
#include <algorithm>

#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// A failed check is a finding; anything else (no memory, store closing) ends the verification.
bool IsFinding(const Status& status) {
  return status.Is(StatusCode::kCorruption) || status.Is(StatusCode::kIoError) ||
         status.Is(StatusCode::kNotFound) || status.Is(StatusCode::kNotSupported) ||
         status.Is(StatusCode::kFormatTooNew);
}

Status CheckTableFile(TableFile* file) {
  Table* table = nullptr;
  LS_RETURN_IF_ERROR(file->Get(Tier::kDisk, &table));
  const uint32_t digest = file->meta().digest;
  return table->Verify(&digest);
}

Status CheckVersion(const Version& version, std::vector<Finding>* findings) {
  Status status = version.CheckOrder();
  if (!status.ok()) findings->push_back(status);
  for (const auto& [id, tree] : version.trees) {
    for (const auto& level : tree->levels) {
      for (const TableFilePtr& file : level) {
        status = CheckTableFile(file.get());
        if (status.ok()) continue;
        if (!IsFinding(status)) return status;
        findings->push_back(status.WithContext("namespace '" + tree->info.name + "'"));
      }
    }
  }
  return Status::Ok();
}

// A kept log was finished before it was kept: it is there, whole and closed.
Status CheckKeptLog(Env* env, const std::string& path, const StoreId& store_id, uint64_t number) {
  const std::string name = LogName(number);
  log::ScanResult scan;
  const Status status = log::ScanSegment(
      env, JoinPath(path, name), name, FileKind::kLog, store_id, number,
      [](const log::RecordHeader&, uint64_t, Slice) { return Status::Ok(); }, &scan);
  if (!status.ok()) return status.WithContext("a kept log segment");
  if (scan.closed) return Status::Ok();
  return Status::Corruption(
      "a kept log segment: " +
          (scan.break_reason.empty() ? "no closing record" : scan.break_reason),
      {name, scan.good_size});
}

Status CheckKeptLogs(Env* env, const std::string& path, const VersionSet& versions,
                     std::vector<Finding>* findings) {
  for (const KeptLog& kept : *versions.state().kept_logs) {
    const Status status = CheckKeptLog(env, path, versions.store_id(), kept.number);
    if (status.ok()) continue;
    if (!IsFinding(status)) return status;
    // It may have been let go meanwhile.
    const auto now = versions.state().kept_logs;
    if (std::find(now->begin(), now->end(), kept) != now->end()) findings->push_back(status);
  }
  return Status::Ok();
}

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

}  // namespace

Status StoreImpl::Verify(std::vector<Finding>* findings) {
  findings->clear();
  const ReadViewPtr view = View();
  if (view == nullptr) return Status::Closed("the store");
  LS_RETURN_IF_ERROR(CheckVersion(*view->version, findings));
  return CheckKeptLogs(env_, path_, *versions_, findings);
}

Status VerifyDirectory(Env* env, const std::string& path, std::vector<Finding>* findings) {
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
  LS_RETURN_IF_ERROR(CheckVersion(*versions.current(), findings));
  LS_RETURN_IF_ERROR(CheckKeptLogs(env, path, versions, findings));
  return CheckLogs(env, path, versions, findings);
}

}  // namespace ledgerstone
