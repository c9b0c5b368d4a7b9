// Walks all entries of a table: the index in memory, and one data block at a time.
//
// 1. A block that cannot be read or is damaged ends the walk with its status; it is never skipped.
//    A seek to another place begins anew.
// 2. Reading ahead serves forward moves only.
#pragma once

#include <optional>

#include "base/internal_iterator.h"
#include "sstable/block_iterator.h"
#include "sstable/table_reader.h"

namespace ledgerstone {

class TableIterator final : public InternalIterator {
 public:
  TableIterator(const TableReader* table, const TableReadOptions& options);

  bool Valid() const override { return entries_.Valid(); }
  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(Slice internal_key) override;
  void Next() override;
  void Prev() override;
  Slice key() const override { return entries_.key(); }
  Slice value() const override { return entries_.value(); }
  Status status() const override { return status_; }

 private:
  static constexpr size_t kNoBlock = ~size_t{0};
  enum class Direction : uint8_t { kForward, kBackward };

  bool OpenBlock(size_t i, Direction direction);
  void CloseBlock();
  // Go on to a neighbour block while this one has no entry on that side.
  void GoForward();
  void GoBackward();

  const TableReader* const table_;
  const TableReadOptions options_;
  std::optional<ReadAhead> read_ahead_;
  size_t block_ = kNoBlock;
  BlockIterator entries_;
  Status status_;
};

}  // namespace ledgerstone
