// Memory for cached blocks, in huge pages: a point read goes to a place of its own in every block,
// and with small pages pays for a walk through the page tables beside each wait for memory.
//
//   chunk := 16 MiB of address space, whose whole huge pages of 2 MiB are cut into runs
//   run   := 64 KiB, cut into slots of one size, as many as fit: 4 to 64
//
// 1. A slot is at most a quarter larger than what was asked for, one of 4 KiB at most by a
//    sixteenth. What is too small or too large for that, or finds no chunk, comes from malloc.
// 2. A run without a slot in use serves any size again. A chunk without a run in use goes back to
//    the system, but for the last one.
// 3. Safe from many threads: one mutex, held for a few steps, or for the making of a chunk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "ledgerstone/env.h"

namespace ledgerstone {

class BlockMemory {
 public:
  static constexpr size_t kRunBytes = size_t{64} << 10;
  static constexpr size_t kSlotAlignment = 64;
  static constexpr uint32_t kSlotsMin = 4;
  static constexpr uint32_t kSlotsMax = 64;
  static constexpr size_t kSlotBytesMin = kRunBytes / kSlotsMax;
  static constexpr size_t kSlotBytesMax = kRunBytes / kSlotsMin;

  struct Run;
  struct Slot {
    void* memory = nullptr;  // nullptr when there is none
    size_t size = 0;         // bytes of it, at least as many as asked for
    Run* run = nullptr;      // nullptr: from malloc
  };

  // What is larger than `slot_bytes_max` comes from malloc.
  explicit BlockMemory(Env* env, size_t slot_bytes_max = kSlotBytesMax);
  // Every slot was freed.
  ~BlockMemory();
  BlockMemory(const BlockMemory&) = delete;
  BlockMemory& operator=(const BlockMemory&) = delete;

  // The one that all caches of the process share; it is never destroyed.
  static BlockMemory& OfProcess();

  Slot Allocate(size_t size);
  void Free(void* memory, Run* run);

  struct Statistics {
    size_t chunks = 0;
    size_t runs = 0;  // in use
  };
  Statistics GetStatistics() const;

 private:
  struct Chunk;
  struct List {
    Run* first = nullptr;
    void Push(Run* run);
    void Remove(Run* run);
  };

  Run* RunWithSlot(uint32_t slots);
  bool AddChunk();
  void Release(Chunk* chunk);

  Env* const env_;
  const size_t slot_bytes_max_;
  mutable std::mutex mutex_;
  Statistics statistics_;
  List idle_;                                // without a slot in use
  std::array<List, kSlotsMax + 1> partial_;  // with free slots, by how many the run has in all
};

}  // namespace ledgerstone
