// Makes allocations fail: those that can say so, which are all whose size comes from data or
// options (`new (std::nothrow)`, pages of an environment). The others end the process, which is as
// safe as any other death (docs/reliability.md).
//
// 1. Programs that link this have their own operator new (std::nothrow); it counts and, on plan,
//    fails. Nothing else about allocation changes, under sanitizers too.
// 2. One plan for the process, used by one thread.
#pragma once

#include <cstdint>

#include "env/simulated_env.h"

namespace ledgerstone {

class AllocationFaults {
 public:
  // Counts from 0, fails none.
  static void CountOnly();
  // Fails the n-th from now on, counted from 0; and all behind it with `from_then_on`.
  static void FailAt(uint64_t n, bool from_then_on);
  static uint64_t counted();
  static uint64_t failed();
  // The environment's pages count and fail with the rest.
  static void Include(SimulatedEnv* env);
  // Takes the next number: true when that one fails.
  static bool Next();
};

}  // namespace ledgerstone
