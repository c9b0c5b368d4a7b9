// The one implementation of Table, split by path: table.cc opens and looks up, table_iterator.cc
// walks, table_verify.cc and table_dump.cc go through everything.
//
// 1. Filter and index lie in one allocation that begins with the filter, aligned to its lines.
// 2. Nothing changes after Open, so that reading needs no lock.
#pragma once

#include <memory>
#include <new>
#include <string>

#include "sstable/block_reader.h"
#include "sstable/bloom_filter.h"
#include "sstable/properties.h"
#include "sstable/table.h"
#include "sstable/table_index.h"

namespace ledgerstone {

struct FreeLines {
  void operator()(char* bytes) const {
    ::operator delete[](bytes, std::align_val_t{kFilterLineBytes});
  }
};

class TableReader final : public Table {
 public:
  TableReader(const TableIdentity& identity, std::unique_ptr<RandomAccessFile> file,
              BlockCache* cache, Statistics* statistics);
  ~TableReader() override;

  Status Load(uint64_t file_size);
  Status GetHashed(Slice user_key, uint64_t key_hash, Sequence sequence,
                   const TableReadOptions& options, TableLookup* lookup) override;
  std::unique_ptr<InternalIterator> NewIterator(const TableReadOptions& options) override;
  uint64_t ApproximateOffset(Slice internal_key) override;
  double ApproximateShareBefore(Slice user_key) override;
  uint64_t MemoryBytes() const override;
  std::unique_ptr<TableCheck> NewCheck(const uint32_t* digest) const override;
  Status Dump(bool entries, std::string* text) override;

  const TableIndex& index() const { return index_; }
  const std::string& file_name() const { return identity_.file; }
  // The i-th data block, from the cache or the disk. `read_ahead` may be null.
  Status DataBlock(size_t i, const TableReadOptions& options, ReadAhead* read_ahead,
                   BlockCache::Handle* block) const;

 private:
  class Check;

  Status LoadFooter(uint64_t file_size);
  Status LoadResident();
  Status MakeHints();
  Status CheckResident(const BlockHandle& handle, Slice* contents) const;
  // kNotHere goes on to the next block.
  BlockView::Found FindIn(const BlockCache::Handle& block, Slice user_key, uint64_t key_hash,
                          uint64_t seek_trailer, BlockEntry* entry) const;
  Status TakeEntry(size_t i, const BlockEntry& entry, BlockCache::Handle block,
                   TableLookup* lookup) const;
  BlockKey KeyOf(size_t i) const { return {identity_.file_number, index_.Handle(i).offset}; }
  Status::Place BlockPlace(size_t i) const { return {identity_.file, index_.Handle(i).offset}; }
  Status CheckEntries(size_t i, BlockCache::Handle block, TableProperties* seen) const;
  Status DumpBlock(size_t i, bool show_entries, std::string* text) const;
  Status CompareProperties(const TableProperties& seen) const;
  Status ReadDataBlock(const BlockHandle& handle, ReadAhead* read_ahead, BlockBytes* block) const;

  const TableIdentity identity_;
  const std::unique_ptr<RandomAccessFile> file_;
  const BlockReader reader_;
  BlockCache* const cache_;
  Statistics* const statistics_;
  uint64_t file_size_ = 0;
  TableFooter footer_;
  std::unique_ptr<char[], FreeLines> resident_;  // [DataEnd, footer) of the file
  size_t resident_size_ = 0;
  FilterView filter_;
  TableIndex index_;
  std::unique_ptr<BlockCache::Hint[]> hints_;  // one for each data block
  TableProperties properties_;
  uint64_t reserved_ = 0;
};

}  // namespace ledgerstone
