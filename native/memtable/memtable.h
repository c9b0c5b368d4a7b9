// The recent writes of one namespace, sorted. Several memtables share their generation's arena.
//
// 1. The commit lane inserts; any thread reads. See skiplist.h for the memory order.
// 2. Entries above a reader's sequence may be there already; readers skip them.
#pragma once

#include <memory>
#include <span>

#include "base/internal_iterator.h"
#include "base/key_range.h"
#include "base/range_tombstones.h"
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
  MemTable(Arena* arena, uint64_t seed) : list_(arena, seed) {}

  void Insert(Slice user_key, Sequence sequence, EntryKind kind, Slice value) {
    list_.Insert(user_key, MakeTrailer(sequence, kind), value);
    Count(1);
  }
  using Entry = SkipList::Entry;
  // The same for many at once, faster than one by one.
  void InsertMany(std::span<const Entry> entries);
  // For entries that mostly come in order, as from a sorted replay.
  void InsertRising(Slice user_key, uint64_t trailer, Slice value) {
    list_.InsertRising(user_key, trailer, value);
    Count(1);
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
  uint64_t entry_count() const { return entry_count_.load(std::memory_order_relaxed); }

 private:
  void Count(size_t entries) {
    const uint64_t before = entry_count_.load(std::memory_order_relaxed);
    entry_count_.store(before + entries, std::memory_order_relaxed);
  }

  SkipList list_;
  RangeTombstoneList range_tombstones_;
  std::atomic<uint64_t> entry_count_{0};
};

}  // namespace ledgerstone
