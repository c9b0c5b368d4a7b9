// Decoding of one entry of a block, for everything that reads blocks. Entry grammar:
// sstable/format.h.
//
// 1. Never reads outside [at, end), whatever the bytes say.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/internal_key.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

struct BlockEntry {
  uint32_t shared = 0;
  uint32_t unshared = 0;
  uint32_t value_size = 0;
  const char* suffix = nullptr;

  Slice key_suffix() const { return {suffix, unshared}; }
  Slice user_key_suffix() const { return {suffix, unshared - kTrailerSize}; }
  uint64_t trailer() const { return DecodeFixed64(suffix + unshared - kTrailerSize); }
  Slice value() const { return {suffix + unshared, value_size}; }
  const char* end() const { return suffix + unshared + value_size; }
};

inline const char* DecodeSmallVarint32(const char* at, const char* end, uint32_t* value) {
  if (end - at >= 2) [[likely]] {
    const auto first = static_cast<uint8_t>(at[0]);
    const auto second = static_cast<uint8_t>(at[1]);
    if (first < 0x80) {
      *value = first;
      return at + 1;
    }
    if (second < 0x80) {
      *value = (first & 0x7fu) | static_cast<uint32_t>(second) << 7;
      return at + 2;
    }
  }
  return DecodeVarint32(at, end, value);
}

// False when the entry is cut short or its key has no room for a trailer.
inline bool DecodeBlockEntry(const char* at, const char* end, BlockEntry* entry) {
  at = DecodeSmallVarint32(at, end, &entry->shared);
  if (at == nullptr) return false;
  at = DecodeSmallVarint32(at, end, &entry->unshared);
  if (at == nullptr) return false;
  at = DecodeSmallVarint32(at, end, &entry->value_size);
  if (at == nullptr || entry->unshared < kTrailerSize) return false;
  entry->suffix = at;
  return uint64_t{entry->unshared} + entry->value_size <= static_cast<uint64_t>(end - at);
}

inline size_t CommonPrefix(Slice a, Slice b) {
  const size_t limit = std::min(a.size(), b.size());
  size_t i = 0;
  for (; i + 8 <= limit; i += 8) {
    const uint64_t difference = DecodeFixed64(a.data() + i) ^ DecodeFixed64(b.data() + i);
    if (difference != 0) return i + static_cast<size_t>(std::countr_zero(difference)) / 8;
  }
  while (i < limit && a[i] == b[i]) ++i;
  return i;
}

}  // namespace ledgerstone
