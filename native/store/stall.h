// When writers must wait for the background: a pure choice.
#pragma once

#include <cstdint>

#include "ledgerstone/options.h"
#include "ledgerstone/statistics.h"

namespace ledgerstone {

struct StallInput {
  uint32_t l0_files = 0;  // of the namespace with the most
  uint32_t immutable_generations = 0;
  bool generation_full = false;  // the next write needs a switch
  uint64_t group_bytes = 0;      // about to be written
  bool needs_tables = false;     // an ingestion: waits until no generation is to be flushed
};

struct StallDecision {
  enum class Kind : uint8_t { kGo, kDelay, kStop };
  Kind kind = Kind::kGo;
  uint64_t delay_micros = 0;
  StallCause cause = StallCause::kSlowdown;  // unless kGo
};

// Stop: until a flush or compaction ends. Delay: from l0_slowdown_trigger on, the group is held
// back so that writers run at a rate that falls from 64 MiB/s to 4 MiB/s half-way to
// l0_stop_trigger. The other half is room for a compaction of L0 that takes long: at that rate,
// nobody has to stand still meanwhile.
StallDecision DecideStall(const StallInput& input, const StoreOptions& options);

// Of one commit group: small enough that the longest delay, a tenth of a second, keeps to the rate.
uint64_t GroupBytesMax(uint32_t l0_files, const StoreOptions& options);

}  // namespace ledgerstone
