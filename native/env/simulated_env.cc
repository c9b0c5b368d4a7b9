// The names, directories, clock and test controls of the simulated environment; open files are in
// simulated_file.cc.
#include "env/simulated_env.h"

#include <cerrno>
#include <cstring>

#include "base/checks.h"
#include "env/path_name.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kClockStartMicros = 1'000'000;

}  // namespace

SimulatedEnv::SimulatedEnv(uint64_t seed) : clock_micros_(kClockStartMicros), random_(seed) {}

SimulatedEnv::~SimulatedEnv() { LS_CHECK(open_.empty() && locked_.empty()); }

FaultDecision SimulatedEnv::Begin(DiskOperationKind kind, const std::string& path, uint64_t bytes) {
  if (dead_) return {EIO, false, false, false, 0};
  const DiskOperation operation{operations_++, kind, path, bytes};
  const FaultDecision decision = plan_.Decide(operation);
  if (keep_trace_) trace_.push_back(operation);
  if (decision.crash) dead_ = true;
  return decision;
}

Status SimulatedEnv::Outcome(int error, DiskOperationKind kind, const std::string& path) const {
  if (error == 0) return Status::Ok();
  return Status::FromErrno(error, DiskOperationName(kind), {BaseName(path)});
}

Status SimulatedEnv::FileExists(const std::string& path, bool* exists) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kExists, path, [&] {
    InodeId inode = 0;
    *exists = disk_.Find(path, &inode) == 0;
    return 0;
  });
}

Status SimulatedEnv::FileSize(const std::string& path, uint64_t* size) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kSize, path, [&] {
    InodeId inode = 0;
    if (const int error = disk_.Find(path, &inode)) return error;
    *size = disk_.IsDirectory(inode) ? 0 : disk_.Bytes(inode).size();
    return 0;
  });
}

Status SimulatedEnv::TruncateFile(const std::string& path, uint64_t size) {
  const Guard guard(mutex_);
  bool longer = false;
  const Status status = Run(DiskOperationKind::kTruncate, path, [&] {
    InodeId inode = 0;
    if (const int error = disk_.Find(path, &inode)) return error;
    if (disk_.IsDirectory(inode)) return EISDIR;
    longer = size > disk_.Bytes(inode).size();
    return longer ? EINVAL : disk_.Truncate(inode, size);
  });
  if (!longer) return status;
  return Status::InvalidArgument("truncating " + BaseName(path) + " would make it longer");
}

Status SimulatedEnv::RenameFile(const std::string& from, const std::string& to) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kRename, from, [&] { return disk_.Rename(from, to); });
}

Status SimulatedEnv::LinkFile(const std::string& from, const std::string& to) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kLink, from, [&] { return disk_.Link(from, to); });
}

Status SimulatedEnv::RemoveFile(const std::string& path) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kRemove, path, [&] { return disk_.Remove(path); });
}

Status SimulatedEnv::CreateDirectory(const std::string& path) {
  if (path.empty()) return Status::InvalidArgument("a directory needs a path");
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kCreateDirectory, path,
             [&] { return disk_.CreateDirectories(path); });
}

Status SimulatedEnv::RemoveDirectory(const std::string& path) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kRemoveDirectory, path,
             [&] { return disk_.RemoveDirectory(path); });
}

Status SimulatedEnv::ListDirectory(const std::string& path, std::vector<std::string>* names) {
  const Guard guard(mutex_);
  return Run(DiskOperationKind::kList, path, [&] { return disk_.List(path, names); });
}

Status SimulatedEnv::SyncDirectory(const std::string& path) {
  const Guard guard(mutex_);
  const bool was_dead = dead_;
  const Status status = Run(DiskOperationKind::kSyncDirectory, path, [&] {
    const int error = disk_.SyncDirectory(path);
    if (error == 0) disk_.Sweep(open_);
    return error;
  });
  if (!status.ok() && !was_dead) disk_.FailDirectorySync(path);
  return status;
}

uint64_t SimulatedEnv::NowMicros() {
  const Guard guard(mutex_);
  return clock_micros_++;
}

void SimulatedEnv::RandomBytes(char* destination, size_t size) {
  const Guard guard(mutex_);
  for (size_t i = 0; i < size; ++i) destination[i] = static_cast<char>(random_.Next() & 0xff);
}

