// How far a segment is filled with zeros ahead of its writer: a pure choice.
//
// A sync that finds the file longer than the last one did must commit the new length to the file
// system's own journal; a sync of bytes written over zeros that are there already need not, and is
// up to twice as quick. So a log that is synced in small steps is extended, together with a sync
// that has a new length to commit anyway. A log written in bulk is not: every zero would double a
// byte. Why zeros, and the numbers: docs/decisions/0005-space-ahead-of-the-log.md.
#pragma once

#include <cstdint>

namespace ledgerstone::log {

inline constexpr uint64_t kSpaceBytes = uint64_t{256} << 10;

// A segment that is about to be synced.
struct SyncAhead {
  uint64_t size = 0;          // end of the last record
  uint64_t durable_size = 0;  // end of what the last sync covered
  uint64_t length = 0;        // of the file when it was last synced
};

// The length to give the file before this sync; 0: leave it. `space_bytes` is how much is prepared
// at a time, 0 for never: what is left of it serves at least 16 syncs.
inline constexpr uint64_t LengthForSync(const SyncAhead& sync, uint64_t space_bytes) {
  if (space_bytes == 0 || sync.size <= sync.length) return 0;
  if (sync.size - sync.durable_size > space_bytes / 16) return 0;
  return sync.size + space_bytes;
}

}  // namespace ledgerstone::log
