// The store's counters. Relaxed atomics: each is right by itself, together they are a moment's
// blur.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace ledgerstone {

struct Counters {
  using Counter = std::atomic<uint64_t>;
  Counter groups{0};
  Counter batches{0};
  Counter entries{0};
  std::array<Counter, 3> batches_by_durability{};
  Counter user_bytes{0};
  Counter log_bytes{0};
  Counter log_syncs{0};
  Counter stall_micros{0};
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
};

}  // namespace ledgerstone
