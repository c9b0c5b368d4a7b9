#include "store/verification.h"

#include <algorithm>

#include "log/scan.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kStepBytesMax = uint64_t{4} << 20;
constexpr uint64_t kStepBytesMin = uint64_t{64} << 10;
constexpr uint64_t kStepsPerSecond = 20;
// Between two looks at whether to stop.
constexpr uint64_t kPieceBytes = uint64_t{64} << 10;
// The longest time for which nobody asks whether to stop.
constexpr uint64_t kPauseMicrosMax = 50'000;

uint64_t StepBytes(uint64_t bytes_per_second) {
  if (bytes_per_second == 0) return kStepBytesMax;
  return std::clamp(bytes_per_second / kStepsPerSecond, kStepBytesMin, kStepBytesMax);
}

TableFilePtr FindTable(const Tree& tree, uint64_t number) {
  for (const auto& level : tree.levels) {
    for (const TableFilePtr& file : level) {
      if (file->meta().number == number) return file;
    }
  }
  return nullptr;
}

}  // namespace

bool IsFinding(const Status& status) {
  return status.Is(StatusCode::kCorruption) || status.Is(StatusCode::kIoError) ||
         status.Is(StatusCode::kNotFound) || status.Is(StatusCode::kNotSupported) ||
         status.Is(StatusCode::kFormatTooNew);
}

StoreVerification::StoreVerification(VerifySource source, uint64_t bytes_per_second)
    : source_(std::move(source)),
      step_bytes_(StepBytes(bytes_per_second)),
      pace_(bytes_per_second) {
  const VersionPtr version = source_.version();
  const Status order = version->CheckOrder();
  if (!order.ok()) findings_.push_back(order);
  for (const auto& [id, tree] : version->trees) {
    for (const auto& level : tree->levels) {
      for (const TableFilePtr& file : level)
        tables_.push_back({id, file->meta().number, file->meta().size});
    }
  }
  logs_ = source_.kept_logs();
  progress_.files_total = tables_.size() + logs_.size();
  for (const PlannedTable& table : tables_) progress_.bytes_total += table.size;
  for (const KeptLog& log : logs_) progress_.bytes_total += log.bytes;
  std::reverse(tables_.begin(), tables_.end());
  std::reverse(logs_.begin(), logs_.end());
}

Status StoreVerification::Stopped() const {
  if (source_.closed()) return Status::Closed("the store");
  return cancelled_.load(std::memory_order_relaxed) ? Status::Aborted() : Status::Ok();
}

VerifyProgress StoreVerification::progress() const {
  VerifyProgress now = progress_;
  if (check_ != nullptr) now.bytes_done += check_->bytes_read();
  return now;
}

Status StoreVerification::Step(uint64_t* wait_micros) {
  *wait_micros = 0;
  const uint64_t before = progress().bytes_done;
  while (!done() && progress().bytes_done - before < step_bytes_) {
    LS_RETURN_IF_ERROR(Stopped());
    LS_RETURN_IF_ERROR(CheckPiece());
  }
  *wait_micros = pace_.Take(source_.env->NowMicros(), progress().bytes_done - before);
  return Stopped();
}

Status StoreVerification::CheckPiece() {
  if (file_ != nullptr) return ContinueTable();
  if (!tables_.empty()) return BeginTable();
  const KeptLog log = logs_.back();
  logs_.pop_back();
  const Status status = CheckKeptLog(log);
  if (!status.ok() && IsFinding(status)) {
    // It may have been let go meanwhile.
    const std::vector<KeptLog> now = source_.kept_logs();
    if (std::find(now.begin(), now.end(), log) == now.end()) return EndFile(log.bytes, {});
  }
  return EndFile(log.bytes, status);
}

Status StoreVerification::BeginTable() {
  const PlannedTable planned = tables_.back();
  tables_.pop_back();
  const VersionPtr version = source_.version();
  const Tree* const tree = version->Find(planned.namespace_id);
  const TableFilePtr file = tree == nullptr ? nullptr : FindTable(*tree, planned.number);
  if (file == nullptr) {
    --progress_.files_total;
    progress_.bytes_total -= planned.size;
    return Status::Ok();
  }
  file_namespace_ = tree->info.name;
  Table* table = nullptr;
  const Status opened = file->Get(Tier::kDisk, &table);
  if (!opened.ok()) return EndFile(planned.size, opened);
  const uint32_t digest = file->meta().digest;
  check_ = table->NewCheck(&digest);
  file_ = file;
  return Status::Ok();
}

Status StoreVerification::ContinueTable() {
  bool done = false;
  const Status status = check_->Step(kPieceBytes, &done);
  if (status.ok() && !done) return Status::Ok();
  const uint64_t size = file_->meta().size;
  check_.reset();
  file_.reset();
  return EndFile(size, status);
}

Status StoreVerification::EndFile(uint64_t bytes, const Status& status) {
  ++progress_.files_done;
  progress_.bytes_done += bytes;
  std::string name;
  name.swap(file_namespace_);
  if (status.ok() || !IsFinding(status)) return status;
  findings_.push_back(name.empty() ? status : status.WithContext("namespace '" + name + "'"));
  return Status::Ok();
}

// A kept log was finished before it was kept: it is there, whole and closed.
Status StoreVerification::CheckKeptLog(const KeptLog& kept) {
  const std::string name = LogName(kept.number);
  log::ScanResult scan;
  const Status status = log::ScanSegment(
      source_.env, JoinPath(source_.path, name), name, FileKind::kLog, source_.store_id,
      kept.number, [this](const log::RecordHeader&, uint64_t, Slice) { return Stopped(); }, &scan);
  if (!status.ok()) return IsFinding(status) ? status.WithContext("a kept log segment") : status;
  if (scan.closed) return Status::Ok();
  return Status::Corruption(
      "a kept log segment: " +
          (scan.break_reason.empty() ? "no closing record" : scan.break_reason),
      {name, scan.good_size});
}

Status RunVerification(Verification* verification, const VerifyOptions& options,
                       const std::function<void(uint64_t micros)>& pause,
                       std::vector<Finding>* findings) {
  const auto cancelled = [&] { return options.cancelled && options.cancelled(); };
  while (!verification->done()) {
    if (cancelled()) verification->Cancel();
    uint64_t wait = 0;
    LS_RETURN_IF_ERROR(verification->Step(&wait));
    if (options.progress) options.progress(verification->progress());
    while (wait > 0 && !verification->done() && !cancelled()) {
      const uint64_t slice = std::min(wait, kPauseMicrosMax);
      pause(slice);
      wait -= slice;
    }
  }
  *findings = verification->findings();
  return Status::Ok();
}

}  // namespace ledgerstone
