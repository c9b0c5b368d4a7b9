// One owner per directory: an advisory flock against other processes, and a table of the lock files
// this process holds, so that it can say that the owner is itself.
//
// 1. The table is keyed by device and inode, so another path to the same directory finds it too.
// 2. The lock file holds "pid N\n" of its last owner; it is never deleted, so that nobody can hold
//    a lock on a file that has lost its name.
// 3. A forked child inherits descriptors and table but owns nothing: entries carry the owner's pid,
//    and only the owner unlocks.
// 4. The table's mutex is held over the whole of taking and letting go; it is a leaf lock.
#include "env/posix_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/checks.h"
#include "env/posix_file.h"

namespace ledgerstone::posix {
namespace {

using FileId = std::pair<dev_t, ino_t>;

struct LockTable {
  std::mutex mutex;
  std::map<FileId, pid_t> held;
};

LockTable& Table() {
  static LockTable* const table = new LockTable;
  return *table;
}

class PosixDirectoryLock final : public DirectoryLock {
 public:
  PosixDirectoryLock(Descriptor descriptor, FileId id)
      : descriptor_(std::move(descriptor)), id_(id), owner_(::getpid()) {}

  ~PosixDirectoryLock() override {
    if (::getpid() != owner_) return;
    std::lock_guard<std::mutex> guard(Table().mutex);
    LS_CHECK(Table().held.erase(id_) == 1);
    LS_CHECK(::flock(descriptor_.get(), LOCK_UN) == 0);
  }

 private:
  Descriptor descriptor_;
  const FileId id_;
  const pid_t owner_;
};

Status Refused(const std::string& directory, const std::string& name, std::string_view why) {
  return Status(StatusCode::kLocked, directory + " is " + std::string(why), {name});
}

std::optional<pid_t> ReadOwner(int fd) {
  constexpr std::string_view kPrefix = "pid ";
  std::array<char, 32> text;
  size_t size = 0;
  if (ReadFully(fd, 0, text.size(), text.data(), &size, ::pread) != 0) return std::nullopt;
  const std::string_view line(text.data(), size);
  if (!line.starts_with(kPrefix)) return std::nullopt;
  pid_t pid = 0;
  const auto parsed = std::from_chars(line.data() + kPrefix.size(), line.data() + size, pid);
  if (parsed.ec != std::errc() || parsed.ptr == line.data() + size || *parsed.ptr != '\n') {
    return std::nullopt;
  }
  return pid;
}

// Written over the old text and then cut, so that a full disk does not stand in the way.
int WriteOwner(int fd) {
  const std::string line = "pid " + std::to_string(::getpid()) + "\n";
  const Slice piece(line);
  if (::lseek(fd, 0, SEEK_SET) != 0) return errno;
  if (const int error = WriteFully(fd, std::span<const Slice>(&piece, 1), ::writev)) return error;
  return ::ftruncate(fd, static_cast<off_t>(line.size())) == 0 ? 0 : errno;
}

int TakeFlock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

Status LockDirectory(const std::string& directory, const std::string& name,
                     std::unique_ptr<DirectoryLock>* lock) {
  std::lock_guard<std::mutex> guard(Table().mutex);
  Descriptor fd = Open(directory + "/" + name, O_RDWR | O_CREAT);
  if (!fd.valid()) return Status::FromErrno(errno, "open the lock of " + directory, {name});
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return Status::FromErrno(errno, "stat", {name});

  const FileId id(info.st_dev, info.st_ino);
  const auto found = Table().held.find(id);
  if (found != Table().held.end() && found->second == ::getpid()) {
    return Refused(directory, name, "already open in this process");
  }
  const int error = TakeFlock(fd.get());
  if (error == EWOULDBLOCK) {
    const std::optional<pid_t> owner = ReadOwner(fd.get());
    if (!owner) return Refused(directory, name, "locked by another process");
    if (*owner == ::getpid()) return Refused(directory, name, "already open in this process");
    return Refused(directory, name, "locked by process " + std::to_string(*owner));
  }
  if (error != 0) return Status::FromErrno(error, "lock " + directory, {name});
  if (const int write_error = WriteOwner(fd.get())) {
    return Status::FromErrno(write_error, "write the owner of " + directory, {name});
  }
  Table().held[id] = ::getpid();
  *lock = std::make_unique<PosixDirectoryLock>(std::move(fd), id);
  return Status::Ok();
}

}  // namespace ledgerstone::posix
