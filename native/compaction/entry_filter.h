// Decides, entry by entry in internal order, what a merge may leave out. Pure but for the question
// whether older data of a key lies deeper.
//
// An entry is dropped only if
//   a. a newer one of its key is visible to every snapshot that could see it, or
//   b. it is a tombstone that every snapshot sees, at the bottom for its key.
// Snapshots see entries with a sequence up to their own. What is newer than the last snapshot is
// not visible yet, may become so one by one, and is always kept.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/checks.h"
#include "base/internal_key.h"

namespace ledgerstone {

// IsBottom: bool(Slice user_key); true when nothing older of the key lies deeper.
template <typename IsBottom>
class EntryFilter {
 public:
  // `snapshots` rise and outlive the filter; none at all keeps everything.
  EntryFilter(const std::vector<Sequence>& snapshots, IsBottom is_bottom)
      : snapshots_(snapshots), is_bottom_(std::move(is_bottom)) {
    LS_CHECK(std::is_sorted(snapshots_.begin(), snapshots_.end()));
  }

  bool Keep(Slice user_key, uint64_t trailer) {
    const size_t sees = FirstSnapshotThatSees(TrailerSequence(trailer));
    const bool new_key = !any_ || user_key != user_key_;
    if (new_key) {
      user_key_.assign(user_key);
      any_ = true;
    }
    const bool hidden = !new_key && sees == newer_sees_ && sees < snapshots_.size();
    newer_sees_ = sees;
    if (hidden) return false;
    if (TrailerKind(trailer) != EntryKind::kDelete) return true;
    const bool every_snapshot_sees = sees == 0 && !snapshots_.empty();
    return !every_snapshot_sees || !is_bottom_(user_key);
  }

 private:
  size_t FirstSnapshotThatSees(Sequence sequence) const {
    return static_cast<size_t>(std::lower_bound(snapshots_.begin(), snapshots_.end(), sequence) -
                               snapshots_.begin());
  }

  const std::vector<Sequence>& snapshots_;
  IsBottom is_bottom_;
  bool any_ = false;
  std::string user_key_;
  size_t newer_sees_ = 0;  // of the entry before, when it has the same key
};

}  // namespace ledgerstone
