// An environment in memory for tests: a disk that can lose what was not synced, operations that
// fail on plan, a clock and chance that repeat. The disk's rules are in simulated_disk.h, the power
// cut's in simulated_crash.cc.
//
// 1. Every call that touches the disk is one numbered operation; the fault plan may fail it.
// 2. After a planned crash the process counts as dead: every call fails with kIoError, uncounted,
//    until Crash or Restore. Both make every open file and lock stale; a stale one only fails.
// 3. The same seed, calls and plan give the same bytes, errors and times.
// 4. One mutex over everything, so any thread may call. Lock order: a leaf.
// 5. Outlives its files and locks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "env/fault_plan.h"
#include "env/simulated_disk.h"
#include "ledgerstone/env.h"

namespace ledgerstone {

class SimulatedEnv final : public Env {
 public:
  explicit SimulatedEnv(uint64_t seed = 1);
  ~SimulatedEnv() override;

  Status NewWritableFile(const std::string& path, WriteMode mode,
                         std::unique_ptr<WritableFile>* file) override;
  Status NewRandomAccessFile(const std::string& path,
                             std::unique_ptr<RandomAccessFile>* file) override;
  Status FileExists(const std::string& path, bool* exists) override;
  Status FileSize(const std::string& path, uint64_t* size) override;
  Status TruncateFile(const std::string& path, uint64_t size) override;
  Status RenameFile(const std::string& from, const std::string& to) override;
  Status LinkFile(const std::string& from, const std::string& to) override;
  Status RemoveFile(const std::string& path) override;
  Status CreateDirectory(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Status ListDirectory(const std::string& path, std::vector<std::string>* names) override;
  Status SyncDirectory(const std::string& path) override;
  Status LockDirectory(const std::string& directory, const std::string& name,
                       std::unique_ptr<DirectoryLock>* lock) override;
  // Moves on by one microsecond with each call.
  uint64_t NowMicros() override;
  // Stands still until told.
  uint64_t WallMillis() override { return wall_millis_.load(); }
  void SetWallMillis(uint64_t millis) { wall_millis_.store(millis); }
  void RandomBytes(char* destination, size_t size) override;
  char* AllocatePages(size_t size) override;
  void ReleasePages(char* pages, size_t size) override;

  // Faults. A new plan replaces the old one; Crash and Restore remove it.
  void SetFaultPlan(FaultPlan plan);
  uint64_t faults_fired() const;
  uint64_t operation_count() const;
  // True after a planned crash, until Crash or Restore.
  bool dead() const;

  // The operations since tracing was turned on, or since the last Restore.
  void KeepTrace(bool keep);
  std::vector<DiskOperation> Trace() const;

  // Cuts the power: the disk becomes what would be left, and the environment is ready for a reopen.
  void Crash(const CrashOptions& options);
  size_t unsynced_name_changes() const;

  // Disk, clock and chance, for going back. Restore also sets the operation count to zero, empties
  // the trace and removes the fault plan. An image is cheap: bytes are shared until changed.
  // Images are copied and dropped by the thread that uses their environment.
  struct Image {
    SimulatedDisk disk;
    uint64_t clock_micros = 0;
    Random random;
  };
  Image Snapshot() const;
  void Restore(const Image& image);
  // A new environment that starts from this one's image.
  std::unique_ptr<SimulatedEnv> Clone() const;

  // What a caller did that env.h forbids, counted over the environment's life.
  struct Misuse {
    uint64_t append_after_failed_append = 0;
    uint64_t append_after_failed_sync = 0;
    uint64_t sync_after_failed_append = 0;
    uint64_t sync_after_failed_sync = 0;
    uint64_t total() const {
      return append_after_failed_append + append_after_failed_sync + sync_after_failed_append +
             sync_after_failed_sync;
    }
  };
  Misuse misuse() const;

  // The disk behind the engine's back; none of these is an operation. Paths must exist, except that
  // WriteImage makes the file (in a directory that exists) and ReadImage says when there is none.
  // WriteImage and RemoveImage make the names of that directory durable.
  void CorruptByte(const std::string& path, uint64_t offset, uint8_t mask);
  std::optional<std::string> ReadImage(const std::string& path) const;
  // Durable at once.
  void WriteImage(const std::string& path, Slice contents);
  void RemoveImage(const std::string& path);
  // Every file on the disk, by whole path.
  std::vector<std::string> ListImages() const;
  uint64_t UnsyncedBytes(const std::string& path) const;

  void SetClock(uint64_t micros);
  void AdvanceClock(uint64_t delta_micros);
  // Asked before pages are handed out: true refuses them.
  void SetPageRefusal(std::function<bool()> refuses) { refuses_pages_ = std::move(refuses); }
  // Pages handed out and not yet given back.
  uint64_t live_page_bytes() const;

 private:
  friend class SimulatedWritableFile;
  friend class SimulatedRandomAccessFile;
  friend class SimulatedDirectoryLock;

  // What an open file remembers; `life` tells whether it is from before a crash.
  struct Handle {
    InodeId inode = 0;
    uint64_t life = 0;
    std::string path;
    uint64_t end = 0;  // where the next append goes
    bool append_failed = false;
    bool sync_failed = false;
    bool closed = false;
  };
  using Guard = std::lock_guard<std::mutex>;

  // All below need the mutex.
  FaultDecision Begin(DiskOperationKind kind, const std::string& path, uint64_t bytes = 0);
  // Counts the operation, runs `effect` (which returns 0 or an errno value) unless the plan says
  // otherwise, and makes the outcome a Status.
  template <typename Effect>
  Status Run(DiskOperationKind kind, const std::string& path, Effect effect);
  Status Outcome(int error, DiskOperationKind kind, const std::string& path) const;
  Handle Open(InodeId inode, const std::string& path);
  void Release(const Handle& handle);
  bool Stale(const Handle& handle) const { return dead_ || handle.life != life_; }
  Status StaleFailure(const Handle& handle) const;
  void StartNewLife();

  // The calls of open files; each takes the mutex.
  Status Append(Handle* handle, std::span<const Slice> pieces);
  Status Sync(Handle* handle);
  void StartWriteback(const Handle& handle);
  Status Extend(const Handle& handle, uint64_t size);
  Status Trim(const Handle& handle);
  Status Close(Handle* handle);
  Status Read(const Handle& handle, uint64_t offset, size_t size, char* scratch, size_t* read);
  void Drop(const Handle& handle);
  void Unlock(InodeId inode, uint64_t life);

  mutable std::mutex mutex_;
  SimulatedDisk disk_;
  std::map<InodeId, int> open_;
  std::set<InodeId> locked_;
  FaultPlan plan_;
  uint64_t operations_ = 0;
  bool keep_trace_ = false;
  std::vector<DiskOperation> trace_;
  bool dead_ = false;
  uint64_t life_ = 1;
  Misuse misuse_;
  uint64_t clock_micros_;
  std::atomic<uint64_t> wall_millis_{1'700'000'000'000};
  Random random_;
  uint64_t live_page_bytes_ = 0;
  std::function<bool()> refuses_pages_;
};

template <typename Effect>
Status SimulatedEnv::Run(DiskOperationKind kind, const std::string& path, Effect effect) {
  const FaultDecision decision = Begin(kind, path);
  const int error = decision.apply ? effect() : 0;
  return Outcome(decision.error != 0 ? decision.error : error, kind, path);
}

}  // namespace ledgerstone
