// Files of the real operating system, and the system call loops under them.
//
// 1. Descriptors are close-on-exec and closed by their owner's destructor.
// 2. The loops return 0 or an errno value; callers add the operation and the file.
// 3. The call a loop repeats is a parameter, so that tests can make it short or interrupted.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone::posix {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // 0 or an errno value; the descriptor is gone either way.
  int Close();

 private:
  int fd_;
};

// open(2) with O_CLOEXEC, retried when interrupted; not valid() leaves the cause in errno.
Descriptor Open(const std::string& path, int flags);

using WriteCall = ssize_t (*)(int fd, const struct iovec* vector, int count);
using ReadCall = ssize_t (*)(int fd, void* destination, size_t size, off_t offset);

// Writes all pieces at the file's position.
int WriteFully(int fd, std::span<const Slice> pieces, WriteCall write);
// Writes zeros to [from, to), leaving the file's position alone.
int WriteZeros(int fd, uint64_t from, uint64_t to);
// Reads until `size` bytes are there or the file ends.
int ReadFully(int fd, uint64_t offset, size_t size, char* scratch, size_t* read, ReadCall call);
// Make a file's bytes and length durable / everything about a file or directory durable.
int SyncData(int fd);
int SyncAll(int fd);

Status OpenWritable(const std::string& path, WriteMode mode, std::unique_ptr<WritableFile>* file);
Status OpenRandomAccess(const std::string& path, std::unique_ptr<RandomAccessFile>* file);

}  // namespace ledgerstone::posix
