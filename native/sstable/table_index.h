// A table's index block in memory: finds the block a key would be in. Grammar: sstable/format.h.
//
// 1. Parse checks all of it: separators rise, and the blocks they name fill the file from the
//    header to where the data ends, without gaps.
// 2. A search looks at eight bytes of each separator, behind the bytes that all of them share, in
//    an array of their own; whole keys are compared in place, and only where those eight are equal.
//    Another array says where the blocks begin, so that most searches never touch the contents.
// 3. Reading is safe from many threads. The contents are not owned.
#pragma once

#include <cstdint>
#include <vector>

#include "ledgerstone/status.h"
#include "sstable/block.h"
#include "sstable/format.h"

namespace ledgerstone {

class TableIndex {
 public:
  // The data blocks lie in [kFileHeaderSize, data_end).
  Status Parse(Slice contents, const Status::Place& place, uint64_t data_end);

  size_t size() const { return offsets_.size(); }
  // The first block whose separator is not before the key; size() when there is none.
  size_t Find(Slice user_key, uint64_t trailer) const;
  Slice Separator(size_t i) const;
  BlockHandle Handle(size_t i) const;
  uint64_t MemoryBytes() const { return 2 * size() * sizeof(uint64_t); }

 private:
  bool ReadEntries(uint64_t data_end);
  uint64_t PrefixOf(Slice user_key) const;
  size_t FirstWithPrefix(uint64_t prefix) const;

  BlockView view_;
  Slice common_;  // what all separators' user keys begin with
  uint64_t data_end_ = 0;
  std::vector<uint64_t> prefixes_;
  std::vector<uint64_t> offsets_;
};

}  // namespace ledgerstone
