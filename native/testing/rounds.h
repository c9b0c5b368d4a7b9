// Runs a sweep for LEDGERSTONE_ROUNDS seeds, the first of which is the one that was printed.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "testing/seed.h"

namespace ledgerstone {

// `sweep` reads the seed that `seed` points to. Ends with the first fatal failure, which names it.
template <typename Sweep>
void ForEachRound(uint64_t* seed, Sweep sweep) {
  const uint64_t first = *seed;
  for (uint64_t round = 0; round < Rounds(); ++round) {
    *seed = first + round;
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(*seed));
    sweep();
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace ledgerstone
