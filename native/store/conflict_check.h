// Whether what a transaction has read was written since: the check that makes transactions
// serializable. Memory only; the commit lane alone calls it, just before it appends a group.
//
// 1. A read fails when an entry of its namespace has a key in it and a sequence above the
//    transaction's, and when its namespace was dropped since. Whether the value is another one is
//    not asked.
// 2. ConflictWindow looks through the generations that hold every write since `floor`. For a
//    transaction older than that the answer is a conflict, never a guess.
// 3. GroupWrites holds what goes ahead in the same group and is in no memtable yet.
// 4. A range costs twice the lesser of: the entries in it, the entries written since; a memtable.
#pragma once

#include <set>
#include <unordered_set>
#include <vector>

#include "store/generation.h"
#include "store/read_set_format.h"

namespace ledgerstone {

class ConflictWindow {
 public:
  // Every generation with entries above `floor`; none of them changes while this lives.
  ConflictWindow(std::vector<GenerationPtr> generations, Sequence floor)
      : generations_(std::move(generations)), floor_(floor) {}

  bool Reaches(Sequence since) const { return since >= floor_; }
  bool WasWrittenSince(const ReadSetEntry& read, Sequence since) const;

 private:
  const std::vector<GenerationPtr> generations_;
  const Sequence floor_;
};

class GroupWrites {
 public:
  // Borrows the batch's bytes.
  void Add(Slice batch);
  bool Touch(const ReadSetEntry& read);

 private:
  struct Key {
    NamespaceId namespace_id;
    Slice key;
    bool operator==(const Key&) const = default;
    bool operator<(const Key& other) const {
      if (namespace_id != other.namespace_id) return namespace_id < other.namespace_id;
      return CompareUserKeys(key, other.key) < 0;
    }
  };
  struct KeyHash {
    size_t operator()(const Key& key) const;
  };
  struct ErasedRange {
    NamespaceId namespace_id;
    Slice begin;
    Slice end;
  };

  bool TouchRange(const ReadSetEntry& read);

  std::unordered_set<Key, KeyHash> keys_;
  std::set<Key> sorted_;           // of those of keys_ that are not in `unsorted_`
  std::vector<Key> unsorted_;      // sorted when a range is first asked for
  std::vector<ErasedRange> erased_;
  std::vector<NamespaceId> dropped_;
};

// OK, or Conflict saying why.
Status CheckReads(Slice reads, Sequence since, const ConflictWindow& window, GroupWrites* group);

}  // namespace ledgerstone
