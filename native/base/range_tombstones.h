// Range deletes: which of them, if any, erases a version of a key.
//
// A range tombstone erases every entry of its namespace whose key is in [begin, end) and whose
// sequence is smaller than its own. An empty `begin` is the first key there can be, an empty `end`
// stands for no end.
//
// 1. RangeTombstones never changes; a search takes the logarithm of their number, as long as all
//    that meet at the key are at or below the reader's sequence; an older reader may look at each.
// 2. RangeTombstoneList grows by one at a time: one thread adds, any thread reads. It keeps runs of
//    doubling sizes, so that adding n costs n log² n in all.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/internal_key.h"

namespace ledgerstone {

struct RangeTombstone {
  std::string begin;
  std::string end;
  Sequence sequence = 0;

  bool Covers(Slice user_key) const {
    return CompareUserKeys(begin, user_key) <= 0 &&
           (end.empty() || CompareUserKeys(user_key, end) < 0);
  }
  bool Erases(Slice internal_key) const {
    return TrailerSequence(TrailerOf(internal_key)) < sequence && Covers(UserKeyOf(internal_key));
  }
  // Whether it meets a key of [smallest, largest].
  bool Meets(Slice smallest, Slice largest) const {
    return CompareUserKeys(begin, largest) <= 0 &&
           (end.empty() || CompareUserKeys(smallest, end) < 0);
  }
};

class RangeTombstones {
 public:
  explicit RangeTombstones(std::vector<RangeTombstone> all);
  RangeTombstones(const RangeTombstones&) = delete;
  RangeTombstones& operator=(const RangeTombstones&) = delete;

  // The newest at or below `at_most` that covers the key; nullptr when there is none.
  const RangeTombstone* Newest(Slice user_key, Sequence at_most) const;
  // Its sequence, or 0.
  Sequence Covering(Slice user_key, Sequence at_most) const {
    const RangeTombstone* const newest = Newest(user_key, at_most);
    return newest == nullptr ? 0 : newest->sequence;
  }
  // The first key behind `user_key` at which the answer may be another; empty when there is none.
  Slice NextBoundary(Slice user_key) const;
  const std::vector<RangeTombstone>& all() const { return all_; }

 private:
  // A stretch of keys over which the same tombstones lie. Stretches without any are not kept.
  struct Fragment {
    Slice begin;
    Slice end;  // empty: no end
    const RangeTombstone* newest;
  };

  // The first that begins behind the key.
  std::vector<Fragment>::const_iterator FirstBehind(Slice user_key) const;

  const std::vector<RangeTombstone> all_;
  std::vector<Fragment> fragments_;
};

using RangeTombstonesPtr = std::shared_ptr<const RangeTombstones>;

class RangeTombstoneList {
 public:
  void Add(RangeTombstone tombstone);
  bool empty() const { return !any_.load(std::memory_order_acquire); }
  std::vector<RangeTombstonesPtr> runs() const;

 private:
  mutable std::mutex mutex_;
  std::vector<RangeTombstonesPtr> runs_;  // guarded by mutex_; sizes fall
  std::atomic<bool> any_{false};
};

}  // namespace ledgerstone
