#include "store/key_versions.h"

namespace ledgerstone {

ErasedRanges::ErasedRanges(const std::vector<const MemTable*>& memtables, const Tree* tree) {
  for (const MemTable* memtable : memtables) {
    if (memtable->range_tombstones().empty()) continue;
    const auto runs = memtable->range_tombstones().runs();
    runs_.insert(runs_.end(), runs.begin(), runs.end());
  }
  if (tree != nullptr && tree->range_tombstones != nullptr) runs_.push_back(tree->range_tombstones);
}

const RangeTombstone* ErasedRanges::Newest(Slice user_key, Sequence at_most) const {
  const RangeTombstone* newest = nullptr;
  for (const RangeTombstonesPtr& run : runs_) {
    const RangeTombstone* const found = run->Newest(user_key, at_most);
    if (found == nullptr) continue;
    if (newest == nullptr || newest->sequence < found->sequence) newest = found;
  }
  return newest;
}

Slice ErasedRanges::NextBoundary(Slice user_key) const {
  Slice next;
  for (const RangeTombstonesPtr& run : runs_) {
    const Slice boundary = run->NextBoundary(user_key);
    if (boundary.empty()) continue;
    if (next.empty() || CompareUserKeys(boundary, next) < 0) next = boundary;
  }
  return next;
}

bool KeyVersions::Add(Sequence sequence, EntryKind kind, Slice value) {
  if (sequence < erased_below_) return true;
  switch (kind) {
    case EntryKind::kPut:
      base_ = value;
      return true;
    case EntryKind::kPutExpiring:
      if (value.size() >= kExpirySize && DecodeFixed64(value.data()) > env_->WallMillis())
        base_ = value.substr(kExpirySize);
      return true;
    case EntryKind::kMerge:
      operands_.emplace_back(value);
      return false;
    default:
      return true;
  }
}

Status KeyVersions::Merge(std::string* made) const {
  std::vector<Slice> oldest_first(operands_.rbegin(), operands_.rend());
  return MergeOnto(merge_, base_, oldest_first, made);
}

}  // namespace ledgerstone
