// What a reader sees of a key, from its versions newest first: a put and what was merged onto it,
// unless a delete, a range delete or expiry comes first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/merge_operator.h"
#include "base/range_tombstones.h"
#include "memtable/memtable.h"
#include "version/version.h"

namespace ledgerstone {

// The range deletes that a reader of one namespace has to know of.
class ErasedRanges {
 public:
  ErasedRanges() = default;
  ErasedRanges(const std::vector<const MemTable*>& memtables, const Tree* tree);

  bool empty() const { return runs_.empty(); }
  // The newest that covers the key for a reader at `at_most`; nullptr when there is none.
  const RangeTombstone* Newest(Slice user_key, Sequence at_most) const;
  // The first key behind `user_key` at which the answer may be another; empty when there is none.
  Slice NextBoundary(Slice user_key) const;
  // Entries of the key with a smaller sequence are erased for a reader at `at_most`.
  Sequence Covering(Slice user_key, Sequence at_most) const {
    const RangeTombstone* const newest = Newest(user_key, at_most);
    return newest == nullptr ? 0 : newest->sequence;
  }

 private:
  std::vector<RangeTombstonesPtr> runs_;
};

class KeyVersions {
 public:
  // The clock of `env` is asked only where something expires.
  KeyVersions(MergeOperator merge, Env* env) : merge_(merge), env_(env) {}

  // `erased_below`: versions with a smaller sequence don't count.
  void Start(Sequence erased_below) {
    erased_below_ = erased_below;
    operands_.clear();
    base_.reset();
  }
  // The next older version; `value` is kept as it is until Resolve. True when older ones can't
  // matter.
  bool Add(Sequence sequence, EntryKind kind, Slice value);
  // A merge was met: the answer has to be made.
  bool merges() const { return !operands_.empty(); }
  bool found() const { return base_.has_value() || merges(); }
  // found() without merges(): part of what Add was given.
  Slice base() const { return *base_; }
  // With merges: the value in `*made`.
  Status Merge(std::string* made) const;

 private:
  const MergeOperator merge_;
  Env* const env_;
  Sequence erased_below_ = 0;
  std::vector<std::string> operands_;  // newest first
  std::optional<Slice> base_;
};

}  // namespace ledgerstone
