#include "base/block_memory.h"

#include <bit>
#include <cstdlib>
#include <new>

#include "base/address_sanitizer.h"
#include "base/checks.h"

namespace ledgerstone {
namespace {

constexpr size_t kHugePageBytes = size_t{2} << 20;
constexpr size_t kChunkBytes = size_t{16} << 20;
constexpr size_t kRunsOfChunkMax = kChunkBytes / BlockMemory::kRunBytes;

size_t SlotBytes(uint32_t slots) {
  return BlockMemory::kRunBytes / slots / BlockMemory::kSlotAlignment *
         BlockMemory::kSlotAlignment;
}

// How many slots a run has whose slots hold so many bytes.
uint32_t SlotsFor(size_t size) {
  constexpr size_t kAlignment = BlockMemory::kSlotAlignment;
  const size_t aligned = (size + kAlignment - 1) / kAlignment * kAlignment;
  return static_cast<uint32_t>(BlockMemory::kRunBytes / aligned);
}

uint64_t AllFree(uint32_t slots) { return ~uint64_t{0} >> (64 - slots); }

BlockMemory::Slot FromMalloc(size_t size) { return {std::malloc(size), size, nullptr}; }

}  // namespace

struct BlockMemory::Run {
  Run* next = nullptr;  // in the list it is in, if it is in one
  Run* previous = nullptr;
  Chunk* chunk = nullptr;
  char* begin = nullptr;
  uint32_t slots = 0;
  uint64_t free = 0;  // a bit for each slot
};

// Not in the pages it is about: each page that is touched there may become a huge one.
struct BlockMemory::Chunk {
  char* pages = nullptr;
  size_t runs_in_use = 0;
  size_t run_count = 0;
  std::array<Run, kRunsOfChunkMax> runs;
};

void BlockMemory::List::Push(Run* run) {
  run->previous = nullptr;
  run->next = first;
  if (first != nullptr) first->previous = run;
  first = run;
}

void BlockMemory::List::Remove(Run* run) {
  (run->previous == nullptr ? first : run->previous->next) = run->next;
  if (run->next != nullptr) run->next->previous = run->previous;
}

BlockMemory::BlockMemory(Env* env, size_t slot_bytes_max)
    : env_(env), slot_bytes_max_(slot_bytes_max) {
  LS_CHECK(slot_bytes_max <= kSlotBytesMax);
}

BlockMemory::~BlockMemory() {
  LS_CHECK(statistics_.runs == 0);
  while (idle_.first != nullptr) Release(idle_.first->chunk);
}

// AddressSanitizer sees a read outside a block only where each is an allocation of its own.
BlockMemory& BlockMemory::OfProcess() {
  static auto* const memory = new BlockMemory(Env::Posix(), kAddressSanitizer ? 0 : kSlotBytesMax);
  return *memory;
}

bool BlockMemory::AddChunk() {
  void* const place = std::malloc(sizeof(Chunk));
  if (place == nullptr) return false;
  char* const pages = env_->AllocatePages(kChunkBytes);
  if (pages == nullptr) {
    std::free(place);
    return false;
  }
  auto* const chunk = new (place) Chunk;
  chunk->pages = pages;
  const auto address = reinterpret_cast<uintptr_t>(pages);
  const size_t skipped = (kHugePageBytes - address % kHugePageBytes) % kHugePageBytes;
  const size_t usable = (kChunkBytes - skipped) / kHugePageBytes * kHugePageBytes;
  chunk->run_count = usable / kRunBytes;
  for (size_t i = chunk->run_count; i-- > 0;) {  // so that the first pages are used first
    Run& run = chunk->runs[i];
    run.chunk = chunk;
    run.begin = pages + skipped + i * kRunBytes;
    idle_.Push(&run);
  }
  ++statistics_.chunks;
  return true;
}

void BlockMemory::Release(Chunk* chunk) {
  for (size_t i = 0; i < chunk->run_count; ++i) idle_.Remove(&chunk->runs[i]);
  env_->ReleasePages(chunk->pages, kChunkBytes);
  std::free(chunk);
  --statistics_.chunks;
}

BlockMemory::Run* BlockMemory::RunWithSlot(uint32_t slots) {
  if (Run* const run = partial_[slots].first; run != nullptr) return run;
  if (idle_.first == nullptr && !AddChunk()) return nullptr;
  Run* const run = idle_.first;
  idle_.Remove(run);
  run->slots = slots;
  run->free = AllFree(slots);
  partial_[slots].Push(run);
  ++run->chunk->runs_in_use;
  ++statistics_.runs;
  return run;
}

BlockMemory::Slot BlockMemory::Allocate(size_t size) {
  if (size < kSlotBytesMin || size > slot_bytes_max_) return FromMalloc(size);
  const uint32_t slots = SlotsFor(size);
  const std::lock_guard lock(mutex_);
  Run* const run = RunWithSlot(slots);
  if (run == nullptr) return FromMalloc(size);
  const int slot = std::countr_zero(run->free);
  run->free &= run->free - 1;
  if (run->free == 0) partial_[slots].Remove(run);
  return {run->begin + static_cast<size_t>(slot) * SlotBytes(slots), SlotBytes(slots), run};
}

void BlockMemory::Free(void* memory, Run* run) {
  if (run == nullptr) return std::free(memory);
  const std::lock_guard lock(mutex_);
  const auto offset = static_cast<size_t>(static_cast<char*>(memory) - run->begin);
  const uint64_t bit = uint64_t{1} << (offset / SlotBytes(run->slots));
  LS_CHECK(offset % SlotBytes(run->slots) == 0 && (run->free & bit) == 0);
  if (run->free == 0) partial_[run->slots].Push(run);
  run->free |= bit;
  if (run->free != AllFree(run->slots)) return;
  partial_[run->slots].Remove(run);
  idle_.Push(run);
  --statistics_.runs;
  if (--run->chunk->runs_in_use == 0 && statistics_.chunks > 1) Release(run->chunk);
}

BlockMemory::Statistics BlockMemory::GetStatistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace ledgerstone
