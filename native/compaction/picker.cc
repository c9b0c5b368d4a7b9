#include "compaction/picker.h"

#include <algorithm>
#include <utility>

#include "base/checks.h"
#include "compaction/output_cutter.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

using Files = std::vector<TableFilePtr>;

// What a manual compaction merges at once, in tables' worth of bytes.
constexpr uint64_t kRangeTables = 32;

// So many range deletes of a namespace may wait for compactions that come anyway.
constexpr size_t kRangeDeletesKept = 64;

struct KeyRange {
  Slice smallest;
  Slice largest;

  void Extend(const TableMeta& meta) {
    const Slice first = UserKeyOf(meta.smallest);
    const Slice last = UserKeyOf(meta.largest);
    if (CompareUserKeys(first, smallest) < 0) smallest = first;
    if (CompareUserKeys(last, largest) > 0) largest = last;
  }
};

KeyRange RangeOf(const Files& files) {
  LS_CHECK(!files.empty());
  const TableMeta& first = files.front()->meta();
  KeyRange range{UserKeyOf(first.smallest), UserKeyOf(first.largest)};
  for (const auto& file : files) range.Extend(file->meta());
  return range;
}

bool AnyBusy(const Files& files, const std::set<uint64_t>& busy) {
  return std::any_of(files.begin(), files.end(),
                     [&](const TableFilePtr& file) { return busy.contains(file->meta().number); });
}

bool TombstoneDense(const TableMeta& meta) {
  return meta.tombstone_count > 0 && meta.tombstone_count * 2 >= meta.entry_count;
}

// Picks within one tree.
class TreePicker {
 public:
  TreePicker(const Tree& tree, const PickerOptions& options, const std::set<uint64_t>& busy)
      : tree_(tree), options_(options), busy_(busy), targets_(ComputeLevelTargets(tree, options)) {}

  // By score: the best level that is due.
  std::optional<CompactionChoice> PickDue() const {
    const double l0_score = L0Score();
    const double base_score = Score(targets_.base_level);
    if (l0_score >= 1 && base_score <= std::max(2.0, l0_score)) {
      if (auto choice = PickL0(Level(0).back(), l0_score)) return choice;
    }
    std::vector<std::pair<double, int>> levels;
    for (int level = 1; level < targets_.bottom_level; ++level) {
      if (const double score = Score(level); score > 1) levels.emplace_back(-score, level);
    }
    std::sort(levels.begin(), levels.end());
    for (const auto& [negative_score, level] : levels) {
      if (auto choice = PickLevel(level, -negative_score)) return choice;
    }
    return l0_score >= 1 ? PickL0(Level(0).back(), l0_score) : std::nullopt;
  }

  // The first table, from the bottom up, that is worth rewriting for its tombstones.
  std::optional<CompactionChoice> PickTombstones() const {
    for (int level = targets_.bottom_level; level >= 0; --level) {
      for (const auto& file : Level(level)) {
        const TableMeta& meta = file->meta();
        if (!TombstoneDense(meta) || busy_.contains(meta.number)) continue;
        const bool all_seen = meta.largest_sequence <= options_.oldest_snapshot;
        if (level == targets_.bottom_level && !all_seen) continue;
        auto choice = level == 0 ? PickL0(file, 0) : Choose(level, OutputOf(level), {file}, 0);
        if (choice) return choice;
      }
    }
    return std::nullopt;
  }

  // The tables of a level that one range delete, seen by every snapshot, erases whole.
  std::optional<CompactionChoice> PickErased() const {
    for (const RangeTombstone& tombstone : RangeDeletes()) {
      if (tombstone.sequence > options_.oldest_snapshot) continue;
      for (int level = 0; level < kLevelCount; ++level) {
        Files erased;
        for (const auto& file : Level(level)) {
          if (ErasesAll(tombstone, file->meta()) && !busy_.contains(file->meta().number))
            erased.push_back(file);
        }
        if (erased.empty()) continue;
        CompactionChoice choice;
        choice.kind = CompactionChoice::Kind::kErase;
        choice.namespace_id = tree_.info.id;
        choice.input_level = choice.output_level = level;
        choice.inputs = std::move(erased);
        return choice;
      }
    }
    return std::nullopt;
  }

  // A table that the oldest range delete erases in part, where too many of them wait.
  std::optional<CompactionChoice> PickPartlyErased() const {
    if (RangeDeletes().size() <= kRangeDeletesKept) return std::nullopt;
    for (const RangeTombstone& tombstone : RangeDeletes()) {
      if (tombstone.sequence > options_.oldest_snapshot) continue;
      for (int level = targets_.bottom_level; level >= 0; --level) {
        for (const auto& file : Level(level)) {
          if (!Tree::MayHoldErased(file->meta(), tombstone)) continue;
          if (busy_.contains(file->meta().number)) continue;
          auto choice = level == 0 ? PickL0(file, 0) : Choose(level, OutputOf(level), {file}, 0);
          if (!choice) continue;
          choice->kind = CompactionChoice::Kind::kMerge;
          return choice;
        }
      }
    }
    return std::nullopt;
  }

