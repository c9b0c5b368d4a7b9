// Wraps any Env and tells each operation as one line of text, for golden tests:
//
//   create 000002.wal / append-to 000002.wal / append 000002.wal 120 / writeback 000002.wal
//   sync 000002.wal / reserve 000002.wal 65536 / close 000002.wal / open 000003.sst
//   read 000003.sst 4096 512 (offset, size asked for) / exists, size, truncate NAME SIZE
//   rename FROM TO / link FROM TO / remove NAME / mkdir / rmdir / list / sync-dir / lock NAME
//   unlock NAME
//
// 1. Paths are told relative to `root`; the root itself is left out ("sync-dir"), others are whole.
// 2. A line is told after the operation; a failed one ends in " -> IO_ERROR" (the status code).
// 3. Lines come one at a time, from whatever thread works; the sink must not use this Env.
// 4. What only looks (open, read, exists, size, list) is told when `reads` is set. Clock,
//    chance and pages are passed on untold.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone {

class TracingEnv final : public Env {
 public:
  using Sink = std::function<void(const std::string& line)>;
  struct Options {
    std::string root;
    bool reads = false;
  };

  // `base` and what `sink` uses outlive this and every file opened through it.
  TracingEnv(Env* base, Options options, Sink sink);

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
  uint64_t NowMicros() override { return base_->NowMicros(); }
  uint64_t WallMillis() override { return base_->WallMillis(); }
  void RandomBytes(char* destination, size_t size) override {
    base_->RandomBytes(destination, size);
  }
  char* AllocatePages(size_t size) override { return base_->AllocatePages(size); }
  void ReleasePages(char* pages, size_t size) override { base_->ReleasePages(pages, size); }

  // Tells `line`, marked when `status` is a failure, and hands the status on.
  Status Tell(std::string line, Status status);
  Status TellRead(std::string line, Status status);

 private:
  std::string Relative(const std::string& path) const;
  // "operation path", or the operation alone for the root.
  std::string Line(std::string operation, const std::string& path) const;

  Env* const base_;
  const Options options_;
  const Sink sink_;
  std::mutex mutex_;
};

}  // namespace ledgerstone
