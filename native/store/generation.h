// One generation of memory: the memtables of all namespaces since the last switch, and the log
// segment that holds the same writes. It is flushed as one manifest edit, so what a flush makes
// durable is always a whole prefix of the commit order; for derived namespaces that edit carries
// `applied`.
//
// 1. The commit lane fills it; once it is immutable nothing changes.
// 2. Readers reach memtables through a ReadView only, never through this map. Memtables are added
//    under the store's mutex_, under which views are made: a view made from a generation has all it
//    has.
// 3. Its bytes are charged to the block cache's budget until it is destroyed.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/block_cache.h"
#include "ledgerstone/options.h"
#include "memtable/memtable.h"

namespace ledgerstone {

class Generation {
 public:
  // nullptr when there is no memory. `cache` outlives it.
  static std::shared_ptr<Generation> Create(Env* env, BlockCache* cache, uint64_t log_number,
                                            uint64_t capacity);
  ~Generation();

  // Bytes of arena that `count` entries of together `bytes` batch bytes may take at most.
  static uint64_t BytesNeeded(uint64_t bytes, uint64_t count) {
    return bytes + count * (SkipList::kNodeOverheadMax + SkipList::kHeadBytes);
  }

  MemTable* Find(NamespaceId id) const;
  MemTable* FindOrAdd(NamespaceId id);
  const std::map<NamespaceId, std::unique_ptr<MemTable>>& memtables() const { return memtables_; }

  // Nothing when the namespace has no memtable here.
  void AddRangeDelete(NamespaceId id, RangeTombstone tombstone);

  uint64_t used() const { return arena_->used() + beside_arena_bytes_.load(); }
  uint64_t remaining() const { return arena_->remaining(); }
  // Charges what was used since the last call.
  void UpdateCharge();
  bool empty() const;

  const uint64_t log_number;
  Sequence last_sequence = 0;  // 0: no writes yet
  Sequence last_logged = 0;    // of those that are in the log
  uint64_t applied = 0;        // of the last derived batch; 0: none
  std::vector<NamespaceInfo> created;
  std::vector<NamespaceId> dropped;

 private:
  Generation(std::unique_ptr<Arena> arena, BlockCache* cache, uint64_t log_number_in);

  std::unique_ptr<Arena> arena_;
  BlockCache* const cache_;
  uint64_t charged_ = 0;
  std::atomic<uint64_t> beside_arena_bytes_{0};  // of range deletes and key indexes
  std::map<NamespaceId, std::unique_ptr<MemTable>> memtables_;
};

using GenerationPtr = std::shared_ptr<Generation>;

}  // namespace ledgerstone
