#include "base/block_cache.h"

#include <algorithm>
#include <new>

#include "base/address_sanitizer.h"
#include "base/block_cache_shard.h"
#include "base/checks.h"
#include "base/hash.h"

namespace ledgerstone {
namespace {

constexpr size_t kShardCount = 8;
constexpr uint64_t kShardedCapacityMin = 8ull << 20;
constexpr size_t kEraseStep = 256;

uint64_t HashKey(const BlockKey& key) { return HashMix(HashMix(key.file_number) + key.offset); }

// AddressSanitizer sees what reads behind a block by these bytes between it and its entry.
constexpr size_t kGuardBytes = kAddressSanitizer ? 64 : 0;
constexpr size_t kEntryAlignment = 64;

// Of the bytes of a block of this size, up to its entry.
size_t BytesBefore(size_t size) {
  return (size + kGuardBytes + kEntryAlignment - 1) / kEntryAlignment * kEntryAlignment;
}

void Free(BlockCache::Entry* entry) {
  char* const memory = entry->bytes();
  BlockMemory::Run* const run = entry->run;
  Unpoison(memory, entry->before);
  entry->~Entry();
  BlockMemory::OfProcess().Free(memory, run);
}

// An entry that is gone by now, or none, does no harm: what is fetched is not read.
void Prefetch(const BlockCache::Entry* entry) {
  const auto address = reinterpret_cast<uintptr_t>(entry);
  __builtin_prefetch(entry);
  __builtin_prefetch(reinterpret_cast<const void*>(address - kEntryAlignment));
}

// After the subtraction the entry may be gone.
void Drop(BlockCache::Entry* entry) {
  std::atomic<uint64_t>* const unpinned = entry->unpinned_bytes;
  const size_t charge = entry->charge;
  const uint32_t before = entry->references.fetch_sub(1, std::memory_order_acq_rel);
  if (before == 1) Free(entry);
  if (before == 2 && unpinned != nullptr) unpinned->fetch_add(charge, std::memory_order_relaxed);
}

}  // namespace

BlockCache::Handle& BlockCache::Handle::operator=(Handle&& other) noexcept {
  if (this == &other) return *this;
  Reset();
  entry_ = other.entry_;
  other.entry_ = nullptr;
  return *this;
}

BlockCache::Handle::Handle(const Handle& other) : entry_(other.entry_) {
  if (entry_ == nullptr) return;
  const uint32_t before = entry_->references.fetch_add(1, std::memory_order_relaxed);
  if (before == 1 && entry_->unpinned_bytes != nullptr) {
    entry_->unpinned_bytes->fetch_sub(entry_->charge, std::memory_order_relaxed);
  }
}

BlockCache::Handle& BlockCache::Handle::operator=(const Handle& other) {
  return *this = Handle(other);
}

const char* BlockCache::Handle::data() const { return entry_->bytes(); }
size_t BlockCache::Handle::size() const { return entry_->size; }

void BlockCache::Handle::Reset() {
  if (entry_ == nullptr) return;
  Drop(entry_);
  entry_ = nullptr;
}

BlockCache::BlockCache(uint64_t capacity_bytes) : capacity_(capacity_bytes) {
  const size_t shards = capacity_bytes < kShardedCapacityMin ? 1 : kShardCount;
  for (size_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>());
}

BlockCache::~BlockCache() { Clear(); }

void BlockCache::Clear() {
  for (const auto& shard : shards_) {
    std::vector<Entry*> cleared;
    {
      const std::lock_guard lock(shard->mutex);
      while (shard->hand != nullptr) {
        cleared.push_back(shard->hand);
        shard->Unlink(shard->hand);
      }
    }
    for (Entry* const entry : cleared) Drop(entry);
  }
}

BlockCache::Entry* BlockCache::Allocate(size_t size) {
  const size_t before = BytesBefore(size);
  const BlockMemory::Slot slot = BlockMemory::OfProcess().Allocate(before + sizeof(Entry));
  if (slot.memory == nullptr) return nullptr;
  char* const memory = static_cast<char*>(slot.memory);
  Poison(memory + size, before - size);
  return new (memory + before) Entry(size, before, slot);
}

char* BlockCache::MutableData(Entry* entry) { return entry->bytes(); }

void BlockCache::Shrink(Entry* entry, size_t size) {
  LS_CHECK(size <= entry->size);
  Poison(entry->bytes() + size, entry->size - size);
  entry->size = size;
}

void BlockCache::Discard(Entry* entry) { Free(entry); }

BlockCache::Handle BlockCache::Adopt(Entry* entry) { return Handle(entry); }

uint64_t BlockCache::ShardCapacity() const {
  const uint64_t reserved = reserved_.load(std::memory_order_relaxed);
  return (capacity_ - std::min(capacity_, reserved)) / shards_.size();
}

BlockCache::Handle BlockCache::Lookup(const BlockKey& key, Counting counting, Hint* hint) {
  if (hint != nullptr) Prefetch(hint->entry_.load(std::memory_order_relaxed));
  const uint64_t hash = HashKey(key);
  Shard& shard = ShardOf(hash);
  const std::lock_guard lock(shard.mutex);
  Entry* const entry = shard.Find(key, hash, hint);
  if (entry == nullptr) {
    shard.misses += counting == Counting::kAll ? 1 : 0;
    return {};
  }
  shard.hits += counting == Counting::kNothing ? 0 : 1;
  entry->used = true;
  if (entry->references.fetch_add(1, std::memory_order_relaxed) == 1) {
    shard.pinned_bytes += entry->charge;
  }
  return Handle(entry);
}

BlockCache::Handle BlockCache::Insert(const BlockKey& key, Entry* entry, Hint* hint) {
  LS_CHECK(entry->references.load(std::memory_order_relaxed) == 1);
  entry->key = key;
  entry->hash = HashKey(key);
  Shard& shard = ShardOf(entry->hash);
  Entry* evicted = nullptr;
  Entry* result = entry;
  {
    const std::lock_guard lock(shard.mutex);
    if (Entry* const first = shard.Find(key, entry->hash, hint); first != nullptr) {
      if (first->references.fetch_add(1, std::memory_order_relaxed) == 1) {
        shard.pinned_bytes += first->charge;
      }
      result = first;
    } else if (shard.MakeRoom(entry->charge, ShardCapacity(), &evicted)) {
      entry->references.store(2, std::memory_order_relaxed);
      entry->unpinned_bytes = &shard.unpinned_bytes;
      shard.pinned_bytes += entry->charge;
      shard.Link(entry);
      shard.Remember(entry, hint);
      ++shard.inserts;
    }
  }
  if (result != entry) Free(entry);
  while (evicted != nullptr) {
    Entry* const next = evicted->next_in_bucket;
    Drop(evicted);
    evicted = next;
  }
  return Handle(result);
}

void BlockCache::Forget(const BlockKey& key, Hint* hint) {
  if (hint->entry_.load(std::memory_order_acquire) == nullptr) return;
  Shard& shard = ShardOf(HashKey(key));
  const std::lock_guard lock(shard.mutex);
  if (Entry* const entry = hint->entry_.load(std::memory_order_relaxed); entry != nullptr) {
    shard.Forget(entry);
  }
}

// Buckets are visited in rising order with the mutex let go now and then. Doubling the table in
// between moves an entry from bucket i to i or further up, so none is missed.
void BlockCache::EraseFile(uint64_t file_number) {
  std::vector<Entry*> erased;
  for (const auto& shard : shards_) {
    bool more = true;
    for (size_t begin = 0; more; begin += kEraseStep) {
      const std::lock_guard lock(shard->mutex);
      const size_t end = std::min(begin + kEraseStep, shard->buckets.size());
      shard->Extract(file_number, begin, end, &erased);
      more = end < shard->buckets.size();
    }
  }
  for (Entry* const entry : erased) Drop(entry);
}

void BlockCache::Reserve(uint64_t bytes) { reserved_.fetch_add(bytes, std::memory_order_relaxed); }

void BlockCache::Release(uint64_t bytes) {
  const uint64_t before = reserved_.fetch_sub(bytes, std::memory_order_relaxed);
  LS_CHECK(before >= bytes);
}

BlockCache::Statistics BlockCache::GetStatistics() const {
  Statistics sum;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    sum.hits += shard->hits;
    sum.misses += shard->misses;
    sum.inserts += shard->inserts;
    sum.evictions += shard->evictions;
    sum.used_bytes += shard->used_bytes;
    sum.pinned_bytes +=
        shard->pinned_bytes - shard->unpinned_bytes.load(std::memory_order_relaxed);
  }
  sum.reserved_bytes = reserved_.load(std::memory_order_relaxed);
  sum.capacity_bytes = capacity_;
  return sum;
}

}  // namespace ledgerstone