  std::optional<CompactionChoice> PickRange(int level, Slice begin, Slice end) const {
    LS_CHECK(level >= 0 && level < kLevelCount);
    Files inputs;
    for (const auto& file : Level(level)) {
      const TableMeta& meta = file->meta();
      const bool before = !begin.empty() && CompareUserKeys(UserKeyOf(meta.largest), begin) < 0;
      const bool after = !end.empty() && CompareUserKeys(UserKeyOf(meta.smallest), end) > 0;
      if (!before && !after) inputs.push_back(file);
    }
    if (level == 0) inputs = CloseOverL0(std::move(inputs));
    if (level >= targets_.bottom_level) inputs = Droppable(inputs);
    if (level > 0) inputs = FirstOf(std::move(inputs), level);
    return inputs.empty() ? std::nullopt : Choose(level, OutputOf(level), std::move(inputs), 0);
  }

 private:
  const Files& Level(int level) const { return tree_.levels[static_cast<size_t>(level)]; }

  const std::vector<RangeTombstone>& RangeDeletes() const {
    static const std::vector<RangeTombstone> kNone;
    return tree_.range_tombstones == nullptr ? kNone : tree_.range_tombstones->all();
  }

  static bool ErasesAll(const RangeTombstone& tombstone, const TableMeta& meta) {
    return meta.largest_sequence < tombstone.sequence &&
           tombstone.Covers(UserKeyOf(meta.smallest)) && tombstone.Covers(UserKeyOf(meta.largest));
  }

  bool HoldsErased(const TableMeta& meta) const {
    return std::any_of(RangeDeletes().begin(), RangeDeletes().end(),
                       [&](const RangeTombstone& tombstone) {
                         return tombstone.sequence <= options_.oldest_snapshot &&
                                Tree::MayHoldErased(meta, tombstone);
                       });
  }

  int OutputOf(int level) const {
    if (level == 0) return targets_.base_level;
    return std::min(level + 1, std::max(level, targets_.bottom_level));
  }

  double L0Score() const {
    uint64_t bytes = 0;
    uint64_t tables = 0;
    for (const auto& file : Level(0)) {
      if (busy_.contains(file->meta().number)) continue;
      bytes += file->meta().size;
      ++tables;
    }
    return std::max(static_cast<double>(tables) / std::max(options_.l0_compaction_trigger, 1u),
                    static_cast<double>(bytes) / static_cast<double>(options_.l0_bytes));
  }

  // Above 1: due. A level that is not in use is due as long as it holds anything.
  double Score(int level) const {
    if (level >= targets_.bottom_level) return 0;
    uint64_t bytes = 0;
    for (const auto& file : Level(level)) {
      if (!busy_.contains(file->meta().number)) bytes += file->meta().size;
    }
    if (bytes == 0) return 0;
    const uint64_t target = targets_.bytes[static_cast<size_t>(level)];
    if (target > 0) return static_cast<double>(bytes) / static_cast<double>(target);
    return 1 + static_cast<double>(bytes) / static_cast<double>(options_.level_base_bytes);
  }

