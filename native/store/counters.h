// The store's counters and latencies. Relaxed atomics: each is right by itself, together they are a
// moment's blur.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/histogram.h"
#include "ledgerstone/statistics.h"

namespace ledgerstone {

struct StallCounters {
  std::atomic<uint64_t> count{0};
  std::atomic<uint64_t> micros{0};
  std::atomic<uint64_t> longest_micros{0};
};

struct Counters {
  using Counter = std::atomic<uint64_t>;
  Counter groups{0};
  Counter batches{0};
  Counter entries{0};
  Counter conflicts{0};
  std::array<Counter, 3> batches_by_durability{};
  Counter user_bytes{0};
  Counter log_bytes{0};
  Counter log_syncs{0};
  std::array<StallCounters, kStallCauseCount> stalls;
  Counter gets{0};
  Counter gets_from_memtable{0};
  Counter flushes{0};
  Counter flush_bytes{0};
  Counter compactions{0};
  Counter moves{0};
  Counter compaction_bytes_read{0};
  Counter compaction_bytes_written{0};
  Counter background_errors{0};

  static void Add(Counter& counter, uint64_t amount) {
    counter.fetch_add(amount, std::memory_order_relaxed);
  }
  static void Raise(Counter& counter, uint64_t value) {
    uint64_t seen = counter.load(std::memory_order_relaxed);
    while (value > seen && !counter.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
  }
  void AddStall(StallCause cause, uint64_t micros) {
    StallCounters& stall = stalls[static_cast<size_t>(cause)];
    Add(stall.count, 1);
    Add(stall.micros, micros);
    Raise(stall.longest_micros, micros);
  }
};

struct Latencies {
  std::array<Histogram, 3> commit;  // indexed by Durability
  Histogram log_sync;
  Histogram disk_get;
  Histogram flush;
  Histogram compaction;
};

}  // namespace ledgerstone
