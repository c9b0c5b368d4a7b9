// The seed of a random test: LEDGERSTONE_SEED when it is set, else `usual`. Printed, so that a
// failed run can be replayed with `LEDGERSTONE_SEED=<number>` in front of the same command.
// LEDGERSTONE_ROUNDS=<n> makes random suites n times as long as usual.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ledgerstone {

inline uint64_t PrintedSeed(uint64_t usual) {
  const char* const given = std::getenv("LEDGERSTONE_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
  std::printf("LEDGERSTONE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

inline uint64_t Rounds() {
  const char* const given = std::getenv("LEDGERSTONE_ROUNDS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

}  // namespace ledgerstone
