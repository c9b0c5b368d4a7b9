// The real operating system: names, directories, clock, chance and pages. Files are in
// posix_file.cc, the directory lock in posix_lock.cc.
//
// 1. Errors about a file carry its name, errors about a directory its path.
// 2. No state but the lock table; every call may be made from any thread.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/random.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include "base/checks.h"
#include "env/path_name.h"
#include "env/posix_file.h"
#include "env/posix_lock.h"
#include "ledgerstone/env.h"

namespace ledgerstone {
namespace {

constexpr mode_t kDirectoryMode = 0755;

Status FileFailure(std::string_view operation, const std::string& path) {
  return Status::FromErrno(errno, operation, {BaseName(path)});
}

Status DirectoryFailure(int error, std::string_view operation, const std::string& path) {
  return Status::FromErrno(error, operation, {path});
}

// Sets `*created` when the directory was not there before.
Status MakeDirectory(const std::string& path, bool* created) {
  *created = ::mkdir(path.c_str(), kDirectoryMode) == 0;
  if (*created) return Status::Ok();
  const int error = errno;
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return DirectoryFailure(error, "create directory", path);
  if (S_ISDIR(info.st_mode)) return Status::Ok();
  return DirectoryFailure(ENOTDIR, "create directory", path);
}

constexpr size_t kHugePagesFrom = size_t{4} << 20;

class PosixEnv final : public Env {
 public:
  Status NewWritableFile(const std::string& path, WriteMode mode,
                         std::unique_ptr<WritableFile>* file) override {
    return posix::OpenWritable(path, mode, file);
  }

  Status NewRandomAccessFile(const std::string& path,
                             std::unique_ptr<RandomAccessFile>* file) override {
    return posix::OpenRandomAccess(path, file);
  }

  Status FileExists(const std::string& path, bool* exists) override {
    struct stat info;
    *exists = ::stat(path.c_str(), &info) == 0;
    if (*exists || errno == ENOENT || errno == ENOTDIR) return Status::Ok();
    return FileFailure("stat", path);
  }

  Status FileSize(const std::string& path, uint64_t* size) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return FileFailure("stat", path);
    *size = static_cast<uint64_t>(info.st_size);
    return Status::Ok();
  }

  Status TruncateFile(const std::string& path, uint64_t size) override;

  Status RenameFile(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return FileFailure("rename", from);
    return Status::Ok();
  }

  Status LinkFile(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return FileFailure("link", from);
    return Status::Ok();
  }

  Status RemoveFile(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return FileFailure("remove", path);
    return Status::Ok();
  }

  Status CreateDirectory(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return DirectoryFailure(errno, "remove directory", path);
    return Status::Ok();
  }
  Status ListDirectory(const std::string& path, std::vector<std::string>* names) override;
  Status SyncDirectory(const std::string& path) override;

  Status LockDirectory(const std::string& directory, const std::string& name,
                       std::unique_ptr<DirectoryLock>* lock) override {
    return posix::LockDirectory(directory, name, lock);
  }

  uint64_t NowMicros() override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return static_cast<uint64_t>(micros);
  }

  uint64_t WallMillis() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return static_cast<uint64_t>(millis);
  }

  void RandomBytes(char* destination, size_t size) override;
  char* AllocatePages(size_t size) override;
  void ReleasePages(char* pages, size_t size) override;
};

Status PosixEnv::TruncateFile(const std::string& path, uint64_t size) {
  const posix::Descriptor fd = posix::Open(path, O_WRONLY);
  if (!fd.valid()) return FileFailure("open to truncate", path);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return FileFailure("stat", path);
  if (size > static_cast<uint64_t>(info.st_size)) {
    return Status::InvalidArgument("truncating " + BaseName(path) + " would make it longer");
  }
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return FileFailure("truncate", path);
  const int error = posix::SyncAll(fd.get());
  if (error != 0) return Status::FromErrno(error, "sync after truncate", {BaseName(path)});
  return Status::Ok();
}

Status PosixEnv::CreateDirectory(const std::string& path) {
  if (path.empty()) return Status::InvalidArgument("a directory needs a path");
  size_t end = 0;
  while (end < path.size()) {
    end = std::min(path.find('/', end + 1), path.size());
    const std::string part = path.substr(0, end);
    if (part.back() == '/') continue;
    bool created = false;
    LS_RETURN_IF_ERROR(MakeDirectory(part, &created));
    if (created) LS_RETURN_IF_ERROR(SyncDirectory(ParentDirectory(part)));
  }
  return Status::Ok();
}

Status PosixEnv::ListDirectory(const std::string& path, std::vector<std::string>* names) {
  names->clear();
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (directory == nullptr) return DirectoryFailure(errno, "open directory", path);
  for (;;) {
    errno = 0;
    const struct dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names->emplace_back(name);
  }
  if (errno != 0) return DirectoryFailure(errno, "list directory", path);
  std::sort(names->begin(), names->end());
  return Status::Ok();
}

Status PosixEnv::SyncDirectory(const std::string& path) {
  const posix::Descriptor fd = posix::Open(path, O_RDONLY | O_DIRECTORY);
  if (!fd.valid()) return DirectoryFailure(errno, "open directory", path);
  const int error = posix::SyncAll(fd.get());
  return error == 0 ? Status::Ok() : DirectoryFailure(error, "sync directory", path);
}

void PosixEnv::RandomBytes(char* destination, size_t size) {
  constexpr size_t kPerCall = 256;
  while (size > 0) {
    const size_t part = std::min(size, kPerCall);
#ifdef __linux__
    const ssize_t got = ::getrandom(destination, part, 0);
    if (got < 0 && errno == EINTR) continue;
    LS_CHECK(got > 0);
#else
    LS_CHECK(::getentropy(destination, part) == 0);
    const auto got = static_cast<ssize_t>(part);
#endif
    destination += got;
    size -= static_cast<size_t>(got);
  }
}

char* PosixEnv::AllocatePages(size_t size) {
  LS_CHECK(size > 0);
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
#ifdef MADV_HUGEPAGE
  // A hint: memtables are walked at random, and small pages cost a table walk for each step.
  if (size >= kHugePagesFrom) (void)::madvise(pages, size, MADV_HUGEPAGE);
#endif
  return static_cast<char*>(pages);
}

void PosixEnv::ReleasePages(char* pages, size_t size) {
  LS_CHECK(pages != nullptr);
  LS_CHECK(::munmap(pages, size) == 0);
}

}  // namespace

Env* Env::Posix() {
  static PosixEnv* const env = new PosixEnv;
  return env;
}

}  // namespace ledgerstone
