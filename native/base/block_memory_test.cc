#include "base/block_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "base/random.h"
#include "testing/memory_env.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

TEST(BlockMemory, ASlotHoldsWhatWasAskedForAndAtMostAQuarterMore) {
  BlockMemory memory(Env::Posix());
  for (size_t size = 1; size < 20000; size += 7) {
    const BlockMemory::Slot slot = memory.Allocate(size);
    ASSERT_NE(slot.memory, nullptr);
    ASSERT_GE(slot.size, size);
    ASSERT_LE(slot.size, size + size / 4 + 64) << size;
    if (size >= 4000 && size <= 4300) {
      ASSERT_LE(slot.size, size + size / 16 + 64) << size;
    }
    const bool fits = size >= BlockMemory::kSlotBytesMin && size <= BlockMemory::kSlotBytesMax;
    ASSERT_EQ(slot.run != nullptr, fits) << size;
    std::memset(slot.memory, 0x5a, slot.size);
    memory.Free(slot.memory, slot.run);
  }
}

TEST(BlockMemory, SlotsNeverOverlap) {
  struct Held {
    BlockMemory::Slot slot;
    char fill;
  };
  Random random(PrintedSeed(2026));
  BlockMemory memory(Env::Posix());
  std::vector<Held> held;
  const auto drop = [&](size_t at) {
    const auto [slot, fill] = held[at];
    const std::string expected(slot.size, fill);
    ASSERT_EQ(std::memcmp(slot.memory, expected.data(), slot.size), 0) << at;
    memory.Free(slot.memory, slot.run);
    held[at] = held.back();
    held.pop_back();
  };
  for (int i = 0; i < 60000; ++i) {
    const bool grows = i / 10000 % 2 == 0;  // fills and empties in turn
    if (held.empty() || random.Below(10) < (grows ? 6u : 4u)) {
      const BlockMemory::Slot slot = memory.Allocate(900 + random.Below(16000));
      const char fill = static_cast<char>(i);
      std::memset(slot.memory, fill, slot.size);
      held.push_back({slot, fill});
    } else {
      ASSERT_NO_FATAL_FAILURE(drop(random.Below(held.size())));
    }
  }
  EXPECT_GT(memory.GetStatistics().chunks, 1u);
  while (!held.empty()) ASSERT_NO_FATAL_FAILURE(drop(held.size() - 1));
  EXPECT_EQ(memory.GetStatistics().runs, 0u);
  EXPECT_EQ(memory.GetStatistics().chunks, 1u) << "one is kept";
}

TEST(BlockMemory, AnEmptyRunServesAnySize) {
  BlockMemory memory(Env::Posix());
  for (size_t size = BlockMemory::kSlotBytesMin; size <= BlockMemory::kSlotBytesMax; size += 64) {
    const BlockMemory::Slot slot = memory.Allocate(size);
    EXPECT_EQ(memory.GetStatistics().runs, 1u);
    memory.Free(slot.memory, slot.run);
  }
  EXPECT_EQ(memory.GetStatistics().runs, 0u);
  EXPECT_EQ(memory.GetStatistics().chunks, 1u);
}

TEST(BlockMemory, ARunIsFullBeforeTheNextIsBegun) {
  BlockMemory memory(Env::Posix());
  std::vector<BlockMemory::Slot> slots;
  for (int i = 0; i < 15 * 7; ++i) slots.push_back(memory.Allocate(4300));
  EXPECT_EQ(memory.GetStatistics().runs, 7u);
  slots.push_back(memory.Allocate(4300));
  EXPECT_EQ(memory.GetStatistics().runs, 8u);
  memory.Free(slots[3].memory, slots[3].run);
  EXPECT_EQ(memory.Allocate(4300).memory, slots[3].memory);
  for (const auto& [slot, size, run] : slots) memory.Free(slot, run);
}

class NoPagesEnv final : public MemoryEnv {
 public:
  char* AllocatePages(size_t) override { return nullptr; }
};

TEST(BlockMemory, WithoutPagesItIsMalloc) {
  NoPagesEnv env;
  BlockMemory memory(&env);
  const BlockMemory::Slot slot = memory.Allocate(4096);
  ASSERT_NE(slot.memory, nullptr);
  EXPECT_EQ(slot.run, nullptr);
  EXPECT_EQ(slot.size, 4096u);
  memory.Free(slot.memory, slot.run);
  EXPECT_EQ(memory.GetStatistics().chunks, 0u);
}

TEST(ThreadedBlockMemory, ThreadsFreeWhatOthersAllocated) {
  BlockMemory memory(Env::Posix());
  constexpr int kThreads = 3;
  std::vector<BlockMemory::Slot> handed[kThreads];
  const auto allocate = [&](int thread) {
    for (size_t i = 0; i < 2000; ++i) {
      const BlockMemory::Slot slot = memory.Allocate(1024 + 512 * (i % 20));
      std::memset(slot.memory, thread, slot.size);
      handed[thread].push_back(slot);
    }
  };
  const auto free = [&](int thread) {
    for (const auto& [slot, size, run] : handed[(thread + 1) % kThreads]) memory.Free(slot, run);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(allocate, i);
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(free, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory.GetStatistics().runs, 0u);
}

}  // namespace
}  // namespace ledgerstone
