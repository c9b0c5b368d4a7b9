// Writable and random-access files.
//
// 1. A writable file has one writer, and the descriptor's position is where it appends; its length
//    is known without asking.
// 2. After a failed Append or Sync any further one is a programmer error and stops the process: the
//    kernel may have marked the lost pages clean, so that a second sync would lie.
// 3. Zeros ahead of the end are written, not allocated: writing into an allocated extent changes
//    the file's metadata once more, writing over zeros doesn't.
#include "env/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/checks.h"
#include "env/path_name.h"

namespace ledgerstone::posix {
namespace {

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(Descriptor descriptor, std::string name, uint64_t size)
      : descriptor_(std::move(descriptor)),
        name_(std::move(name)),
        size_(size),
        length_(size),
        writeback_start_(size) {}

  using WritableFile::Append;
  Status Append(std::span<const Slice> pieces) override {
    LS_CHECK(descriptor_.valid() && !failed_);
    uint64_t bytes = 0;
    for (const Slice piece : pieces) bytes += piece.size();
    if (const int error = WriteFully(descriptor_.get(), pieces, ::writev)) {
      failed_ = true;
      return Failure(error, "append", size_);
    }
    size_ += bytes;
    length_ = std::max(length_, size_);
    return Status::Ok();
  }

  void StartWriteback() override {
    LS_CHECK(descriptor_.valid() && writeback_start_ <= size_);
#ifdef __linux__
    if (writeback_start_ == size_) return;
    const auto start = static_cast<off_t>(writeback_start_);
    const auto length = static_cast<off_t>(size_ - writeback_start_);
    // A writeback error stays with the file and is told by the next Sync.
    static_cast<void>(::sync_file_range(descriptor_.get(), start, length, SYNC_FILE_RANGE_WRITE));
#endif
    writeback_start_ = size_;
  }

  Status Sync() override {
    LS_CHECK(descriptor_.valid() && !failed_);
    if (const int error = SyncData(descriptor_.get())) {
      failed_ = true;
      return Failure(error, "sync");
    }
    writeback_start_ = size_;
    return Status::Ok();
  }

  Status Extend(uint64_t size) override {
    LS_CHECK(descriptor_.valid() && !failed_);
    if (size <= length_) return Status::Ok();
    const uint64_t from = std::exchange(length_, size);
    const int error = WriteZeros(descriptor_.get(), from, size);
    return error == 0 ? Status::Ok() : Failure(error, "extend", from);
  }

  Status Trim() override {
    LS_CHECK(descriptor_.valid() && !failed_);
    if (length_ == size_) return Status::Ok();
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size_)) != 0) {
      return Failure(errno, "trim", size_);
    }
    length_ = size_;
    return Status::Ok();
  }

  Status Close() override {
    if (!descriptor_.valid()) return Status::Closed(name_);
    const Status trimmed = failed_ ? Status::Ok() : Trim();
    const int close_error = descriptor_.Close();
    return close_error != 0 ? Failure(close_error, "close") : trimmed;
  }

  uint64_t Size() const override { return size_; }

 private:
  Status Failure(int error, std::string_view operation,
                 uint64_t offset = FilePlace::kNoOffset) const {
    return Status::FromErrno(error, operation, {name_, offset});
  }

  Descriptor descriptor_;
  const std::string name_;
  uint64_t size_;
  uint64_t length_;  // of the file; what lies beyond size_ are zeros
  uint64_t writeback_start_;
  bool failed_ = false;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(Descriptor descriptor, std::string name, uint64_t size)
      : descriptor_(std::move(descriptor)), name_(std::move(name)), size_(size) {}

  Status Read(uint64_t offset, size_t size, char* scratch, size_t* read) const override {
    const int error = ReadFully(descriptor_.get(), offset, size, scratch, read, ::pread);
    if (error != 0) return Status::FromErrno(error, "read", {name_, offset});
    return Status::Ok();
  }

  uint64_t Size() const override { return size_; }

 private:
  const Descriptor descriptor_;
  const std::string name_;
  const uint64_t size_;
};

// 0 with the size, or an errno value; a directory is not a file.
int SizeOf(int fd, uint64_t* size) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return errno;
  if (S_ISDIR(info.st_mode)) return EISDIR;
  *size = static_cast<uint64_t>(info.st_size);
  return 0;
}

}  // namespace

Status OpenWritable(const std::string& path, WriteMode mode, std::unique_ptr<WritableFile>* file) {
  const std::string name = BaseName(path);
  const bool create = mode == WriteMode::kCreate;
  Descriptor fd = Open(path, O_WRONLY | (create ? O_CREAT | O_EXCL : 0));
  if (!fd.valid()) return Status::FromErrno(errno, create ? "create" : "open to append", {name});
  uint64_t size = 0;
  if (const int error = SizeOf(fd.get(), &size)) return Status::FromErrno(error, "stat", {name});
  if (::lseek(fd.get(), static_cast<off_t>(size), SEEK_SET) < 0) {
    return Status::FromErrno(errno, "seek", {name});
  }
  *file = std::make_unique<PosixWritableFile>(std::move(fd), name, size);
  return Status::Ok();
}

Status OpenRandomAccess(const std::string& path, std::unique_ptr<RandomAccessFile>* file) {
  const std::string name = BaseName(path);
  Descriptor fd = Open(path, O_RDONLY);
  if (!fd.valid()) return Status::FromErrno(errno, "open", {name});
  uint64_t size = 0;
  if (const int error = SizeOf(fd.get(), &size)) return Status::FromErrno(error, "open", {name});
  *file = std::make_unique<PosixRandomAccessFile>(std::move(fd), name, size);
  return Status::Ok();
}

}  // namespace ledgerstone::posix
