// The cache of uncompressed blocks, and the keeper of the store's one memory budget: what memtables
// and open tables' indexes and filters hold is reserved here and shrinks the room for blocks.
//
// 1. A Handle pins its block: the bytes stay put until the handle is gone, also when evicted.
// 2. Eviction is CLOCK with a use bit per entry, in shards by hash of the key; a block enters with
//    the bit clear, so that one scan does not push out what is read again.
// 3. Usage never exceeds capacity − reserved by more than the pinned blocks. When nothing can be
//    evicted, Insert still returns a handle; the block is then just not kept.
// 4. All methods are safe from any thread. A shard's mutex is held for one look-up, one insertion
//    with its evictions, or a few hundred buckets of an erasure; never two at a time, and nothing
//    that can wait is called under it. Freed bytes are given back after it is let go.
// 5. A block's bytes end where its entry begins: a reader starts at a block's end, and finds it
//    near what it has to touch anyway.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace ledgerstone {

struct BlockKey {
  uint64_t file_number = 0;
  uint64_t offset = 0;
  bool operator==(const BlockKey&) const = default;
};

class BlockCache {
 public:
  struct Entry;  // refcounted; the block's bytes live in the same allocation

  // Where a reader of a file remembers one block of it, so that it need not be searched for. Empty
  // or right: the cache fills it, and empties it when the block leaves. It stays where it is until
  // Forget.
  class Hint {
    friend class BlockCache;
    std::atomic<Entry*> entry_{nullptr};
  };

  class Handle {
   public:
    Handle() = default;
    Handle(Handle&& other) noexcept : entry_(other.entry_) { other.entry_ = nullptr; }
    Handle& operator=(Handle&& other) noexcept;
    Handle(const Handle& other);
    Handle& operator=(const Handle& other);
    ~Handle() { Reset(); }
    explicit operator bool() const { return entry_ != nullptr; }
    const char* data() const;
    size_t size() const;
    void Reset();
    // Gives up the handle but not the pin; Unpin ends it.
    void* Detach() {
      Entry* entry = entry_;
      entry_ = nullptr;
      return entry;
    }
    static void Unpin(void* detached) { Handle(static_cast<Entry*>(detached)).Reset(); }

   private:
    friend class BlockCache;
    explicit Handle(Entry* entry) : entry_(entry) {}
    Entry* entry_ = nullptr;
  };

  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t inserts = 0;
    uint64_t evictions = 0;
    uint64_t used_bytes = 0;
    uint64_t pinned_bytes = 0;  // of used_bytes, what handles keep in place
    uint64_t reserved_bytes = 0;
    uint64_t capacity_bytes = 0;
  };

  explicit BlockCache(uint64_t capacity_bytes);
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // Bytes for a block that is not in the cache yet: fill data() (writable here only), then Insert.
  // nullptr when there is no memory.
  static Entry* Allocate(size_t size);
  static char* MutableData(Entry* entry);
  // Leaves only the first `size` bytes to the block; the allocation stays.
  static void Shrink(Entry* entry, size_t size);
  static void Discard(Entry* entry);
  // A pinned block that never enters a cache (for compaction reads).
  static Handle Adopt(Entry* entry);

  // Which outcomes of a look-up the statistics hold.
  enum class Counting : uint8_t { kAll, kHits, kNothing };
  // An empty handle when absent. `hint` is the caller's for this key, or null.
  Handle Lookup(const BlockKey& key, Counting counting = Counting::kAll, Hint* hint = nullptr);
  // Takes over `entry`. When another thread was first, its block is returned and `entry` dropped.
  Handle Insert(const BlockKey& key, Entry* entry, Hint* hint = nullptr);
  // Before a hint goes. Nobody looks up with it any more.
  void Forget(const BlockKey& key, Hint* hint);
  // Drops the blocks of a deleted file.
  void EraseFile(uint64_t file_number);
  // Drops all blocks; pinned ones live on until unpinned.
  void Clear();

  void Reserve(uint64_t bytes);
  void Release(uint64_t bytes);
  Statistics GetStatistics() const;

 private:
  struct Shard;
  Shard& ShardOf(uint64_t hash) const { return *shards_[(hash >> 61) % shards_.size()]; }
  uint64_t ShardCapacity() const;

  std::vector<std::unique_ptr<Shard>> shards_;
  const uint64_t capacity_;
  std::atomic<uint64_t> reserved_{0};
};

}  // namespace ledgerstone
