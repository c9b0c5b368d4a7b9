#include "sstable/block_iterator.h"

#include "base/checks.h"

namespace ledgerstone {

void BlockIterator::Open(BlockCache::Handle block, const std::string* file, uint64_t block_offset) {
  Close();
  block_ = std::move(block);
  file_ = file;
  block_offset_ = block_offset;
  if (!view_.Parse(Slice(block_.data(), block_.size()))) Fail("block layout");
}

void BlockIterator::Close() {
  at_ = nullptr;
  key_ = {};
  status_ = Status::Ok();
  block_.Reset();
}

void BlockIterator::Fail(const char* what) {
  at_ = nullptr;
  status_ = Status::Corruption(what, {*file_, block_offset_});
}

// Makes the entry at `at` the current one; key_ must be the key before it, or `at` a restart point.
void BlockIterator::ReadEntry(const char* at) {
  BlockEntry entry;
  if (!DecodeBlockEntry(at, view_.entries_end(), &entry)) return Fail("block entry");
  if (entry.shared == 0) {
    key_ = entry.key_suffix();
  } else {
    if (at_ == nullptr || entry.shared > key_.size() - kTrailerSize) return Fail("block entry");
    if (key_.data() == key_buffer_.data()) {
      key_buffer_.resize(entry.shared);
    } else {
      key_buffer_.assign(key_.data(), entry.shared);
    }
    key_buffer_.append(entry.key_suffix());
    key_ = key_buffer_;
  }
  const uint64_t trailer = entry.trailer();
  if (!IsTableKind(TrailerKind(trailer))) [[unlikely]] {
    status_ = CheckStoredKind(trailer, *file_, block_offset_);
    LS_CHECK(!status_.ok());
    at_ = nullptr;
    return;
  }
  at_ = at;
  entry_ = entry;
}

void BlockIterator::GoToRestart(uint32_t restart) {
  const char* at;
  BlockEntry entry;
  at_ = nullptr;
  if (!view_.RestartEntry(restart, &at, &entry)) return Fail("block restart point");
  run_ = restart;
  ReadEntry(at);
}

void BlockIterator::SeekToFirst() {
  at_ = nullptr;
  if (!status_.ok() || view_.restart_count() == 0) return;
  GoToRestart(0);
}

void BlockIterator::SeekToLast() {
  at_ = nullptr;
  if (!status_.ok() || view_.restart_count() == 0) return;
  GoToRestart(view_.restart_count() - 1);
  ScanBackTo(view_.entries_end());
}

// Forward from a restart point to the entry that ends at `target`.
void BlockIterator::ScanBackTo(const char* target) {
  while (at_ != nullptr && entry_.end() < target) ReadEntry(entry_.end());
  if (at_ != nullptr && entry_.end() != target) Fail("block entry");
}

void BlockIterator::Seek(Slice internal_key) {
  at_ = nullptr;
  if (!status_.ok() || view_.restart_count() == 0) return;
  const Slice user_key = UserKeyOf(internal_key);
  const uint64_t trailer = TrailerOf(internal_key);
  uint32_t restart = 0;
  if (!view_.SearchRestarts(user_key, trailer, &restart)) return Fail("block restart point");
  GoToRestart(restart);
  while (at_ != nullptr &&
         CompareInternal(UserKeyOf(key_), TrailerOf(key_), user_key, trailer) < 0) {
    Next();
  }
}

void BlockIterator::Next() {
  LS_CHECK(Valid());
  const char* const next = entry_.end();
  if (next == view_.entries_end()) {
    at_ = nullptr;
    return;
  }
  ReadEntry(next);
}

void BlockIterator::Prev() {
  LS_CHECK(Valid());
  const char* const current = at_;
  if (current == view_.begin()) {
    at_ = nullptr;
    return;
  }
  // run_ is exact after a seek or Prev and may lag behind after Next.
  const char* at;
  BlockEntry entry;
  while (run_ + 1 < view_.restart_count() && view_.RestartEntry(run_ + 1, &at, &entry) &&
         at < current) {
    ++run_;
  }
  while (run_ > 0 && view_.RestartEntry(run_, &at, &entry) && at >= current) --run_;
  GoToRestart(run_);
  ScanBackTo(current);
}

}  // namespace ledgerstone