  // As many tables from the first on as one compaction should take, at least one: what they meet
  // below counts too.
  Files FirstOf(Files inputs, int level) const {
    uint64_t bytes = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const KeyRange range = RangeOf({inputs[i]});
      bytes += inputs[i]->meta().size;
      if (OutputOf(level) != level)
        bytes += BytesOf(tree_.Overlapping(OutputOf(level), range.smallest, range.largest));
      if (i > 0 && bytes > kRangeTables * options_.table_bytes) inputs.resize(i);
    }
    return inputs;
  }

  // `inputs` and every L0 table whose range meets theirs, in L0's order.
  Files CloseOverL0(Files inputs) const {
    size_t size = 0;
    while (size != inputs.size()) {
      size = inputs.size();
      const KeyRange range = RangeOf(inputs);
      inputs = tree_.Overlapping(0, range.smallest, range.largest);
    }
    return inputs;
  }

  // `seed` and what it overlaps.
  std::optional<CompactionChoice> PickL0(const TableFilePtr& seed, double score) const {
    if (AnyBusy(Level(0), busy_)) return std::nullopt;
    return Choose(0, targets_.base_level, CloseOverL0({seed}), score);
  }

  // The table of `level` whose merge rewrites the least of the next level for its size.
  std::optional<CompactionChoice> PickLevel(int level, double score) const {
    std::vector<std::pair<double, const TableFilePtr*>> candidates;
    for (const auto& file : Level(level)) {
      if (busy_.contains(file->meta().number)) continue;
      const KeyRange range = RangeOf({file});
      const uint64_t below = BytesOf(tree_.Overlapping(level + 1, range.smallest, range.largest));
      const double size = static_cast<double>(std::max<uint64_t>(file->meta().size, 1));
      candidates.emplace_back(static_cast<double>(below) / size, &file);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [ratio, file] : candidates) {
      if (auto choice = Choose(level, level + 1, {*file}, score)) return choice;
    }
    return std::nullopt;
  }

  // The run of tables, at the bottom, from the first to the last that has tombstones to lose, or
  // what a range delete erased.
  Files Droppable(const Files& files) const {
    const auto droppable = [&](const TableFilePtr& file) {
      return HoldsErased(file->meta()) ||
             (file->meta().tombstone_count > 0 &&
              file->meta().largest_sequence <= options_.oldest_snapshot);
    };
    const auto first = std::find_if(files.begin(), files.end(), droppable);
    const auto last = std::find_if(files.rbegin(), files.rend(), droppable).base();
    return first == files.end() ? Files() : Files(first, last);
  }

  std::optional<CompactionChoice> Choose(int level, int output_level, Files inputs,
                                         double score) const {
    CompactionChoice choice;
    choice.namespace_id = tree_.info.id;
    choice.input_level = level;
    choice.output_level = output_level;
    choice.inputs = std::move(inputs);
    choice.score = score;
    KeyRange range = RangeOf(choice.inputs);
    if (output_level != level) {
      choice.output_inputs = tree_.Overlapping(output_level, range.smallest, range.largest);
    }
    if (AnyBusy(choice.inputs, busy_) || AnyBusy(choice.output_inputs, busy_)) return std::nullopt;
    for (const auto& file : choice.output_inputs) range.Extend(file->meta());
    choice.bottom = true;
    for (int deeper = output_level + 1; deeper < kLevelCount; ++deeper) {
      Files below = tree_.Overlapping(deeper, range.smallest, range.largest);
      choice.bottom = choice.bottom && below.empty();
      if (deeper == output_level + 1) choice.grandparents = std::move(below);
    }
    if (Movable(choice)) choice.kind = CompactionChoice::Kind::kMove;
    return choice;
  }

  bool Movable(const CompactionChoice& choice) const {
    if (choice.inputs.size() != 1 || !choice.output_inputs.empty()) return false;
    if (choice.input_level == choice.output_level) return false;
    if (choice.bottom && TombstoneDense(choice.inputs.front()->meta())) return false;
    return BytesOf(choice.grandparents) <= OutputCutter::kGrandparentTables * options_.table_bytes;
  }

  const Tree& tree_;
  const PickerOptions& options_;
  const std::set<uint64_t>& busy_;
  const LevelTargets targets_;
};

}  // namespace

std::optional<CompactionChoice> PickCompaction(const Version& version, const PickerOptions& options,
                                               const std::set<uint64_t>& busy) {
  for (const auto& [id, tree] : version.trees) {
    if (auto choice = TreePicker(*tree, options, busy).PickErased()) return choice;
  }
  std::optional<CompactionChoice> best;
  for (const auto& [id, tree] : version.trees) {
    auto choice = TreePicker(*tree, options, busy).PickDue();
    if (!choice) continue;
    const bool better =
        !best || (choice->input_level == 0 && best->input_level != 0) ||
        ((choice->input_level == 0) == (best->input_level == 0) && choice->score > best->score);
    if (better) best = std::move(choice);
  }
  if (best) return best;
  for (const auto& [id, tree] : version.trees) {
    const TreePicker picker(*tree, options, busy);
    if (auto choice = picker.PickTombstones()) return choice;
    if (auto choice = picker.PickPartlyErased()) return choice;
  }
  return std::nullopt;
}

std::optional<CompactionChoice> PickRange(const Tree& tree, const PickerOptions& options, int level,
                                          Slice begin, Slice end, const std::set<uint64_t>& busy) {
  return TreePicker(tree, options, busy).PickRange(level, begin, end);
}

std::string ChoiceText(const CompactionChoice& choice) {
  const auto number = [](const TableFilePtr& file) {
    const std::string name = TableName(file->meta().number);
    return " " + name.substr(0, name.find('.'));
  };
  static constexpr const char* kNames[] = {"move L", "merge L", "erase L"};
  std::string text = kNames[static_cast<size_t>(choice.kind)];
  text += std::to_string(choice.input_level);
  for (const auto& file : choice.inputs) text += number(file);
  text += " -> L" + std::to_string(choice.output_level);
  for (const auto& file : choice.output_inputs) text += number(file);
  return choice.bottom ? text + ", bottom" : text;
}

}  // namespace ledgerstone
