// Open files and locks of the simulated environment.
//
// A failed sync leaves the pending bytes as simulated_disk.h rule 3 says. A failed writeback is
// heard by nobody until the next sync of that file, which then fails.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/checks.h"
#include "env/path_name.h"
#include "env/simulated_env.h"

namespace ledgerstone {

class SimulatedWritableFile final : public WritableFile {
 public:
  SimulatedWritableFile(SimulatedEnv* env, SimulatedEnv::Handle handle)
      : env_(env), handle_(std::move(handle)) {}
  ~SimulatedWritableFile() override { env_->Drop(handle_); }

  using WritableFile::Append;
  Status Append(std::span<const Slice> pieces) override {
    LS_CHECK(!handle_.closed);
    return env_->Append(&handle_, pieces);
  }
  void StartWriteback() override {
    LS_CHECK(!handle_.closed);
    env_->StartWriteback(handle_);
  }
  Status Sync() override {
    LS_CHECK(!handle_.closed);
    return env_->Sync(&handle_);
  }
  Status Extend(uint64_t size) override {
    LS_CHECK(!handle_.closed);
    return env_->Extend(handle_, size);
  }
  Status Trim() override {
    LS_CHECK(!handle_.closed);
    return env_->Trim(handle_);
  }
  Status Close() override {
    if (handle_.closed) return Status::Closed(BaseName(handle_.path));
    return env_->Close(&handle_);
  }
  uint64_t Size() const override { return handle_.end; }

 private:
  SimulatedEnv* const env_;
  SimulatedEnv::Handle handle_;
};

class SimulatedRandomAccessFile final : public RandomAccessFile {
 public:
  SimulatedRandomAccessFile(SimulatedEnv* env, SimulatedEnv::Handle handle, uint64_t size)
      : env_(env), handle_(std::move(handle)), size_(size) {}
  ~SimulatedRandomAccessFile() override { env_->Drop(handle_); }

  Status Read(uint64_t offset, size_t size, char* scratch, size_t* read) const override {
    return env_->Read(handle_, offset, size, scratch, read);
  }
  uint64_t Size() const override { return size_; }

 private:
  SimulatedEnv* const env_;
  const SimulatedEnv::Handle handle_;
  const uint64_t size_;
};

class SimulatedDirectoryLock final : public DirectoryLock {
 public:
  SimulatedDirectoryLock(SimulatedEnv* env, InodeId inode, uint64_t life)
      : env_(env), inode_(inode), life_(life) {}
  ~SimulatedDirectoryLock() override { env_->Unlock(inode_, life_); }

