// Copies of a store: what the calls that make them tell, and the calls that need no open store.
// What each kind of copy gives and promises: docs/copies.md.
//
// 1. A copy holds the store at one point of its commit order: everything acknowledged before the
//    call, of any durability, and possibly some of what came during it. Never a part of a batch.
// 2. A copy keeps the store's id and its sequences; sequences of the original's later writes are
//    not given out again by the copy.
#pragma once

#include <cstdint>
#include <string>

#include "ledgerstone/status.h"

namespace ledgerstone {

struct CheckpointReport {
  uint64_t sequence = 0;  // the newest in the copy
  uint64_t applied = 0;
  uint64_t tables = 0;
  uint64_t bytes = 0;          // of all tables
  uint64_t copied_tables = 0;  // where a hard link was refused
};

}  // namespace ledgerstone
