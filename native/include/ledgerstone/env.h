// Everything the engine needs from the world outside: files, time, chance, pages of memory.
//
// 1. No other room calls the operating system; the implementations live in env/.
// 2. A writable file only grows at its end, or into zeros put there ahead. Nothing is durable
//    before Sync returns OK, and a new, renamed or deleted name is not durable before SyncDirectory
//    returns OK.
// 3. After a failed Append or Sync a file must not be appended to or synced again; implementations
//    may assert this. What the failed call left behind is unknown.
// 4. Every call may be made from any thread; one file object is used by one thread at a time,
//    except RandomAccessFile, whose Read is safe from many.
// 5. Append and Read do the whole length: short transfers and EINTR are retried inside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Appends the pieces in order, all of them or a failure.
  virtual Status Append(std::span<const Slice> pieces) = 0;
  Status Append(Slice piece) { return Append(std::span<const Slice>(&piece, 1)); }
  // Starts writing dirty pages to the device without waiting; a hint without a promise.
  virtual void StartWriteback() = 0;
  // Returns OK only when every appended byte survives a power cut.
  virtual Status Sync() = 0;
  // Makes the file `size` bytes long, if it is shorter, by zeros behind what was appended; appends
  // go on where they were, into the zeros. Not durable before Sync. After a failure some of the
  // zeros may be there, and the file is as fit for use as before.
  virtual Status Extend(uint64_t size) = 0;
  // Takes away the zeros that no append has filled. Not durable before Sync.
  virtual Status Trim() = 0;
  // Trims, too.
  virtual Status Close() = 0;
  // Where the next append goes.
  virtual uint64_t Size() const = 0;
};

class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  // Reads up to `size` bytes at `offset` into `scratch`; fewer only at the end of the file.
  virtual Status Read(uint64_t offset, size_t size, char* scratch, size_t* read) const = 0;
  virtual uint64_t Size() const = 0;
};

// Holds a directory for one owner; destroying it lets go.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

enum class WriteMode : uint8_t {
  kCreate,  // the file must not exist
  kAppend,  // the file must exist; writing goes on at its end
};

class Env {
 public:
  virtual ~Env() = default;

  virtual Status NewWritableFile(const std::string& path, WriteMode mode,
                                 std::unique_ptr<WritableFile>* file) = 0;
  virtual Status NewRandomAccessFile(const std::string& path,
                                     std::unique_ptr<RandomAccessFile>* file) = 0;
  virtual Status FileExists(const std::string& path, bool* exists) = 0;
  virtual Status FileSize(const std::string& path, uint64_t* size) = 0;
  // Cuts a file to `size` bytes and syncs it.
  virtual Status TruncateFile(const std::string& path, uint64_t size) = 0;
  // Replaces `to` if it exists.
  virtual Status RenameFile(const std::string& from, const std::string& to) = 0;
  virtual Status LinkFile(const std::string& from, const std::string& to) = 0;
  virtual Status RemoveFile(const std::string& path) = 0;
  // Creates the directory and its missing parents, and syncs the parents it changed.
  virtual Status CreateDirectory(const std::string& path) = 0;
  // Removes an empty directory.
  virtual Status RemoveDirectory(const std::string& path) = 0;
  // Names without "." and "..", sorted.
  virtual Status ListDirectory(const std::string& path, std::vector<std::string>* names) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Takes `<directory>/<name>` as a lock against other processes and against a second taker in this
  // one (also through another path to the same directory). The owner's pid is written into the
  // file. kLocked names that pid. The file is never deleted.
  virtual Status LockDirectory(const std::string& directory, const std::string& name,
                               std::unique_ptr<DirectoryLock>* lock) = 0;

  // Monotonic; only differences mean anything.
  virtual uint64_t NowMicros() = 0;
  // Milliseconds since 1970, by the system's clock; may jump.
  virtual uint64_t WallMillis() = 0;
  virtual void RandomBytes(char* destination, size_t size) = 0;

  // Zeroed pages, given back to the system by ReleasePages with the same size.
  // nullptr when there is no memory. Pages are committed when first touched.
  virtual char* AllocatePages(size_t size) = 0;
  virtual void ReleasePages(char* pages, size_t size) = 0;

  // The real operating system; lives as long as the process.
  static Env* Posix();
};

// Reads a whole file, as for small ones.
Status ReadFile(Env* env, const std::string& path, std::string* contents);
// Puts `contents` at `path` so that after a crash either the old or the new file is there:
// temporary file, sync, rename, directory sync.
Status ReplaceFile(Env* env, const std::string& directory, const std::string& name, Slice contents);

}  // namespace ledgerstone
