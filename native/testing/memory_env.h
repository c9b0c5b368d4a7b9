// A file system in memory for unit tests of single rooms: files are strings, everything appended is
// there at once, and the n-th append, sync, read, extend or trim from now on can be made to fail.
// What a power cut leaves behind is the business of the simulated environment
// (env/simulated_env.h).
//
// 1. Not thread-safe: a test drives it from one thread.
// 2. Every call on a writable file is counted, so that a test can see that none was made.
#pragma once

#include <map>
#include <set>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone {

class MemoryEnv : public Env {
 public:
  // The bytes of a file, created when absent; a test may read and change them.
  std::string& Contents(const std::string& path) { return files_[path]; }

  // Makes the n-th such call from now on (1 is the next) fail, once, with kIoError.
  void FailAppend(int n) { append_fails_in_ = n; }
  void FailSync(int n) { sync_fails_in_ = n; }
  void FailRead(int n) { read_fails_in_ = n; }
  void FailExtend(int n) { extend_fails_in_ = n; }
  void FailTrim(int n) { trim_fails_in_ = n; }
  int writable_calls() const { return writable_calls_; }
  uint64_t bytes_read() const { return bytes_read_; }

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
  uint64_t NowMicros() override { return ++now_; }
  uint64_t WallMillis() override { return now_ / 1000; }
  void RandomBytes(char* destination, size_t size) override;
  char* AllocatePages(size_t size) override;
  void ReleasePages(char* pages, size_t size) override;

 private:
  friend class MemoryWritableFile;
  friend class MemoryReadableFile;
  friend class MemoryLock;

  // Counts one down; true when the fault is due.
  static bool Due(int* fails_in) { return *fails_in > 0 && --*fails_in == 0; }

  std::map<std::string, std::string> files_;
  std::set<std::string> locks_;
  int append_fails_in_ = 0;
  int sync_fails_in_ = 0;
  int read_fails_in_ = 0;
  int extend_fails_in_ = 0;
  int trim_fails_in_ = 0;
  int writable_calls_ = 0;
  uint64_t bytes_read_ = 0;
  uint64_t now_ = 0;
};

}  // namespace ledgerstone
