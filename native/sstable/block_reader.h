// Reads blocks of one table file, checks and unpacks them.
//
// 1. Nothing is handed out whose checksum did not hold.
// 2. BlockReader is safe from many threads; a ReadAhead belongs to one.
#pragma once

#include <memory>
#include <string>

#include "base/block_cache.h"
#include "ledgerstone/env.h"
#include "sstable/format.h"

namespace ledgerstone {

struct DiscardEntry {
  void operator()(BlockCache::Entry* entry) const { BlockCache::Discard(entry); }
};
// A block's bytes before they are in a cache or adopted.
using BlockBytes = std::unique_ptr<BlockCache::Entry, DiscardEntry>;

class BlockReader {
 public:
  BlockReader(const RandomAccessFile* file, const TableIdentity& identity);

  Status Read(const BlockHandle& handle, BlockBytes* block) const;
  // From bytes already read: contents as stored, and trailer.
  Status Unpack(Slice stored, uint64_t offset, BlockBytes* block) const;
  // Checks the trailer and splits it off.
  Status Check(Slice stored, uint64_t offset, Slice* contents, Compression* compression) const;
  // Reads all of `size` bytes; a file that ends before is damaged.
  Status ReadBytes(uint64_t offset, size_t size, char* bytes) const;
  const std::string& file_name() const { return identity_.file; }

 private:
  Status UnpackContents(Slice contents, Compression compression, uint64_t offset,
                        BlockBytes* block) const;

  const RandomAccessFile* const file_;
  const TableIdentity identity_;
  const uint64_t file_seed_;
};

// Takes many bytes at once from the file and serves rising pieces of them.
class ReadAhead {
 public:
  explicit ReadAhead(size_t bytes) : wanted_(bytes) {}
  // `bytes` stay put until the next Read; nothing at or behind `limit` is read.
  Status Read(const BlockReader& reader, uint64_t offset, size_t size, uint64_t limit,
              Slice* bytes);

 private:
  const size_t wanted_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  uint64_t begin_ = 0;
  size_t size_ = 0;
};

}  // namespace ledgerstone
