// About how many keys a range holds: what each memtable and level holds there, put together from
// the oldest to the newest, so that deletes take away from what is older than they are.
//
// Any thread. Reads no file and waits for nobody.
#include <cmath>

#include "store/key_versions.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// Boundaries of range deletes that are looked at; what they erase behind these still counts.
constexpr int kBoundariesMax = 32;

KeyRange::Bound Borrowed(const IterateOptions::Bound& bound) {
  return {bound.key, bound.inclusive, bound.set};
}

bool IsEmpty(const KeyRange& range) {
  if (range.upper.set && range.IsBelow(range.upper.key)) return true;
  return range.lower.set && range.IsAbove(range.lower.key);
}

std::vector<ErasedStretch> ErasedStretches(const ErasedRanges& erased, const KeyRange& range,
                                           Sequence at_most) {
  std::vector<ErasedStretch> stretches;
  if (erased.empty()) return stretches;
  Slice at = range.lower.set ? range.lower.key : Slice();
  for (int i = 0; i < kBoundariesMax; ++i) {
    const RangeTombstone* const newest = erased.Newest(at, at_most);
    Slice next = erased.NextBoundary(at);
    const bool last = next.empty() || range.IsAbove(next);
    if (last) next = range.upper.set ? range.upper.key : Slice();
    if (newest != nullptr) stretches.push_back({at, next, newest->sequence});
    if (last) break;
    at = next;
  }
  return stretches;
}

}  // namespace

Status StoreImpl::ApproximateCount(NamespaceId id, const IterateOptions& options, uint64_t* count) {
  *count = 0;
  const ReadViewPtr view = View();
  if (view == nullptr) return Status::Closed("the store");
  RangeToEstimate wanted{{Borrowed(options.lower), Borrowed(options.upper)}, 0, {}};
  LS_RETURN_IF_ERROR(ReadPoint(options.snapshot_id, &wanted.at_most));
  const NamespaceView* shown = nullptr;
  LS_RETURN_IF_ERROR(FindView(id, *view, &shown));
  if (shown == nullptr || IsEmpty(wanted.range)) return Status::Ok();
  const ErasedRanges erased(shown->memtables, shown->tree);
  wanted.erased = ErasedStretches(erased, wanted.range, wanted.at_most);

  std::vector<EntryEstimate> oldest_first;
  if (shown->tree != nullptr) shown->tree->AddEstimates(wanted, &oldest_first);
  for (auto memtable = shown->memtables.rbegin(); memtable != shown->memtables.rend(); ++memtable) {
    oldest_first.push_back((*memtable)->Estimate(wanted));
  }
  double keys = 0;
  for (const EntryEstimate& source : oldest_first) {
    keys = std::max(keys - source.deletes, 0.0) + std::max(source.puts, 0.0);
  }
  *count = static_cast<uint64_t>(std::llround(keys));
  return Status::Ok();
}

}  // namespace ledgerstone
