// A stretch of a file in memory, moved forward and grown as asked: a scan reads big chunks and
// still sees every record in one piece.
//
// 1. The file's size is taken once; a file that turns out shorter while it is read is an I/O error.
// 2. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone::log {

class ReadWindow {
 public:
  static constexpr size_t kChunk = size_t{1} << 20;

  // `file` is the name for errors; `source` must live as long as the window. Nothing at or behind
  // `end` is read, where a writer may be at work or take prepared space away.
  ReadWindow(const RandomAccessFile* source, std::string file, uint64_t end = ~uint64_t{0});

  // At most `end`.
  uint64_t file_size() const { return file_size_; }
  // How much is read at a time; kChunk unless told.
  void SetChunk(size_t bytes) { chunk_ = bytes; }
  // Makes [offset, offset + size), which must lie inside the file, readable at `*bytes` until the
  // next call. Reads at least a chunk where the file has one.
  Status Fill(uint64_t offset, size_t size, const char** bytes);

 private:
  Status Read(uint64_t offset, size_t size);
  Status MakeRoom(size_t wanted, size_t kept_at, size_t kept);

  const RandomAccessFile* source_;
  std::string file_;
  uint64_t file_size_;
  std::unique_ptr<char[]> buffer_;
  size_t chunk_ = kChunk;
  size_t capacity_ = 0;
  uint64_t start_ = 0;
  size_t length_ = 0;
};

}  // namespace ledgerstone::log
