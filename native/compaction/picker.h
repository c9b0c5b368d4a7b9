// Which compaction to do next: a pure function of the trees, the options and what is already
// running. Doing it is compaction_job.h's business.
//
// 1. L0 comes first, because it makes readers and writers wait, unless the level it goes to
//    holds more than twice its target and is more overdue than L0; then that level goes first.
// 2. Level targets are dynamic: the largest level's real size divided by the fanout, level by level
//    upwards from the bottom; levels whose target would be below level_base_bytes stay empty, and
//    L0 goes to the topmost level in use (base level). Levels not in use are cleared downwards.
// 3. A table moves without being rewritten when nothing in the next level meets it, it overlaps not
//    too much of the level after that, and rewriting would not drop much of it.
// 4. L0 inputs are closed under overlap, so what stays in L0 shares no key with what goes. With a
//    busy table among them there is no L0 choice.
// 5. Tables that a range delete erases whole go at once. Those it erases in part are rewritten when
//    nothing else is to do and more range deletes wait for that than readers should carry.
// 6. When nothing else is to do, tables that are half tombstones go down, and at the bottom are
//    rewritten in place (input_level == output_level), provided no snapshot needs what they hide.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "version/version.h"

namespace ledgerstone {

struct PickerOptions {
  uint64_t level_base_bytes = 64ull << 20;
  uint64_t table_bytes = 32ull << 20;
  uint32_t level_fanout = 10;
  uint32_t l0_compaction_trigger = 4;
  uint64_t l0_bytes = 64ull << 20;  // of L0: due at so many, too
  int level_count = kLevelCount;
  // Every snapshot sees all entries up to here, so that rewriting a bottom table which holds
  // nothing newer drops all its tombstones. 0: bottom tables are not rewritten in place.
  Sequence oldest_snapshot = 0;
};

struct LevelTargets {
  int base_level = kLevelCount - 1;           // where L0 goes; nothing stands between it and L0
  int bottom_level = kLevelCount - 1;         // the deepest in use; has no target to exceed
  std::array<uint64_t, kLevelCount> bytes{};  // target size; 0 for levels not in use
};
LevelTargets ComputeLevelTargets(const Tree& tree, const PickerOptions& options);

struct CompactionChoice {
  enum class Kind : uint8_t {
    kMove,
    kMerge,
    kErase,  // the inputs go without being read: a range delete erases all they hold
  };
  Kind kind = Kind::kMerge;
  NamespaceId namespace_id = 0;
  int input_level = 0;
  int output_level = 0;
  std::vector<TableFilePtr> inputs;         // of input_level
  std::vector<TableFilePtr> output_inputs;  // of output_level
  std::vector<TableFilePtr> grandparents;   // of output_level + 1: where outputs had better be cut
  bool bottom = false;                      // output_level holds the oldest data for the range
  double score = 0;

  // Whether the output is packed as namespaces ask for the bottom level. Not what L0 is merged
  // into: every compaction of L0 rewrites it.
  bool PacksForBottom(int level_count) const {
    return input_level > 0 && output_level == level_count - 1;
  }
};

// Nothing when no level needs work. Tables in `busy` (numbers) are inputs of a running compaction.
std::optional<CompactionChoice> PickCompaction(const Version& version, const PickerOptions& options,
                                               const std::set<uint64_t>& busy);
// For manual compaction, level by level from 0 to bottom_level: everything of a namespace that lies
// in [begin, end] of one level and must go down, a bounded run of tables at a time; at the bottom,
// what there is to drop. Nothing when the level holds nothing of that, or a table it would take is
// busy. Empty bounds are open.
std::optional<CompactionChoice> PickRange(const Tree& tree, const PickerOptions& options, int level,
                                          Slice begin, Slice end, const std::set<uint64_t>& busy);

// Bytes that compaction is behind by.
uint64_t PendingCompactionBytes(const Tree& tree, const PickerOptions& options);

// "merge L0 000007 000005 -> L6 000003, bottom", for events and goldens.
std::string ChoiceText(const CompactionChoice& choice);

}  // namespace ledgerstone
