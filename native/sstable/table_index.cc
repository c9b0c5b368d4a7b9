#include "sstable/table_index.h"

#include "base/checks.h"

namespace ledgerstone {
namespace {

BlockEntry EntryAt(const BlockView& view, size_t i) {
  const char* at;
  BlockEntry entry;
  LS_CHECK(view.RestartEntry(static_cast<uint32_t>(i), &at, &entry));
  return entry;
}

}  // namespace

Status TableIndex::Parse(Slice contents, const Status::Place& place, uint64_t data_end) {
  if (!view_.Parse(contents) || view_.has_hash_index() || !ReadEntries(data_end)) {
    return Status::Corruption("table index layout", place);
  }
  const size_t count = view_.restart_count();
  if (count == 0) return Status::Ok();
  const Slice first = UserKeyOf(Separator(0));
  const Slice last = UserKeyOf(Separator(count - 1));
  common_ = first.substr(0, CommonPrefix(first, last));
  for (size_t i = 0; i < count; ++i) prefixes_[i] = PrefixOf(UserKeyOf(Separator(i)));
  return Status::Ok();
}

bool TableIndex::ReadEntries(uint64_t data_end) {
  data_end_ = data_end;
  prefixes_.resize(view_.restart_count());
  offsets_.resize(view_.restart_count());
  uint64_t block_end = kFileHeaderSize;
  const char* entry_end = view_.begin();
  Slice previous;
  for (uint32_t i = 0; i < view_.restart_count(); ++i) {
    const char* at;
    BlockEntry entry;
    BlockHandle handle;
    if (!view_.RestartEntry(i, &at, &entry) || at != entry_end) return false;
    if (i > 0 && CompareInternalKeys(previous, entry.key_suffix()) >= 0) return false;
    if (!DecodeBlockHandle(entry.value(), &handle)) return false;
    if (handle.offset != block_end || handle.size > kBlockBytesMax) return false;
    offsets_[i] = handle.offset;
    block_end += handle.size + kBlockTrailerSize;
    entry_end = entry.end();
    previous = entry.key_suffix();
  }
  return entry_end == view_.entries_end() && block_end == data_end;
}

Slice TableIndex::Separator(size_t i) const { return EntryAt(view_, i).key_suffix(); }

// Blocks follow each other without gaps, so a block's size is known from where the next one begins.
BlockHandle TableIndex::Handle(size_t i) const {
  LS_CHECK(i < size());
  const uint64_t end = i + 1 < size() ? offsets_[i + 1] : data_end_;
  return {offsets_[i], end - offsets_[i] - kBlockTrailerSize};
}

// Keys compare as these numbers do wherever the numbers differ. `user_key` begins with common_.
uint64_t TableIndex::PrefixOf(Slice user_key) const {
  char bytes[sizeof(uint64_t)] = {};
  const Slice rest = user_key.substr(common_.size(), sizeof bytes);
  if (rest.size() == sizeof bytes) return __builtin_bswap64(DecodeFixed64(rest.data()));
  for (size_t i = 0; i < rest.size(); ++i) bytes[i] = rest[i];
  return __builtin_bswap64(DecodeFixed64(bytes));
}

// The first separator whose prefix is not below `prefix`.
size_t TableIndex::FirstWithPrefix(uint64_t prefix) const {
  const uint64_t* base = prefixes_.data();
  size_t left = prefixes_.size();
  while (left > 1) {
    const size_t half = left / 2;
    base += base[half - 1] < prefix ? half : 0;
    left -= half;
  }
  return static_cast<size_t>(base - prefixes_.data()) + (*base < prefix ? 1 : 0);
}

size_t TableIndex::Find(Slice user_key, uint64_t trailer) const {
  if (size() == 0) return 0;
  const int by_common = CompareUserKeys(user_key.substr(0, common_.size()), common_);
  if (by_common != 0) return by_common < 0 ? 0 : size();
  const uint64_t prefix = PrefixOf(user_key);
  size_t low = FirstWithPrefix(prefix);
  size_t high = low;
  for (size_t step = 1; high < size() && prefixes_[high] == prefix; step *= 2) {
    high = std::min(size(), high + step);
  }
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const Slice separator = Separator(middle);
    if (CompareInternal(UserKeyOf(separator), TrailerOf(separator), user_key, trailer) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace ledgerstone
