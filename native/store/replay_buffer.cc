#include "store/replay_buffer.h"

#include <algorithm>
#include <functional>

namespace ledgerstone {
namespace {

uint64_t PrefixOf(Slice user_key) {
  char bytes[sizeof(uint64_t)] = {};
  std::memcpy(bytes, user_key.data(), std::min(user_key.size(), sizeof bytes));
  return __builtin_bswap64(DecodeFixed64(bytes));
}

}  // namespace

Slice ReplayBuffer::Keep(Slice payload) {
  kept_bytes_ += payload.size();
  return kept_.emplace_back(payload);
}

void ReplayBuffer::Add(MemTable* memtable, Slice user_key, uint64_t trailer, Slice value) {
  entries_.push_back({memtable, PrefixOf(user_key), user_key, trailer, value});
}

bool ReplayBuffer::Before(const Entry& a, const Entry& b) {
  if (a.memtable != b.memtable) return std::less<>()(a.memtable, b.memtable);
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  return CompareInternal(a.user_key, a.trailer, b.user_key, b.trailer) < 0;
}

void ReplayBuffer::Insert() {
  std::sort(entries_.begin(), entries_.end(), Before);
  for (const Entry& entry : entries_) {
    entry.memtable->InsertRising(entry.user_key, entry.trailer, entry.value);
  }
  entries_.clear();
  kept_.clear();
  kept_bytes_ = 0;
}

}  // namespace ledgerstone
