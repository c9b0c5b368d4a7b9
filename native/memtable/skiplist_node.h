// What a node of the skiplist looks like, and the order of nodes: for the files that walk or link
// them.
#pragma once

#include <algorithm>

#include "memtable/skiplist.h"

namespace ledgerstone {

struct SkipList::Node {
  uint32_t value_size;
  uint16_t key_size;
  uint8_t height;
  uint8_t reserved;
  uint32_t inserted_before;
  std::atomic<uint32_t> next[1];  // `height` of them

  const char* bytes() const { return reinterpret_cast<const char*>(next + height); }
  char* bytes() { return reinterpret_cast<char*>(next + height); }
};

static_assert(sizeof(std::atomic<uint32_t>) == 4 && std::atomic<uint32_t>::is_always_lock_free);

// Big-endian, so that comparing the numbers compares the bytes.
inline uint64_t Word(const char* bytes) { return __builtin_bswap64(DecodeFixed64(bytes)); }

// The order of user keys, eight bytes at a time; the last eight may overlap those before.
inline int CompareWords(Slice a, Slice b) {
  const size_t common = std::min(a.size(), b.size());
  if (common < 8) return CompareUserKeys(a, b);
  for (size_t at = 0;; at += 8) {
    at = std::min(at, common - 8);
    const uint64_t x = Word(a.data() + at);
    const uint64_t y = Word(b.data() + at);
    if (x != y) return x < y ? -1 : 1;
    if (at == common - 8) break;
  }
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

inline int Compare(Slice key, uint64_t trailer, Slice node_key, uint64_t node_trailer) {
  const int by_key = CompareWords(key, node_key);
  if (by_key != 0) return by_key;
  return trailer > node_trailer ? -1 : (trailer < node_trailer ? 1 : 0);
}

inline int CompareNode(Slice key, uint64_t trailer, const SkipList::Node* node) {
  return Compare(key, trailer, SkipList::UserKey(node), SkipList::Trailer(node));
}

}  // namespace ledgerstone
