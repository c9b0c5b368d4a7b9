// Inside the block cache: one entry, and one shard with its hash table and CLOCK ring.
// Private to base/block_cache*.
//
// 1. Every method of a shard runs under its mutex; none gives memory back. What leaves the table is
//    handed to the caller, who drops it after letting the mutex go.
// 2. A hint names a linked entry that names it back, or none.
// 3. The ring goes through all entries of the table; `hand` is where the next sweep begins, and a
//    new entry goes in behind it, so that the sweep comes to it last.
#pragma once

#include <mutex>

#include "base/block_cache.h"
#include "base/block_memory.h"

namespace ledgerstone {

// `references` counts handles, and one for the table while it holds the entry. It rises from one
// only under the shard's mutex, so an entry seen there at one stays unpinned until the mutex is let
// go.
struct BlockCache::Entry {
  Entry(size_t bytes, size_t bytes_before, const BlockMemory::Slot& slot)
      : size(bytes), before(bytes_before), charge(slot.size), run(slot.run) {}

  // What a look-up and a handle touch, in one cache line.
  std::atomic<uint32_t> references{1};
  bool used = false;  // the CLOCK bit; this, the key and the links: under the shard's mutex
  size_t size;
  const size_t before;  // bytes from the allocation's begin to here
  const size_t charge;
  std::atomic<uint64_t>* unpinned_bytes = nullptr;  // the shard's, once it was linked; then fixed
  BlockKey key;
  Entry* next_in_bucket = nullptr;

  Entry* next_in_ring = nullptr;
  Entry* previous_in_ring = nullptr;
  uint64_t hash = 0;
  Hint* hint = nullptr;
  BlockMemory::Run* const run;

  char* bytes() { return reinterpret_cast<char*>(this) - before; }
};

struct alignas(64) BlockCache::Shard {
  std::mutex mutex;
  std::vector<Entry*> buckets = std::vector<Entry*>(64);
  size_t count = 0;
  Entry* hand = nullptr;
  uint64_t used_bytes = 0;
  // Pinned are the bytes that got a first handle less those that lost the last one.
  uint64_t pinned_bytes = 0;
  std::atomic<uint64_t> unpinned_bytes{0};  // not under the mutex
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t inserts = 0;
  uint64_t evictions = 0;

  Entry** Place(uint64_t hash) { return &buckets[hash & (buckets.size() - 1)]; }
  // Asks the hint first, and fills it; it may be null.
  Entry* Find(const BlockKey& key, uint64_t hash, Hint* hint);
  void Remember(Entry* entry, Hint* hint);
  void Forget(Entry* entry);
  void Link(Entry* entry);
  void Unlink(Entry* entry);
  void Grow();
  // Evicts until `room` more bytes fit, if they can; evicted entries are chained by next_in_bucket.
  bool MakeRoom(uint64_t room, uint64_t capacity, Entry** evicted);
  // Takes a file's entries out of the buckets in [begin, end).
  void Extract(uint64_t file_number, size_t begin, size_t end, std::vector<Entry*>* extracted);
};

}  // namespace ledgerstone
