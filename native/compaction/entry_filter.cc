#include "compaction/entry_filter.h"

namespace ledgerstone {
namespace {

// Operands that don't combine are kept side by side only so far.
constexpr size_t kOperandsMax = 4096;

}  // namespace

bool PendingOperands::Take(size_t stripe, uint64_t trailer, Slice operand) {
  LS_CHECK(entries_.empty() || stripe_ == stripe);
  stripe_ = stripe;
  if (!entries_.empty()) {
    std::string combined;
    const Status status = CombineOperands(merge_, operand, entries_.back().second, &combined);
    if (status.ok()) {
      entries_.back().second = std::move(combined);
      return true;
    }
    if (!status.Is(StatusCode::kNotSupported) || entries_.size() == kOperandsMax) return false;
  }
  entries_.emplace_back(trailer, operand);
  return true;
}

bool PendingOperands::Fold(std::optional<Slice> base, std::string* value) const {
  std::vector<Slice> oldest_first;
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) oldest_first.push_back(at->second);
  return MergeOnto(merge_, base, oldest_first, value).ok();
}

}  // namespace ledgerstone
