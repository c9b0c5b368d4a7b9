// About how many keys the tables of a namespace hold in a range: from the manifest's counts of
// whole tables, and from where in its index a bound cuts a table. Reads nothing: a table that is
// not open is cut by its smallest and largest key alone.
#include <algorithm>

#include "base/checks.h"
#include "base/key_fraction.h"
#include "version/version.h"

namespace ledgerstone {
namespace {

using Files = std::vector<TableFilePtr>;

// A user key, or what lies before or behind all of them.
struct Cut {
  enum class Place : uint8_t { kFirst, kKey, kLast };
  Place place = Place::kKey;
  Slice key = {};
};

Cut LowerCut(const KeyRange& range) {
  return range.lower.set ? Cut{Cut::Place::kKey, range.lower.key} : Cut{Cut::Place::kFirst};
}
Cut UpperCut(const KeyRange& range) {
  return range.upper.set ? Cut{Cut::Place::kKey, range.upper.key} : Cut{Cut::Place::kLast};
}
Cut EndOf(const ErasedStretch& stretch) {
  return stretch.end.empty() ? Cut{Cut::Place::kLast} : Cut{Cut::Place::kKey, stretch.end};
}

// The first table of a sorted level that does not lie before the cut.
size_t FirstNotBefore(const Files& files, const Cut& cut) {
  if (cut.place != Cut::Place::kKey) return cut.place == Cut::Place::kFirst ? 0 : files.size();
  const auto found = std::partition_point(files.begin(), files.end(), [&](const auto& file) {
    return CompareUserKeys(UserKeyOf(file->meta().largest), cut.key) < 0;
  });
  return static_cast<size_t>(found - files.begin());
}

double ShareBefore(TableFile* file, const Cut& cut) {
  if (cut.place != Cut::Place::kKey) return cut.place == Cut::Place::kFirst ? 0 : 1;
  const Slice smallest = UserKeyOf(file->meta().smallest);
  const Slice largest = UserKeyOf(file->meta().largest);
  if (CompareUserKeys(cut.key, smallest) <= 0) return 0;
  if (CompareUserKeys(cut.key, largest) > 0) return 1;
  Table* table = nullptr;
  if (file->Get(Tier::kMemory, &table).ok()) return table->ApproximateShareBefore(cut.key);
  return KeyFraction(smallest, largest, cut.key);
}

EntryEstimate Between(TableFile* file, const Cut& from, const Cut& to) {
  const double share = ShareBefore(file, to) - ShareBefore(file, from);
  return file->held() * std::max(share, 0.0);
}

EntryEstimate ErasedIn(TableFile* file, const ErasedStretch& stretch) {
  const TableMeta& meta = file->meta();
  if (meta.largest_sequence > stretch.sequence) return {};
  if (meta.cleared_sequence >= stretch.sequence) return {};
  return Between(file, {Cut::Place::kKey, stretch.begin}, EndOf(stretch));
}

EntryEstimate InTable(TableFile* file, const RangeToEstimate& wanted) {
  if (file->meta().smallest_sequence > wanted.at_most) return {};
  EntryEstimate held = Between(file, LowerCut(wanted.range), UpperCut(wanted.range));
  for (const ErasedStretch& stretch : wanted.erased) held = held - ErasedIn(file, stretch);
  return held;
}

EntryEstimate ErasedInLevel(const Files& files, const ErasedStretch& stretch) {
  EntryEstimate erased;
  for (size_t i = FirstNotBefore(files, {Cut::Place::kKey, stretch.begin}); i < files.size(); ++i) {
    const Slice smallest = UserKeyOf(files[i]->meta().smallest);
    if (!stretch.end.empty() && CompareUserKeys(stretch.end, smallest) <= 0) break;
    erased = erased + ErasedIn(files[i].get(), stretch);
  }
  return erased;
}

}  // namespace

EntryEstimate Tree::InLevel(size_t level, const RangeToEstimate& wanted) const {
  const Files& files = levels[level];
  const std::vector<EntryEstimate>& before = held_before[level];
  LS_CHECK(before.size() == files.size() + 1);
  const auto up_to = [&](const Cut& cut) {
    const size_t i = FirstNotBefore(files, cut);
    if (i == files.size()) return before[i];
    return before[i] + files[i]->held() * ShareBefore(files[i].get(), cut);
  };
  EntryEstimate held = up_to(UpperCut(wanted.range)) - up_to(LowerCut(wanted.range));
  for (const ErasedStretch& stretch : wanted.erased) held = held - ErasedInLevel(files, stretch);
  return held;
}

void Tree::AddEstimates(const RangeToEstimate& wanted,
                        std::vector<EntryEstimate>* oldest_first) const {
  for (size_t level = levels.size() - 1; level > 0; --level) {
    if (!levels[level].empty()) oldest_first->push_back(InLevel(level, wanted));
  }
  for (auto file = levels[0].rbegin(); file != levels[0].rend(); ++file) {
    oldest_first->push_back(InTable(file->get(), wanted));
  }
}

void Tree::CountEntries() {
  for (size_t level = 1; level < levels.size(); ++level) {
    std::vector<EntryEstimate>& before = held_before[level];
    before.assign(1, {});
    for (const TableFilePtr& file : levels[level]) before.push_back(before.back() + file->held());
  }
}

}  // namespace ledgerstone
