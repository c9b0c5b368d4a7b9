#include "base/range_tombstones.h"

#include <algorithm>
#include <set>

#include "base/checks.h"

namespace ledgerstone {
namespace {

struct Boundary {
  Slice key;
  bool begins;
  const RangeTombstone* tombstone;
};

struct ByAge {
  bool operator()(const RangeTombstone* a, const RangeTombstone* b) const {
    return a->sequence != b->sequence ? a->sequence < b->sequence : a < b;
  }
};

std::vector<Boundary> BoundariesOf(const std::vector<RangeTombstone>& all) {
  std::vector<Boundary> boundaries;
  for (const RangeTombstone& tombstone : all) {
    LS_CHECK(tombstone.end.empty() || CompareUserKeys(tombstone.begin, tombstone.end) < 0);
    boundaries.push_back({tombstone.begin, true, &tombstone});
    if (!tombstone.end.empty()) boundaries.push_back({tombstone.end, false, &tombstone});
  }
  std::sort(boundaries.begin(), boundaries.end(),
            [](const Boundary& a, const Boundary& b) { return CompareUserKeys(a.key, b.key) < 0; });
  return boundaries;
}

}  // namespace

RangeTombstones::RangeTombstones(std::vector<RangeTombstone> all) : all_(std::move(all)) {
  const std::vector<Boundary> boundaries = BoundariesOf(all_);
  std::set<const RangeTombstone*, ByAge> open;
  for (size_t i = 0; i < boundaries.size();) {
    const Slice key = boundaries[i].key;
    for (; i < boundaries.size() && boundaries[i].key == key; ++i) {
      if (boundaries[i].begins) {
        open.insert(boundaries[i].tombstone);
      } else {
        open.erase(boundaries[i].tombstone);
      }
    }
    if (open.empty()) continue;
    const Slice end = i < boundaries.size() ? boundaries[i].key : Slice();
    fragments_.push_back({key, end, *open.rbegin()});
  }
}

auto RangeTombstones::FirstBehind(Slice user_key) const -> std::vector<Fragment>::const_iterator {
  return std::upper_bound(
      fragments_.begin(), fragments_.end(), user_key,
      [](Slice key, const Fragment& fragment) { return CompareUserKeys(key, fragment.begin) < 0; });
}

Slice RangeTombstones::NextBoundary(Slice user_key) const {
  const auto behind = FirstBehind(user_key);
  if (behind != fragments_.begin()) {
    const Slice end = std::prev(behind)->end;
    if (end.empty() || CompareUserKeys(user_key, end) < 0) return end;
  }
  return behind == fragments_.end() ? Slice() : behind->begin;
}

const RangeTombstone* RangeTombstones::Newest(Slice user_key, Sequence at_most) const {
  auto at = FirstBehind(user_key);
  if (at == fragments_.begin()) return nullptr;
  --at;
  if (!at->end.empty() && CompareUserKeys(user_key, at->end) >= 0) return nullptr;
  if (at->newest->sequence <= at_most) return at->newest;
  const RangeTombstone* newest = nullptr;
  for (const RangeTombstone& tombstone : all_) {
    const bool seen = tombstone.sequence <= at_most && tombstone.Covers(user_key);
    if (seen && (newest == nullptr || newest->sequence < tombstone.sequence)) newest = &tombstone;
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
