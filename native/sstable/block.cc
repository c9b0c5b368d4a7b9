#include "sstable/block.h"

#include "sstable/format.h"

namespace ledgerstone {

bool BlockView::Parse(Slice contents) {
  if (contents.size() < sizeof(uint32_t) || contents.size() > kBlockBytesMax) return false;
  size_t left = contents.size() - sizeof(uint32_t);
  const uint32_t footer = DecodeFixed32(contents.data() + left);
  begin_ = contents.data();
  restart_count_ = footer & ~kHashIndexFlag;
  bucket_count_ = 0;
  if ((footer & kHashIndexFlag) != 0) {
    if (left < sizeof(uint16_t)) return false;
    left -= sizeof(uint16_t);
    bucket_count_ = DecodeFixed<uint16_t>(contents.data() + left);
    if (bucket_count_ == 0 || bucket_count_ > left) return false;
    left -= bucket_count_;
    buckets_ = contents.data() + left;
  }
  const uint64_t restart_bytes = uint64_t{restart_count_} * sizeof(uint32_t);
  if (restart_bytes > left) return false;
  left -= restart_bytes;
  restarts_ = contents.data() + left;
  return (restart_count_ == 0) == (left == 0);
}

bool BlockView::RestartEntry(uint32_t restart, const char** at, BlockEntry* entry) const {
  const uint32_t offset = RestartOffset(restart);
  if (offset >= static_cast<size_t>(restarts_ - begin_)) return false;
  *at = begin_ + offset;
  return DecodeBlockEntry(*at, restarts_, entry) && entry->shared == 0;
}

bool BlockView::SearchRestarts(Slice user_key, uint64_t trailer, uint32_t* restart) const {
  uint32_t low = 0;
  uint32_t high = restart_count_ - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    const char* at;
    BlockEntry entry;
    if (!RestartEntry(middle, &at, &entry)) return false;
    if (CompareInternal(entry.user_key_suffix(), entry.trailer(), user_key, trailer) <= 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  *restart = low;
  return true;
}

BlockView::Found BlockView::Find(Slice user_key, uint64_t key_hash, uint64_t seek_trailer,
                                 BlockEntry* entry) const {
  if (restart_count_ == 0) return Found::kNotHere;
  uint32_t restart = kHashIndexCollision;
  if (bucket_count_ > 0) {
    restart = static_cast<uint8_t>(buckets_[HashIndexBucket(key_hash, bucket_count_)]);
    if (restart == kHashIndexAbsent) return Found::kNotHere;
  }
  const char* limit = restarts_;
  if (bucket_count_ > 0 && restart != kHashIndexCollision) {
    if (restart >= restart_count_) return Found::kDamaged;
    if (restart + 1 < restart_count_) {
      const uint32_t next = RestartOffset(restart + 1);
      if (next > static_cast<size_t>(restarts_ - begin_)) return Found::kDamaged;
      limit = begin_ + next;
    }
  } else if (!SearchRestarts(user_key, seek_trailer, &restart)) {
    return Found::kDamaged;
  }
  const uint32_t offset = RestartOffset(restart);
  if (offset >= static_cast<size_t>(limit - begin_)) return Found::kDamaged;
  return ScanRun(begin_ + offset, limit, user_key, seek_trailer, entry);
}

// All entries passed so far sort before the target; `matched` bytes of the last one's user key are
// the target's. An entry that shares more than that with it sorts before the target for the same
// reason; only one that shares less or as much needs a look at its suffix.
BlockView::Found BlockView::ScanRun(const char* at, const char* limit, Slice user_key,
                                    uint64_t seek_trailer, BlockEntry* entry) const {
  size_t matched = 0;
  for (const char* const run = at; at < limit; at = entry->end()) {
    if (!DecodeBlockEntry(at, limit, entry)) return Found::kDamaged;
    if (entry->shared > matched) {
      if (at == run) return Found::kDamaged;
      continue;
    }
    const Slice suffix = entry->user_key_suffix();
    const Slice rest = user_key.substr(entry->shared);
    const size_t common = CommonPrefix(suffix, rest);
    if (common == rest.size()) {
      if (common < suffix.size()) return Found::kAbsent;
      if (entry->trailer() <= seek_trailer) return Found::kEntry;
    } else if (common < suffix.size() &&
               static_cast<uint8_t>(suffix[common]) > static_cast<uint8_t>(rest[common])) {
      return Found::kAbsent;
    }
    matched = entry->shared + common;
  }
  return Found::kNotHere;
}

}  // namespace ledgerstone
