// Counters of one open store; monotonic unless said otherwise. Sizes are bytes, times microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledgerstone/options.h"

namespace ledgerstone {

// How many of something took at most `largest_micros`, and more than the bucket before.
struct LatencyBucket {
  uint64_t largest_micros = 0;
  uint64_t count = 0;
};

// How long something took, each time since the store was opened. A quantile is at most 1/32 more
// than the true one, and never less.
struct LatencyStatistics {
  uint64_t count = 0;
  uint64_t sum_micros = 0;
  uint64_t p50_micros = 0;
  uint64_t p99_micros = 0;
  uint64_t p999_micros = 0;
  uint64_t max_micros = 0;
  std::vector<LatencyBucket> buckets;  // those with a count, rising
};

// Why writers wait.
enum class StallCause : uint8_t {
  kFlush = 0,       // all memory for writes is full: until a flush ends
  kCompaction = 1,  // level 0 is full: until a compaction ends
  kSlowdown = 2,    // level 0 fills up: held back for a moment, so that compaction keeps up
};
inline constexpr size_t kStallCauseCount = 3;
std::string_view StallCauseName(StallCause cause);

struct StallStatistics {
  uint64_t count = 0;  // of those that ended
  uint64_t micros = 0;
  uint64_t longest_micros = 0;
};

struct LevelStatistics {
  int level = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t target_bytes = 0;  // 0: the level is not in use
  // Since the store was opened:
  uint64_t reads = 0;          // tables searched for a key; those a filter excluded are not
  uint64_t bytes_read = 0;     // by compactions into this level
  uint64_t bytes_written = 0;  // by flushes and compactions into this level
};

struct NamespaceLevels {
  std::string name;
  std::vector<LevelStatistics> levels;  // those with files or a history
};

struct StoreStatistics {
  uint64_t open_micros = 0;  // since the store was opened
  // Writes
  uint64_t groups = 0;  // commit groups
  uint64_t batches = 0;
  uint64_t entries = 0;
  uint64_t conflicts = 0;  // transactions turned away
  std::array<uint64_t, 3> batches_by_durability{};  // indexed by Durability
  uint64_t user_bytes = 0;                          // keys and values written by callers
  uint64_t log_bytes = 0;
  uint64_t log_syncs = 0;
  uint64_t stall_micros = 0;
  std::array<StallStatistics, kStallCauseCount> stalls{};  // indexed by StallCause
  uint64_t stalled_micros = 0;  // now: how long writers have been waiting; 0 when they are not
  uint64_t queued_bytes = 0;    // now
  // Reads
  uint64_t gets = 0;
  uint64_t gets_from_memtable = 0;
  uint64_t filter_checks = 0;
  uint64_t filter_useful = 0;
  uint64_t filter_false_positives = 0;
  uint64_t blocks_read = 0;
  uint64_t block_bytes_read = 0;
  // Memory, now
  uint64_t memory_budget = 0;
  uint64_t memtable_bytes = 0;
  uint64_t cache_bytes = 0;
  uint64_t cache_reserved_bytes = 0;  // memtables, indexes and filters
  uint64_t cache_pinned_bytes = 0;    // of cached blocks that somebody is reading
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t cache_evictions = 0;
  // Background
  uint64_t flushes = 0;
  uint64_t flush_bytes = 0;
  uint64_t compactions = 0;
  uint64_t moves = 0;
  uint64_t compaction_bytes_read = 0;
  uint64_t compaction_bytes_written = 0;
  uint64_t background_errors = 0;
  uint64_t manifest_bytes = 0;
  // State, now
  uint64_t visible_sequence = 0;
  uint64_t applied = 0;
  uint64_t snapshots = 0;
  uint64_t tables = 0;
  uint64_t table_bytes = 0;
  uint64_t compaction_pending_bytes = 0;  // that compaction is behind by
  uint64_t immutable_generations = 0;
  bool read_only = false;
  // Latencies
  std::array<LatencyStatistics, 3> commit;  // from queue to told, by Durability
  LatencyStatistics log_sync;
  LatencyStatistics disk_get;  // from a get's first block that had to come from disk to its end
  LatencyStatistics flush;
  LatencyStatistics compaction;
  // Levels, by namespace
  std::vector<NamespaceLevels> namespaces;
  uint64_t live_bytes = 0;  // an estimate of what would be left after compacting everything
  // Amplification; 0 when there is nothing to divide by
  double write_amplification = 0;  // bytes written to log and tables for each user byte
  double space_amplification = 0;  // bytes in tables for each live byte
  double read_amplification = 0;   // tables searched for each get
};

}  // namespace ledgerstone
