#include "base/block_cache_shard.h"

#include "base/checks.h"

namespace ledgerstone {

BlockCache::Entry* BlockCache::Shard::Find(const BlockKey& key, uint64_t hash, Hint* hint) {
  Entry* entry = hint == nullptr ? nullptr : hint->entry_.load(std::memory_order_relaxed);
  if (entry != nullptr) {
    LS_DCHECK(entry->key == key && entry->hint == hint);
    return entry;
  }
  entry = *Place(hash);
  while (entry != nullptr && !(entry->key == key)) entry = entry->next_in_bucket;
  if (entry != nullptr) Remember(entry, hint);
  return entry;
}

// Of two readers of one file the first one's hint stays.
void BlockCache::Shard::Remember(Entry* entry, Hint* hint) {
  if (hint == nullptr || entry->hint != nullptr) return;
  entry->hint = hint;
  hint->entry_.store(entry, std::memory_order_relaxed);
}

// The release pairs with the acquire of who destroys the hint.
void BlockCache::Shard::Forget(Entry* entry) {
  if (entry->hint == nullptr) return;
  entry->hint->entry_.store(nullptr, std::memory_order_release);
  entry->hint = nullptr;
}

void BlockCache::Shard::Grow() {
  std::vector<Entry*> old(buckets.size() * 2);
  old.swap(buckets);
  for (Entry* entry : old) {
    while (entry != nullptr) {
      Entry* const next = entry->next_in_bucket;
      Entry** const place = Place(entry->hash);
      entry->next_in_bucket = *place;
      *place = entry;
      entry = next;
    }
  }
}

void BlockCache::Shard::Link(Entry* entry) {
  if (2 * count >= buckets.size()) Grow();
  Entry** const place = Place(entry->hash);
  entry->next_in_bucket = *place;
  *place = entry;
  if (hand == nullptr) {
    entry->next_in_ring = entry->previous_in_ring = entry;
    hand = entry;
  } else {
    entry->next_in_ring = hand;
    entry->previous_in_ring = hand->previous_in_ring;
    entry->previous_in_ring->next_in_ring = entry;
    hand->previous_in_ring = entry;
  }
  ++count;
  used_bytes += entry->charge;
}

void BlockCache::Shard::Unlink(Entry* entry) {
  Entry** place = Place(entry->hash);
  while (*place != entry) {
    LS_CHECK(*place != nullptr);
    place = &(*place)->next_in_bucket;
  }
  *place = entry->next_in_bucket;
  Forget(entry);
  if (entry->next_in_ring == entry) {
    hand = nullptr;
  } else {
    if (hand == entry) hand = entry->next_in_ring;
    entry->previous_in_ring->next_in_ring = entry->next_in_ring;
    entry->next_in_ring->previous_in_ring = entry->previous_in_ring;
  }
  LS_CHECK(count > 0 && used_bytes >= entry->charge);
  --count;
  used_bytes -= entry->charge;
}

// Two rounds see every entry once with its bit clear.
bool BlockCache::Shard::MakeRoom(uint64_t room, uint64_t capacity, Entry** evicted) {
  const bool fits = room <= capacity;
  const uint64_t target = fits ? capacity - room : capacity;
  for (size_t looks = 2 * count; used_bytes > target && count > 0 && looks > 0; --looks) {
    Entry* const entry = hand;
    hand = entry->next_in_ring;
    if (entry->references.load(std::memory_order_acquire) > 1) continue;
    if (entry->used) {
      entry->used = false;
      continue;
    }
    Unlink(entry);
    entry->next_in_bucket = *evicted;
    *evicted = entry;
    ++evictions;
  }
  return fits && used_bytes <= target;
}

void BlockCache::Shard::Extract(uint64_t file_number, size_t begin, size_t end,
                                std::vector<Entry*>* extracted) {
  for (size_t i = begin; i < end; ++i) {
    for (Entry* entry = buckets[i]; entry != nullptr;) {
      Entry* const next = entry->next_in_bucket;
      if (entry->key.file_number == file_number) {
        Unlink(entry);
        extracted->push_back(entry);
      }
      entry = next;
    }
  }
}

}  // namespace ledgerstone
