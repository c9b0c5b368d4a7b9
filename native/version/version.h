// The LSM state at one moment: for each namespace the tables of each level. Immutable once built;
// readers hold it by shared_ptr and see a fixed set of files.
//
// 1. L0 tables may overlap; they stand newest first (by largest sequence). Deeper levels are sorted
//    by key and do not overlap in user keys: all versions of a user key are in one table of a
//    level.
// 2. For one user key, everything in a shallower level (and in a newer L0 table) is newer.
// 3. Iterators borrow the tables: whoever holds them holds the Version too.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/range_estimate.h"
#include "base/range_tombstones.h"
#include "ledgerstone/options.h"
#include "version/table_file.h"

namespace ledgerstone {

// What happened at a level since the store was opened; relaxed.
struct LevelCounters {
  std::atomic<uint64_t> reads{0};          // tables searched for a key
  std::atomic<uint64_t> bytes_read{0};     // by compactions into the level
  std::atomic<uint64_t> bytes_written{0};  // by flushes and compactions into the level

  // Not one atomic step, which would be a measurable part of a read: of reads that many threads
  // make at once, a few may not be counted.
  void AddRead() {
    reads.store(reads.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

struct Tree {
  NamespaceInfo info;
  std::array<std::vector<TableFilePtr>, kLevelCount> levels;
  // Range deletes that tables may still hold entries for; null: none. They count for all tables.
  RangeTombstonesPtr range_tombstones;
  // Of the deeper levels: what the tables before each one hold, and all of them. CountEntries.
  std::array<std::vector<EntryEstimate>, kLevelCount> held_before;
  // Shared by all versions of the tree.
  std::shared_ptr<std::array<LevelCounters, kLevelCount>> counters =
      std::make_shared<std::array<LevelCounters, kLevelCount>>();

  uint64_t LevelBytes(int level) const;
  uint64_t TotalBytes() const;
  // The newest version of `user_key` at or below `sequence` in the tables; stops at the first hit.
  // Range tombstones are the caller's to look at.
  // Incomplete when tier is kMemory and a block is missing.
  Status Get(Slice user_key, Sequence sequence, const TableReadOptions& options,
             TableLookup* lookup) const;
  // One iterator per L0 table and one per deeper level, for a merging iterator.
  void AddIterators(const TableReadOptions& options,
                    std::vector<std::unique_ptr<InternalIterator>>* iterators) const;
  // Once the levels are as they stay; AddEstimates needs it.
  void CountEntries();
  // About how many keys the deeper levels and the L0 tables hold in the range. Reads nothing.
  void AddEstimates(const RangeToEstimate& wanted, std::vector<EntryEstimate>* oldest_first) const;
  // True if no table of a level deeper than `level` can hold `user_key`.
  bool IsBottomFor(int level, Slice user_key) const;
  // Whether the table may hold entries that the tombstone erases.
  static bool MayHoldErased(const TableMeta& meta, const RangeTombstone& tombstone);
  // The tables of `level` whose user-key range meets [smallest, largest].
  std::vector<TableFilePtr> Overlapping(int level, Slice smallest_user_key,
                                        Slice largest_user_key) const;

 private:
  EntryEstimate InLevel(size_t level, const RangeToEstimate& wanted) const;
};

struct Version {
  std::map<NamespaceId, std::shared_ptr<const Tree>> trees;

  const Tree* Find(NamespaceId id) const;
  // Checks invariant 1; after each edit, and in tests.
  Status CheckOrder() const;
};
using VersionPtr = std::shared_ptr<const Version>;

// An iterator over the tables of one sorted level, opening each as it comes. `files` outlives it.
std::unique_ptr<InternalIterator> NewLevelIterator(std::span<const TableFilePtr> files,
                                                   const TableReadOptions& options);

// The levels as ASCII, one block per namespace; `docs/debugging.md` shows one.
std::string LevelsText(const Version& version);
// "L0:2 L5:1 L6:4", the short form used by goldens.
std::string LevelSummary(const Tree& tree);

}  // namespace ledgerstone