 private:
  SimulatedEnv* const env_;
  const InodeId inode_;
  const uint64_t life_;
};

SimulatedEnv::Handle SimulatedEnv::Open(InodeId inode, const std::string& path) {
  ++open_[inode];
  Handle handle;
  handle.inode = inode;
  handle.life = life_;
  handle.path = path;
  return handle;
}

void SimulatedEnv::Release(const Handle& handle) {
  if (handle.life != life_) return;
  const auto found = open_.find(handle.inode);
  LS_CHECK(found != open_.end() && found->second > 0);
  if (--found->second == 0) open_.erase(found);
}

void SimulatedEnv::Drop(const Handle& handle) {
  const Guard guard(mutex_);
  if (!handle.closed) Release(handle);
}

Status SimulatedEnv::StaleFailure(const Handle& handle) const {
  return Status(StatusCode::kIoError, "the process that opened the file has crashed",
                {BaseName(handle.path)});
}

Status SimulatedEnv::NewWritableFile(const std::string& path, WriteMode mode,
                                     std::unique_ptr<WritableFile>* file) {
  const Guard guard(mutex_);
  const bool create = mode == WriteMode::kCreate;
  InodeId inode = 0;
  LS_RETURN_IF_ERROR(
      Run(create ? DiskOperationKind::kCreate : DiskOperationKind::kOpenAppend, path, [&] {
        if (create) return disk_.CreateFile(path, &inode);
        if (const int error = disk_.Find(path, &inode)) return error;
        return disk_.IsDirectory(inode) ? EISDIR : 0;
      }));
  Handle handle = Open(inode, path);
  handle.end = disk_.Bytes(inode).size();
  *file = std::make_unique<SimulatedWritableFile>(this, std::move(handle));
  return Status::Ok();
}

Status SimulatedEnv::NewRandomAccessFile(const std::string& path,
                                         std::unique_ptr<RandomAccessFile>* file) {
  const Guard guard(mutex_);
  InodeId inode = 0;
  LS_RETURN_IF_ERROR(Run(DiskOperationKind::kOpenRead, path, [&] {
    if (const int error = disk_.Find(path, &inode)) return error;
    return disk_.IsDirectory(inode) ? EISDIR : 0;
  }));
  const uint64_t size = disk_.Bytes(inode).size();
  *file = std::make_unique<SimulatedRandomAccessFile>(this, Open(inode, path), size);
  return Status::Ok();
}

Status SimulatedEnv::Append(Handle* handle, std::span<const Slice> pieces) {
  const Guard guard(mutex_);
  if (Stale(*handle)) return StaleFailure(*handle);
  if (handle->append_failed) ++misuse_.append_after_failed_append;
  if (handle->sync_failed) ++misuse_.append_after_failed_sync;
  uint64_t bytes = 0;
  for (const Slice piece : pieces) bytes += piece.size();
  const FaultDecision decision = Begin(DiskOperationKind::kAppend, handle->path, bytes);
  if (decision.apply) {
    disk_.Write(handle->inode, handle->end, pieces, decision.shortened ? decision.bytes : bytes);
  }
  if (decision.error == 0) handle->end += bytes;
  handle->append_failed |= decision.error != 0;
  return Outcome(decision.error, DiskOperationKind::kAppend, handle->path);
}

Status SimulatedEnv::Sync(Handle* handle) {
  const Guard guard(mutex_);
  if (Stale(*handle)) return StaleFailure(*handle);
  if (handle->append_failed) ++misuse_.sync_after_failed_append;
  if (handle->sync_failed) ++misuse_.sync_after_failed_sync;
  const Status status =
      Run(DiskOperationKind::kSync, handle->path, [&] { return disk_.SyncFile(handle->inode); });
  if (!status.ok()) {
    handle->sync_failed = true;
    disk_.FailFileSync(handle->inode);
  }
  return status;
}

void SimulatedEnv::StartWriteback(const Handle& handle) {
  const Guard guard(mutex_);
  if (Stale(handle)) return;
  const FaultDecision decision = Begin(DiskOperationKind::kWriteback, handle.path);
  if (decision.error != 0) disk_.FailWriteback(handle.inode);
}

Status SimulatedEnv::Extend(const Handle& handle, uint64_t size) {
  const Guard guard(mutex_);
  if (Stale(handle)) return StaleFailure(handle);
  const FaultDecision decision = Begin(DiskOperationKind::kExtend, handle.path, size);
  if (decision.apply) disk_.Extend(handle.inode, size);
  return Outcome(decision.error, DiskOperationKind::kExtend, handle.path);
}

Status SimulatedEnv::Trim(const Handle& handle) {
  const Guard guard(mutex_);
  if (Stale(handle)) return StaleFailure(handle);
  return Run(DiskOperationKind::kTrim, handle.path, [&] {
    disk_.Cut(handle.inode, handle.end);
    return 0;
  });
}

Status SimulatedEnv::Close(Handle* handle) {
  const Guard guard(mutex_);
  Release(*handle);
  handle->closed = true;
  if (Stale(*handle)) return StaleFailure(*handle);
  return Run(DiskOperationKind::kClose, handle->path, [&] {
    if (!handle->append_failed && !handle->sync_failed) disk_.Cut(handle->inode, handle->end);
    return 0;
  });
}

Status SimulatedEnv::Read(const Handle& handle, uint64_t offset, size_t size, char* scratch,
                          size_t* read) {
  const Guard guard(mutex_);
  *read = 0;
  if (Stale(handle)) return StaleFailure(handle);
  const FaultDecision decision = Begin(DiskOperationKind::kRead, handle.path, size);
  if (decision.error != 0) return Outcome(decision.error, DiskOperationKind::kRead, handle.path);
  const std::string& bytes = disk_.Bytes(handle.inode);
  if (offset >= bytes.size()) return Status::Ok();
  *read = std::min(size, bytes.size() - static_cast<size_t>(offset));
  if (*read > 0) std::memcpy(scratch, bytes.data() + offset, *read);
  return Status::Ok();
}

Status SimulatedEnv::LockDirectory(const std::string& directory, const std::string& name,
                                   std::unique_ptr<DirectoryLock>* lock) {
  const Guard guard(mutex_);
  const std::string path = directory + "/" + name;
  InodeId inode = 0;
  LS_RETURN_IF_ERROR(Run(DiskOperationKind::kLock, path, [&] {
    const int error = disk_.Find(path, &inode);
    if (error == ENOENT) return disk_.CreateFile(path, &inode);
    return error == 0 && disk_.IsDirectory(inode) ? EISDIR : error;
  }));
  if (!locked_.insert(inode).second) {
    return Status(StatusCode::kLocked, directory + " is already open in this process", {name});
  }
  disk_.Overwrite(inode, "pid 1\n");
  ++open_[inode];
  *lock = std::make_unique<SimulatedDirectoryLock>(this, inode, life_);
  return Status::Ok();
}

void SimulatedEnv::Unlock(InodeId inode, uint64_t life) {
  const Guard guard(mutex_);
  if (life != life_) return;
  LS_CHECK(locked_.erase(inode) == 1);
  Handle handle;
  handle.inode = inode;
  handle.life = life;
  Release(handle);
}

}  // namespace ledgerstone
