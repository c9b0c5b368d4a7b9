// Reads what can be read of a damaged table, front to back, and lists what can't.
//
// 1. Every entry handed out lies in a block whose checksum held at its place; keys rise.
// 2. With a sound footer and index the blocks are taken from there, and a loss names the keys that
//    the index gives the block. Without them blocks are found by their checksums alone: each ends
//    where the checksum of what came before it stands.
// 3. A read error counts as damage of what could not be read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sstable/block_iterator.h"
#include "sstable/block_reader.h"
#include "sstable/table_index.h"

namespace ledgerstone {

struct TableLoss {
  uint64_t begin = 0;  // bytes [begin, end) of the file
  uint64_t end = 0;
  // User keys that may have been there, both included; absent where nothing is known.
  std::string from;
  std::string to;
  bool from_known = false;
  bool to_known = false;
  std::string reason;
};

class TableSalvage {
 public:
  TableSalvage(const TableIdentity& identity) : identity_(identity) {}

  // Failures of the table are losses; the status is about everything else.
  Status Open(Env* env, const std::string& path);
  // Moves to the next readable entry, the first at first; false at the end.
  bool Next();
  Slice key() const { return entries_.key(); }
  Slice value() const { return entries_.value(); }
  // Complete once Next has returned false.
  const std::vector<TableLoss>& losses() const { return losses_; }
  // Whether the index could be used.
  bool indexed() const { return indexed_; }

 private:
  bool LoadIndex();
  bool NextBlock();
  bool NextIndexedBlock();
  bool NextFoundBlock();
  // The block that begins at `begin`, if its checksum is found within `window` bytes.
  bool FindBlock(uint64_t begin, uint64_t window, uint64_t* end);
  bool OpenBlock(Slice stored, uint64_t offset);
  bool IsIndexBlock();
  void LoseBlock(size_t i, const std::string& reason);
  void LoseFound(uint64_t begin, uint64_t end, bool more);

  const TableIdentity identity_;
  std::unique_ptr<RandomAccessFile> file_;
  std::unique_ptr<BlockReader> reader_;
  std::string bytes_;     // the whole file, where there is no index
  std::string resident_;  // the index block
  TableIndex index_;
  TableFooter footer_;
  bool indexed_ = false;
  size_t next_block_ = 0;
  uint64_t at_ = kFileHeaderSize;
  uint64_t longest_ = 0;
  bool in_block_ = false;
  BlockIterator entries_;
  std::string last_key_;  // internal; empty at first
  std::vector<TableLoss> losses_;
};

}  // namespace ledgerstone
