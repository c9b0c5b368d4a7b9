// The recent writes of one namespace, sorted. Several memtables share their generation's arena.
//
// 1. The commit lane inserts; any thread reads. See skiplist.h for the memory order.
// 2. Entries above a reader's sequence may be there already; readers skip them.
// 3. Point reads go through an index of the keys; a memtable filled by a replay has none.
#pragma once

#include <memory>
#include <span>

#include "base/internal_iterator.h"
#include "base/range_estimate.h"
#include "base/range_tombstones.h"
#include "memtable/key_index.h"
#include "memtable/skiplist.h"

namespace ledgerstone {

struct MemTableLookup {
  enum class Outcome : uint8_t { kAbsent, kFound, kDeleted };
  Outcome outcome = Outcome::kAbsent;
  EntryKind kind = EntryKind::kPut;  // of the entry found
  Sequence sequence = 0;
  Slice value;  // kFound: as stored, in the arena
};

class MemTable {
 public:
  // `index_bytes`, which may be null, counts what the key index takes beside the arena.
  MemTable(Arena* arena, uint64_t seed, std::atomic<uint64_t>* index_bytes = nullptr)
      : list_(arena, seed), index_(&list_, index_bytes) {}

  using Entry = SkipList::Entry;
  void InsertMany(std::span<const Entry> entries);
  void Insert(Slice user_key, Sequence sequence, EntryKind kind, Slice value) {
    const Entry entry{user_key, MakeTrailer(sequence, kind), value};
    InsertMany({&entry, 1});
  }
  // For a replay, which fills an empty memtable whole before anybody reads it: entries in any
  // order, then once LinkAppended, false where there is no memory for that.
  void Append(Slice user_key, uint64_t trailer, Slice value) {
    list_.Append({user_key, trailer, value});
    Count(1);
  }
  bool LinkAppended(Env* env) {
    index_.Abandon();
    return list_.LinkAppended(env);
  }
  // The newest version at or below `sequence`.
  MemTableLookup Get(Slice user_key, Sequence sequence) const;
  std::unique_ptr<InternalIterator> NewIterator() const;
  // Range deletes stand beside the entries: what they erase is for the reader to find out.
  RangeTombstoneList& range_tombstones() { return range_tombstones_; }
  const RangeTombstoneList& range_tombstones() const { return range_tombstones_; }
  // Whether the key, or some key in the range, was written or erased above `since`. The inserting
  // thread only; not for entries of a replay.
  bool HasNewer(Slice user_key, Sequence since) const;
  bool HasNewerIn(const KeyRange& range, Sequence since) const;
  // About how many keys it holds in the range, from a few dozen of its entries.
  EntryEstimate Estimate(const RangeToEstimate& wanted) const;
  uint64_t entry_count() const { return entry_count_.load(std::memory_order_relaxed); }

 private:
  void Count(size_t entries) {
    const uint64_t before = entry_count_.load(std::memory_order_relaxed);
    entry_count_.store(before + entries, std::memory_order_relaxed);
  }

  // The key's newest entry at or below the sequence in `seek_trailer`, or nullptr.
  const SkipList::Node* NewestOf(Slice user_key, uint64_t seek_trailer) const;
  void InsertSome(std::span<const Entry> entries);

  SkipList list_;
  KeyIndex index_;
  RangeTombstoneList range_tombstones_;
  std::atomic<uint64_t> entry_count_{0};
};

}  // namespace ledgerstone
