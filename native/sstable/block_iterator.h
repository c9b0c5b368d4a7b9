// Walks one data block in both directions. Grammar: sstable/format.h.
//
// 1. The bytes stay pinned by the iterator. key() lies in the block where the entry shares nothing
//    with the one before it, else in the iterator's own buffer, until the next move.
// 2. An entry that cannot be decoded, or whose kind this build does not store, makes Valid() false
//    with a status that names file and block.
// 3. Not virtual: the table's iterator holds one by value.
#pragma once

#include <string>

#include "base/block_cache.h"
#include "ledgerstone/status.h"
#include "sstable/block.h"

namespace ledgerstone {

class BlockIterator {
 public:
  // `file` names the block in errors and must outlive the iterator.
  void Open(BlockCache::Handle block, const std::string* file, uint64_t block_offset);
  void Close();

  bool Valid() const { return at_ != nullptr; }
  void SeekToFirst();
  void SeekToLast();
  void Seek(Slice internal_key);
  void Next();
  void Prev();
  Slice key() const { return key_; }
  Slice value() const { return entry_.value(); }
  const Status& status() const { return status_; }
  const BlockView& view() const { return view_; }
  // Where in the block's contents the entry begins.
  uint64_t offset() const { return static_cast<uint64_t>(at_ - view_.begin()); }

 private:
  void ScanBackTo(const char* target);
  void GoToRestart(uint32_t restart);
  void ReadEntry(const char* at);
  void Fail(const char* what);

  BlockCache::Handle block_;
  const std::string* file_ = nullptr;
  uint64_t block_offset_ = 0;
  BlockView view_;
  const char* at_ = nullptr;
  uint32_t run_ = 0;  // a restart point at or before the entry
  BlockEntry entry_;
  Slice key_;
  std::string key_buffer_;
  Status status_;
};

}  // namespace ledgerstone
