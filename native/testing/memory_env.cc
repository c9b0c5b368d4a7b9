#include "testing/memory_env.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/hash.h"

namespace ledgerstone {

class MemoryWritableFile : public WritableFile {
 public:
  MemoryWritableFile(MemoryEnv* env, std::string path)
      : env_(env), path_(std::move(path)), end_(env_->files_[path_].size()) {}

  Status Append(std::span<const Slice> pieces) override {
    ++env_->writable_calls_;
    if (MemoryEnv::Due(&env_->append_fails_in_)) return Status::FromErrno(EIO, "append", {path_});
    for (const Slice piece : pieces) {
      env_->files_[path_].replace(end_, piece.size(), piece);
      end_ += piece.size();
    }
    return Status::Ok();
  }
  void StartWriteback() override { ++env_->writable_calls_; }
  Status Sync() override {
    ++env_->writable_calls_;
    if (MemoryEnv::Due(&env_->sync_fails_in_)) return Status::FromErrno(EIO, "sync", {path_});
    return Status::Ok();
  }
  Status Extend(uint64_t size) override {
    ++env_->writable_calls_;
    if (MemoryEnv::Due(&env_->extend_fails_in_)) {
      return Status::FromErrno(ENOSPC, "extend", {path_});
    }
    std::string& bytes = env_->files_[path_];
    bytes.resize(std::max<size_t>(bytes.size(), size));
    return Status::Ok();
  }
  Status Trim() override {
    ++env_->writable_calls_;
    if (MemoryEnv::Due(&env_->trim_fails_in_)) return Status::FromErrno(EIO, "trim", {path_});
    env_->files_[path_].resize(end_);
    return Status::Ok();
  }
  Status Close() override {
    ++env_->writable_calls_;
    return Status::Ok();
  }
  uint64_t Size() const override { return end_; }

 private:
  MemoryEnv* env_;
  std::string path_;
  size_t end_;
};

class MemoryReadableFile : public RandomAccessFile {
 public:
  MemoryReadableFile(MemoryEnv* env, std::string path) : env_(env), path_(std::move(path)) {}

  Status Read(uint64_t offset, size_t size, char* scratch, size_t* read) const override {
    *read = 0;
    if (MemoryEnv::Due(&env_->read_fails_in_)) {
      return Status::FromErrno(EIO, "read", {path_, offset});
    }
    const std::string& contents = env_->files_[path_];
    if (offset >= contents.size()) return Status::Ok();
    *read = static_cast<size_t>(std::min<uint64_t>(size, contents.size() - offset));
    if (*read > 0) std::memcpy(scratch, contents.data() + offset, *read);
    env_->bytes_read_ += *read;
    return Status::Ok();
  }
  uint64_t Size() const override { return env_->files_[path_].size(); }

 private:
  MemoryEnv* env_;
  std::string path_;
};

class MemoryLock : public DirectoryLock {
 public:
  MemoryLock(MemoryEnv* env, std::string path) : env_(env), path_(std::move(path)) {}
  ~MemoryLock() override { env_->locks_.erase(path_); }

 private:
  MemoryEnv* env_;
  std::string path_;
};

Status MemoryEnv::NewWritableFile(const std::string& path, WriteMode mode,
                                  std::unique_ptr<WritableFile>* file) {
  const bool exists = files_.contains(path);
  if (mode == WriteMode::kCreate && exists) return Status::FromErrno(EEXIST, "create", {path});
  if (mode == WriteMode::kAppend && !exists) return Status::FromErrno(ENOENT, "open", {path});
  files_[path];
  *file = std::make_unique<MemoryWritableFile>(this, path);
  return Status::Ok();
}

Status MemoryEnv::NewRandomAccessFile(const std::string& path,
                                      std::unique_ptr<RandomAccessFile>* file) {
  if (!files_.contains(path)) return Status::FromErrno(ENOENT, "open", {path});
  *file = std::make_unique<MemoryReadableFile>(this, path);
  return Status::Ok();
}

Status MemoryEnv::FileExists(const std::string& path, bool* exists) {
  *exists = files_.contains(path);
  return Status::Ok();
}

Status MemoryEnv::FileSize(const std::string& path, uint64_t* size) {
  const auto found = files_.find(path);
  if (found == files_.end()) return Status::FromErrno(ENOENT, "stat", {path});
  *size = found->second.size();
  return Status::Ok();
}

Status MemoryEnv::TruncateFile(const std::string& path, uint64_t size) {
  const auto found = files_.find(path);
  if (found == files_.end()) return Status::FromErrno(ENOENT, "truncate", {path});
  found->second.resize(static_cast<size_t>(size));
  return Status::Ok();
}

Status MemoryEnv::RenameFile(const std::string& from, const std::string& to) {
  LS_RETURN_IF_ERROR(LinkFile(from, to));
  return from == to ? Status::Ok() : RemoveFile(from);
}

Status MemoryEnv::LinkFile(const std::string& from, const std::string& to) {
  const auto found = files_.find(from);
  if (found == files_.end()) return Status::FromErrno(ENOENT, "link", {from});
  files_[to] = found->second;
  return Status::Ok();
}

Status MemoryEnv::RemoveFile(const std::string& path) {
  if (files_.erase(path) == 0) return Status::FromErrno(ENOENT, "remove", {path});
  return Status::Ok();
}

Status MemoryEnv::CreateDirectory(const std::string&) { return Status::Ok(); }

Status MemoryEnv::RemoveDirectory(const std::string&) { return Status::Ok(); }

Status MemoryEnv::ListDirectory(const std::string& path, std::vector<std::string>* names) {
  names->clear();
  const std::string prefix = path + "/";
  for (const auto& [name, contents] : files_) {
    if (name.starts_with(prefix) && name.find('/', prefix.size()) == std::string::npos) {
      names->push_back(name.substr(prefix.size()));
    }
  }
  return Status::Ok();
}

Status MemoryEnv::SyncDirectory(const std::string&) { return Status::Ok(); }

Status MemoryEnv::LockDirectory(const std::string& directory, const std::string& name,
                                std::unique_ptr<DirectoryLock>* lock) {
  const std::string path = directory + "/" + name;
  if (!locks_.insert(path).second) {
    return Status(StatusCode::kLocked, "already open in this process", {path});
  }
  *lock = std::make_unique<MemoryLock>(this, path);
  return Status::Ok();
}

void MemoryEnv::RandomBytes(char* destination, size_t size) {
  for (size_t i = 0; i < size; ++i) destination[i] = static_cast<char>(HashMix(++now_));
}

char* MemoryEnv::AllocatePages(size_t size) { return new char[size](); }

void MemoryEnv::ReleasePages(char* pages, size_t) { delete[] pages; }

}  // namespace ledgerstone
