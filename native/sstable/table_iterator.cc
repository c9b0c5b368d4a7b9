#include "sstable/table_iterator.h"

#include "base/checks.h"

namespace ledgerstone {

TableIterator::TableIterator(const TableReader* table, const TableReadOptions& options)
    : table_(table), options_(options) {
  if (options.readahead_bytes > 0) read_ahead_.emplace(options.readahead_bytes);
}

void TableIterator::CloseBlock() {
  entries_.Close();
  block_ = kNoBlock;
}

bool TableIterator::OpenBlock(size_t i, Direction direction) {
  if (i == block_) return true;
  CloseBlock();
  ReadAhead* const read_ahead =
      direction == Direction::kForward && read_ahead_.has_value() ? &*read_ahead_ : nullptr;
  BlockCache::Handle block;
  status_ = table_->DataBlock(i, options_, read_ahead, &block);
  if (!status_.ok()) return false;
  entries_.Open(std::move(block), &table_->file_name(), table_->index().Handle(i).offset);
  block_ = i;
  return true;
}

void TableIterator::GoForward() {
  while (!entries_.Valid() && block_ != kNoBlock) {
    status_ = entries_.status();
    if (!status_.ok() || block_ + 1 == table_->index().size()) return CloseBlock();
    if (!OpenBlock(block_ + 1, Direction::kForward)) return;
    entries_.SeekToFirst();
  }
}

void TableIterator::GoBackward() {
  while (!entries_.Valid() && block_ != kNoBlock) {
    status_ = entries_.status();
    if (!status_.ok() || block_ == 0) return CloseBlock();
    if (!OpenBlock(block_ - 1, Direction::kBackward)) return;
    entries_.SeekToLast();
  }
}

void TableIterator::SeekToFirst() {
  status_ = Status::Ok();
  if (table_->index().size() == 0) return;
  if (!OpenBlock(0, Direction::kForward)) return;
  entries_.SeekToFirst();
  GoForward();
}

void TableIterator::SeekToLast() {
  status_ = Status::Ok();
  if (table_->index().size() == 0) return;
  if (!OpenBlock(table_->index().size() - 1, Direction::kBackward)) return;
  entries_.SeekToLast();
  GoBackward();
}

void TableIterator::Seek(Slice internal_key) {
  LS_CHECK(internal_key.size() >= kTrailerSize);
  status_ = Status::Ok();
  const size_t i = table_->index().Find(UserKeyOf(internal_key), TrailerOf(internal_key));
  if (i == table_->index().size()) return CloseBlock();
  if (!OpenBlock(i, Direction::kForward)) return;
  entries_.Seek(internal_key);
  GoForward();
}

void TableIterator::Next() {
  entries_.Next();
  GoForward();
}

void TableIterator::Prev() {
  entries_.Prev();
  GoBackward();
}

}  // namespace ledgerstone
