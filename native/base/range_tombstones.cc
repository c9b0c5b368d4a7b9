#include "base/range_tombstones.h"

#include <algorithm>
#include <set>

#include "base/checks.h"

namespace ledgerstone {
namespace {

struct Boundary {
  Slice key;
  bool begins;
  Sequence sequence;
};

std::vector<Boundary> BoundariesOf(const std::vector<RangeTombstone>& all) {
  std::vector<Boundary> boundaries;
  for (const RangeTombstone& tombstone : all) {
    LS_CHECK(tombstone.end.empty() || CompareUserKeys(tombstone.begin, tombstone.end) < 0);
    boundaries.push_back({tombstone.begin, true, tombstone.sequence});
    if (!tombstone.end.empty()) boundaries.push_back({tombstone.end, false, tombstone.sequence});
  }
  std::sort(boundaries.begin(), boundaries.end(),
            [](const Boundary& a, const Boundary& b) { return CompareUserKeys(a.key, b.key) < 0; });
  return boundaries;
}

}  // namespace

RangeTombstones::RangeTombstones(std::vector<RangeTombstone> all) : all_(std::move(all)) {
  const std::vector<Boundary> boundaries = BoundariesOf(all_);
  std::multiset<Sequence> open;
  for (size_t i = 0; i < boundaries.size();) {
    const Slice key = boundaries[i].key;
    for (; i < boundaries.size() && boundaries[i].key == key; ++i) {
      if (boundaries[i].begins) {
        open.insert(boundaries[i].sequence);
      } else {
        open.erase(open.find(boundaries[i].sequence));
      }
    }
    if (open.empty()) continue;
    const Slice end = i < boundaries.size() ? boundaries[i].key : Slice();
    fragments_.push_back({key, end, *open.rbegin()});
  }
}

Sequence RangeTombstones::Covering(Slice user_key, Sequence at_most) const {
  auto at = std::upper_bound(
      fragments_.begin(), fragments_.end(), user_key,
      [](Slice key, const Fragment& fragment) { return CompareUserKeys(key, fragment.begin) < 0; });
  if (at == fragments_.begin()) return 0;
  --at;
  if (!at->end.empty() && CompareUserKeys(user_key, at->end) >= 0) return 0;
  if (at->newest <= at_most) return at->newest;
  Sequence newest = 0;
  for (const RangeTombstone& tombstone : all_) {
    if (tombstone.sequence <= at_most && tombstone.Covers(user_key))
      newest = std::max(newest, tombstone.sequence);
  }
  return newest;
}

void RangeTombstoneList::Add(RangeTombstone tombstone) {
  std::vector<RangeTombstone> run;
  run.push_back(std::move(tombstone));
  std::vector<RangeTombstonesPtr> runs = this->runs();
  while (!runs.empty() && runs.back()->all().size() <= run.size()) {
    const auto& older = runs.back()->all();
    run.insert(run.begin(), older.begin(), older.end());
    runs.pop_back();
  }
  runs.push_back(std::make_shared<const RangeTombstones>(std::move(run)));
  const std::lock_guard lock(mutex_);
  runs_ = std::move(runs);
  any_.store(true, std::memory_order_release);
}

std::vector<RangeTombstonesPtr> RangeTombstoneList::runs() const {
  const std::lock_guard lock(mutex_);
  return runs_;
}

}  // namespace ledgerstone
