#include "env/tracing_env.h"

#include "base/checks.h"

namespace ledgerstone {
namespace {

std::string WithNumber(std::string line, uint64_t number) {
  return std::move(line) + " " + std::to_string(number);
}

class TracingWritableFile final : public WritableFile {
 public:
  TracingWritableFile(TracingEnv* env, std::string name, std::unique_ptr<WritableFile> base)
      : env_(env), name_(std::move(name)), base_(std::move(base)) {}

  using WritableFile::Append;
  Status Append(std::span<const Slice> pieces) override {
    uint64_t bytes = 0;
    for (const Slice piece : pieces) bytes += piece.size();
    return env_->Tell(WithNumber("append " + name_, bytes), base_->Append(pieces));
  }
  void StartWriteback() override {
    base_->StartWriteback();
    static_cast<void>(env_->Tell("writeback " + name_, Status::Ok()));
  }
  Status Sync() override { return env_->Tell("sync " + name_, base_->Sync()); }
  Status Extend(uint64_t size) override {
    return env_->Tell(WithNumber("extend " + name_, size), base_->Extend(size));
  }
  Status Trim() override { return env_->Tell("trim " + name_, base_->Trim()); }
  Status Close() override { return env_->Tell("close " + name_, base_->Close()); }
  uint64_t Size() const override { return base_->Size(); }

 private:
  TracingEnv* const env_;
  const std::string name_;
  const std::unique_ptr<WritableFile> base_;
};

class TracingRandomAccessFile final : public RandomAccessFile {
 public:
  TracingRandomAccessFile(TracingEnv* env, std::string name, std::unique_ptr<RandomAccessFile> base)
      : env_(env), name_(std::move(name)), base_(std::move(base)) {}

  Status Read(uint64_t offset, size_t size, char* scratch, size_t* read) const override {
    std::string line = WithNumber(WithNumber("read " + name_, offset), size);
    return env_->TellRead(std::move(line), base_->Read(offset, size, scratch, read));
  }
  uint64_t Size() const override { return base_->Size(); }

 private:
  TracingEnv* const env_;
  const std::string name_;
  const std::unique_ptr<RandomAccessFile> base_;
};

class TracingDirectoryLock final : public DirectoryLock {
 public:
  TracingDirectoryLock(TracingEnv* env, std::string name, std::unique_ptr<DirectoryLock> base)
      : env_(env), name_(std::move(name)), base_(std::move(base)) {}
  ~TracingDirectoryLock() override {
    base_.reset();
    static_cast<void>(env_->Tell("unlock " + name_, Status::Ok()));
  }

 private:
  TracingEnv* const env_;
  const std::string name_;
  std::unique_ptr<DirectoryLock> base_;
};

}  // namespace

TracingEnv::TracingEnv(Env* base, Options options, Sink sink)
    : base_(base), options_(std::move(options)), sink_(std::move(sink)) {
  LS_CHECK(base_ != nullptr);
  LS_CHECK(sink_ != nullptr);
}

Status TracingEnv::Tell(std::string line, Status status) {
  if (!status.ok()) {
    line += " -> ";
    line += StatusCodeName(status.code());
  }
  std::lock_guard<std::mutex> lock(mutex_);
  sink_(line);
  return status;
}

Status TracingEnv::TellRead(std::string line, Status status) {
  return options_.reads ? Tell(std::move(line), std::move(status)) : status;
}

std::string TracingEnv::Relative(const std::string& path) const {
  const std::string& root = options_.root;
  if (root.empty() || !path.starts_with(root)) return path;
  if (path.size() == root.size()) return "";
  return path[root.size()] == '/' ? path.substr(root.size() + 1) : path;
}

std::string TracingEnv::Line(std::string operation, const std::string& path) const {
  const std::string relative = Relative(path);
  return relative.empty() ? operation : operation + " " + relative;
}

Status TracingEnv::NewWritableFile(const std::string& path, WriteMode mode,
                                   std::unique_ptr<WritableFile>* file) {
  std::unique_ptr<WritableFile> base;
  const char* operation = mode == WriteMode::kCreate ? "create" : "append-to";
  LS_RETURN_IF_ERROR(Tell(Line(operation, path), base_->NewWritableFile(path, mode, &base)));
  *file = std::make_unique<TracingWritableFile>(this, Relative(path), std::move(base));
  return Status::Ok();
}

Status TracingEnv::NewRandomAccessFile(const std::string& path,
                                       std::unique_ptr<RandomAccessFile>* file) {
  std::unique_ptr<RandomAccessFile> base;
  LS_RETURN_IF_ERROR(TellRead(Line("open", path), base_->NewRandomAccessFile(path, &base)));
  *file = std::make_unique<TracingRandomAccessFile>(this, Relative(path), std::move(base));
  return Status::Ok();
}

Status TracingEnv::FileExists(const std::string& path, bool* exists) {
  return TellRead(Line("exists", path), base_->FileExists(path, exists));
}

Status TracingEnv::FileSize(const std::string& path, uint64_t* size) {
  return TellRead(Line("size", path), base_->FileSize(path, size));
}

Status TracingEnv::TruncateFile(const std::string& path, uint64_t size) {
  return Tell(WithNumber(Line("truncate", path), size), base_->TruncateFile(path, size));
}

Status TracingEnv::RenameFile(const std::string& from, const std::string& to) {
  return Tell(Line(Line("rename", from), to), base_->RenameFile(from, to));
}

Status TracingEnv::LinkFile(const std::string& from, const std::string& to) {
  return Tell(Line(Line("link", from), to), base_->LinkFile(from, to));
}

Status TracingEnv::RemoveFile(const std::string& path) {
  return Tell(Line("remove", path), base_->RemoveFile(path));
}

Status TracingEnv::CreateDirectory(const std::string& path) {
  return Tell(Line("mkdir", path), base_->CreateDirectory(path));
}

Status TracingEnv::RemoveDirectory(const std::string& path) {
  return Tell(Line("rmdir", path), base_->RemoveDirectory(path));
}

Status TracingEnv::ListDirectory(const std::string& path, std::vector<std::string>* names) {
  return TellRead(Line("list", path), base_->ListDirectory(path, names));
}

Status TracingEnv::SyncDirectory(const std::string& path) {
  return Tell(Line("sync-dir", path), base_->SyncDirectory(path));
}

Status TracingEnv::LockDirectory(const std::string& directory, const std::string& name,
                                 std::unique_ptr<DirectoryLock>* lock) {
  const std::string path = directory + "/" + name;
  std::unique_ptr<DirectoryLock> base;
  LS_RETURN_IF_ERROR(Tell(Line("lock", path), base_->LockDirectory(directory, name, &base)));
  *lock = std::make_unique<TracingDirectoryLock>(this, Relative(path), std::move(base));
  return Status::Ok();
}

}  // namespace ledgerstone
