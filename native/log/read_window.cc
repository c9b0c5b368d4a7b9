#include "log/read_window.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/checks.h"

namespace ledgerstone::log {

ReadWindow::ReadWindow(const RandomAccessFile* source, std::string file, uint64_t end)
    : source_(source), file_(std::move(file)), file_size_(std::min(source->Size(), end)) {}

Status ReadWindow::Fill(uint64_t offset, size_t size, const char** bytes) {
  LS_CHECK(size <= file_size_ && offset <= file_size_ - size);
  if (offset < start_ || offset + size > start_ + length_) {
    LS_RETURN_IF_ERROR(Read(offset, size));
  }
  *bytes = buffer_.get() + (offset - start_);
  return Status::Ok();
}

Status ReadWindow::Read(uint64_t offset, size_t size) {
  const bool overlaps = offset >= start_ && offset < start_ + length_;
  const size_t kept_at = overlaps ? static_cast<size_t>(offset - start_) : 0;
  const size_t kept = overlaps ? length_ - kept_at : 0;
  const uint64_t left = file_size_ - offset;
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(std::max(size, chunk_), left));
  LS_RETURN_IF_ERROR(MakeRoom(wanted, kept_at, kept));
  start_ = offset;
  length_ = kept;
  size_t read = 0;
  LS_RETURN_IF_ERROR(source_->Read(offset + kept, wanted - kept, buffer_.get() + kept, &read));
  if (read != wanted - kept) {
    return Status(StatusCode::kIoError, "the file became shorter while it was read",
                  {file_, offset + kept + read});
  }
  length_ = wanted;
  return Status::Ok();
}

Status ReadWindow::MakeRoom(size_t wanted, size_t kept_at, size_t kept) {
  if (wanted <= capacity_) {
    if (kept > 0) std::memmove(buffer_.get(), buffer_.get() + kept_at, kept);
    return Status::Ok();
  }
  const size_t capacity = std::max(wanted, std::min(2 * capacity_, 64 * kChunk));
  std::unique_ptr<char[]> grown(new (std::nothrow) char[capacity]);
  if (grown == nullptr) {
    return Status(StatusCode::kNoMemory, "no memory to read " + std::to_string(wanted) + " bytes",
                  {file_, start_ + kept_at});
  }
  if (kept > 0) std::memcpy(grown.get(), buffer_.get() + kept_at, kept);
  buffer_ = std::move(grown);
  capacity_ = capacity;
  return Status::Ok();
}

}  // namespace ledgerstone::log
