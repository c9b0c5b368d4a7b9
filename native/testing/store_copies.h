// Looking at copies of a store on a simulated disk: each is opened, read, checked and written to in
// a clone of the disk, so that the disk at hand stays as it is.
#pragma once

#include <string>

#include "testing/store_world.h"

namespace ledgerstone {

struct CopyLook {
  Status status;  // of the first step that failed
  StoreState state;
  uint64_t sequence = 0;
  uint64_t applied = 0;
  uint64_t next_sequence = 0;  // the first that a write to the copy got
};
// Opens the store at `path` as if it were the world's own.
CopyLook LookAtCopy(const SimulatedEnv& env, const std::string& path);

bool ImageExists(const SimulatedEnv& env, const std::string& path);

}  // namespace ledgerstone
