// A 64-bit hash of bytes for filters, hash indexes and cache shards. Multiply-and-fold over 128-bit
// products. Filters and hash indexes put it on disk: the function is frozen (base/hash_test.cc
// holds golden values).
#pragma once

#include <cstdint>

#include "ledgerstone/slice.h"

namespace ledgerstone {

uint64_t Hash64(Slice bytes);

// Mixes one number; every input bit reaches every output bit.
inline uint64_t HashMix(uint64_t value) {
  const auto product =
      static_cast<unsigned __int128>(value ^ 0x9e3779b97f4a7c15u) * 0xd1b54a32d192ed03u;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace ledgerstone
