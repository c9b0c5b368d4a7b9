// Descriptors and the loops that repeat a system call until the whole length is done.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/checks.h"
#include "env/posix_file.h"

namespace ledgerstone::posix {
namespace {

constexpr size_t kPiecesPerCall = 256;
#ifdef IOV_MAX
static_assert(kPiecesPerCall <= IOV_MAX);
#endif
constexpr mode_t kFileMode = 0644;

// Where the next byte to write is.
struct Cursor {
  size_t piece = 0;
  size_t offset = 0;
};

using Vector = std::array<struct iovec, kPiecesPerCall>;

int FillVector(std::span<const Slice> pieces, const Cursor& cursor, Vector* vector) {
  size_t count = 0;
  size_t skip = cursor.offset;
  for (size_t i = cursor.piece; i < pieces.size() && count < vector->size(); ++i, skip = 0) {
    if (pieces[i].size() == skip) continue;
    (*vector)[count].iov_base = const_cast<char*>(pieces[i].data() + skip);
    (*vector)[count].iov_len = pieces[i].size() - skip;
    ++count;
  }
  return static_cast<int>(count);
}

void Advance(std::span<const Slice> pieces, size_t written, Cursor* cursor) {
  while (written > 0) {
    LS_CHECK(cursor->piece < pieces.size());
    const size_t left = pieces[cursor->piece].size() - cursor->offset;
    if (written < left) {
      cursor->offset += written;
      return;
    }
    written -= left;
    ++cursor->piece;
    cursor->offset = 0;
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (valid()) static_cast<void>(Close());
}

int Descriptor::Close() {
  LS_CHECK(valid());
  const int result = ::close(fd_);
  fd_ = -1;
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor Open(const std::string& path, int flags) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
    if (fd >= 0 || errno != EINTR) return Descriptor(fd);
  }
}

int WriteFully(int fd, std::span<const Slice> pieces, WriteCall write) {
  Vector vector;
  Cursor cursor;
  for (;;) {
    const int count = FillVector(pieces, cursor, &vector);
    if (count == 0) return 0;
    const ssize_t written = write(fd, vector.data(), count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    Advance(pieces, static_cast<size_t>(written), &cursor);
  }
}

int WriteZeros(int fd, uint64_t from, uint64_t to) {
  static constexpr std::array<char, size_t{64} << 10> kZeros = {};
  while (from < to) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(kZeros.size(), to - from));
    const ssize_t written = ::pwrite(fd, kZeros.data(), size, static_cast<off_t>(from));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    from += static_cast<uint64_t>(written);
  }
  return 0;
}

int ReadFully(int fd, uint64_t offset, size_t size, char* scratch, size_t* read, ReadCall call) {
  *read = 0;
  while (*read < size) {
    const auto at = static_cast<off_t>(offset + *read);
    const ssize_t got = call(fd, scratch + *read, size - *read, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    LS_CHECK(static_cast<size_t>(got) <= size - *read);
    *read += static_cast<size_t>(got);
  }
  return 0;
}

int SyncData(int fd) {
#ifdef __APPLE__
  return SyncAll(fd);
#else
  return ::fdatasync(fd) == 0 ? 0 : errno;
#endif
}

int SyncAll(int fd) {
#ifdef __APPLE__
  return ::fcntl(fd, F_FULLFSYNC) == 0 ? 0 : errno;
#else
  return ::fsync(fd) == 0 ? 0 : errno;
#endif
}

}  // namespace ledgerstone::posix
