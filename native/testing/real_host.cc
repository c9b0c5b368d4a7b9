// Real files and threads, with a wall clock that stands still: what expires must not depend on how
// fast a machine is.
#include <stdlib.h>

#include <atomic>
#include <filesystem>

#include "base/checks.h"
#include "testing/store_host.h"

namespace ledgerstone {
namespace {

class StillClockEnv final : public Env {
 public:
  Status NewWritableFile(const std::string& path, WriteMode mode,
                         std::unique_ptr<WritableFile>* file) override {
    return base_->NewWritableFile(path, mode, file);
  }
  Status NewRandomAccessFile(const std::string& path,
                             std::unique_ptr<RandomAccessFile>* file) override {
    return base_->NewRandomAccessFile(path, file);
  }
  Status FileExists(const std::string& path, bool* exists) override {
    return base_->FileExists(path, exists);
  }
  Status FileSize(const std::string& path, uint64_t* size) override {
    return base_->FileSize(path, size);
  }
  Status TruncateFile(const std::string& path, uint64_t size) override {
    return base_->TruncateFile(path, size);
  }
  Status RenameFile(const std::string& from, const std::string& to) override {
    return base_->RenameFile(from, to);
  }
  Status LinkFile(const std::string& from, const std::string& to) override {
    return base_->LinkFile(from, to);
  }
  Status RemoveFile(const std::string& path) override { return base_->RemoveFile(path); }
  Status CreateDirectory(const std::string& path) override { return base_->CreateDirectory(path); }
  Status RemoveDirectory(const std::string& path) override { return base_->RemoveDirectory(path); }
  Status ListDirectory(const std::string& path, std::vector<std::string>* names) override {
    return base_->ListDirectory(path, names);
  }
  Status SyncDirectory(const std::string& path) override { return base_->SyncDirectory(path); }
  Status LockDirectory(const std::string& directory, const std::string& name,
                       std::unique_ptr<DirectoryLock>* lock) override {
    return base_->LockDirectory(directory, name, lock);
  }
  uint64_t NowMicros() override { return base_->NowMicros(); }
  uint64_t WallMillis() override { return wall_millis_.load(); }
  void Advance(uint64_t millis) { wall_millis_.fetch_add(millis); }
  void RandomBytes(char* destination, size_t size) override {
    base_->RandomBytes(destination, size);
  }
  char* AllocatePages(size_t size) override { return base_->AllocatePages(size); }
  void ReleasePages(char* pages, size_t size) override { base_->ReleasePages(pages, size); }

 private:
  Env* const base_ = Env::Posix();
  std::atomic<uint64_t> wall_millis_{1'700'000'000'000};
};

class RealHost final : public StoreHost {
 public:
  explicit RealHost(const std::string& parent) {
    std::string pattern = parent + "/ledgerstone-XXXXXX";
    LS_CHECK(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
  }
  ~RealHost() override {
    scheduler_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const override { return directory_ + "/store"; }
  Env* env() override { return &env_; }
  void AdvanceWall(uint64_t millis) override { env_.Advance(millis); }
  Scheduler* NewScheduler() override {
    scheduler_ = Scheduler::Threaded();
    return scheduler_.get();
  }
  void RunJobs(uint64_t) override {}
  Status Kill(std::unique_ptr<Store>* store) override {
    const Status status = (*store)->Close();
    store->reset();
    return status;
  }

 private:
  std::string directory_;
  StillClockEnv env_;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace

std::unique_ptr<StoreHost> NewRealHost(const std::string& parent) {
  return std::make_unique<RealHost>(parent);
}

}  // namespace ledgerstone
