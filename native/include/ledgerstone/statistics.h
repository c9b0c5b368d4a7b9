// Counters of one open store; monotonic unless said otherwise. Sizes are bytes, times microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ledgerstone/options.h"

namespace ledgerstone {

struct StoreStatistics {
  // Writes
  uint64_t groups = 0;  // commit groups
  uint64_t batches = 0;
  uint64_t entries = 0;
  std::array<uint64_t, 3> batches_by_durability{};  // indexed by Durability
  uint64_t user_bytes = 0;                          // keys and values written by callers
  uint64_t log_bytes = 0;
  uint64_t log_syncs = 0;
  uint64_t stall_micros = 0;
  uint64_t queued_bytes = 0;  // now
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
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
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
};

struct LevelStatistics {
  int level = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t target_bytes = 0;
};

struct NamespaceLevels {
  std::string name;
  std::vector<LevelStatistics> levels;  // those with files
};

}  // namespace ledgerstone
