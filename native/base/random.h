// A small seeded generator for skiplist heights and tests; not for secrets.
#pragma once

#include <cstdint>

#include "base/hash.h"

namespace ledgerstone {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() { return HashMix(state_ += 0x9e3779b97f4a7c15u); }
  // Uniform enough in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace ledgerstone