char* SimulatedEnv::AllocatePages(size_t size) {
  if (refuses_pages_ && refuses_pages_()) return nullptr;
  char* pages = Env::Posix()->AllocatePages(size);
  const Guard guard(mutex_);
  if (pages != nullptr) live_page_bytes_ += size;
  return pages;
}

void SimulatedEnv::ReleasePages(char* pages, size_t size) {
  Env::Posix()->ReleasePages(pages, size);
  const Guard guard(mutex_);
  LS_CHECK(live_page_bytes_ >= size);
  live_page_bytes_ -= size;
}

void SimulatedEnv::SetFaultPlan(FaultPlan plan) {
  const Guard guard(mutex_);
  plan_ = std::move(plan);
}

uint64_t SimulatedEnv::faults_fired() const {
  const Guard guard(mutex_);
  return plan_.fired();
}

uint64_t SimulatedEnv::operation_count() const {
  const Guard guard(mutex_);
  return operations_;
}

bool SimulatedEnv::dead() const {
  const Guard guard(mutex_);
  return dead_;
}

void SimulatedEnv::KeepTrace(bool keep) {
  const Guard guard(mutex_);
  keep_trace_ = keep;
  trace_.clear();
}

std::vector<DiskOperation> SimulatedEnv::Trace() const {
  const Guard guard(mutex_);
  return trace_;
}

void SimulatedEnv::StartNewLife() {
  ++life_;
  dead_ = false;
  open_.clear();
  locked_.clear();
  plan_ = FaultPlan();
}

void SimulatedEnv::Crash(const CrashOptions& options) {
  const Guard guard(mutex_);
  disk_.Crash(options);
  StartNewLife();
}

size_t SimulatedEnv::unsynced_name_changes() const {
  const Guard guard(mutex_);
  return disk_.unsynced_name_changes();
}

SimulatedEnv::Image SimulatedEnv::Snapshot() const {
  const Guard guard(mutex_);
  return {disk_, clock_micros_, random_};
}

void SimulatedEnv::Restore(const Image& image) {
  const Guard guard(mutex_);
  disk_ = image.disk;
  clock_micros_ = image.clock_micros;
  random_ = image.random;
  operations_ = 0;
  trace_.clear();
  StartNewLife();
}

std::unique_ptr<SimulatedEnv> SimulatedEnv::Clone() const {
  auto clone = std::make_unique<SimulatedEnv>();
  clone->Restore(Snapshot());
  return clone;
}

SimulatedEnv::Misuse SimulatedEnv::misuse() const {
  const Guard guard(mutex_);
  return misuse_;
}

void SimulatedEnv::CorruptByte(const std::string& path, uint64_t offset, uint8_t mask) {
  const Guard guard(mutex_);
  InodeId inode = 0;
  LS_CHECK(disk_.Find(path, &inode) == 0);
  disk_.FlipDurable(inode, offset, mask);
}

std::optional<std::string> SimulatedEnv::ReadImage(const std::string& path) const {
  const Guard guard(mutex_);
  InodeId inode = 0;
  if (disk_.Find(path, &inode) != 0 || disk_.IsDirectory(inode)) return std::nullopt;
  return disk_.Bytes(inode);
}

void SimulatedEnv::WriteImage(const std::string& path, Slice contents) {
  const Guard guard(mutex_);
  disk_.PutDurable(path, contents);
}

void SimulatedEnv::RemoveImage(const std::string& path) {
  const Guard guard(mutex_);
  disk_.RemoveDurable(path);
}

std::vector<std::string> SimulatedEnv::ListImages() const {
  const Guard guard(mutex_);
  return disk_.AllFiles();
}

uint64_t SimulatedEnv::UnsyncedBytes(const std::string& path) const {
  const Guard guard(mutex_);
  InodeId inode = 0;
  LS_CHECK(disk_.Find(path, &inode) == 0);
  return disk_.unsynced_bytes(inode);
}

void SimulatedEnv::SetClock(uint64_t micros) {
  const Guard guard(mutex_);
  clock_micros_ = micros;
}

void SimulatedEnv::AdvanceClock(uint64_t delta_micros) {
  const Guard guard(mutex_);
  clock_micros_ += delta_micros;
}

uint64_t SimulatedEnv::live_page_bytes() const {
  const Guard guard(mutex_);
  return live_page_bytes_;
}

}  // namespace ledgerstone
