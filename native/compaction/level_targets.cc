#include <algorithm>

#include "base/checks.h"
#include "compaction/picker.h"

namespace ledgerstone {

LevelTargets ComputeLevelTargets(const Tree& tree, const PickerOptions& options) {
  LS_CHECK(options.level_count >= 2 && options.level_count <= kLevelCount);
  LS_CHECK(options.level_fanout >= 2 && options.level_base_bytes > 0);
  LevelTargets targets;
  int first_used = kLevelCount;
  int last_used = 0;
  uint64_t largest = 0;
  for (int level = 1; level < kLevelCount; ++level) {
    if (tree.levels[static_cast<size_t>(level)].empty()) continue;
    first_used = std::min(first_used, level);
    last_used = level;
    largest = std::max(largest, tree.LevelBytes(level));
  }
  // A store reopened with fewer levels may have tables below its bottom.
  targets.bottom_level = std::max(options.level_count - 1, last_used);
  targets.base_level = targets.bottom_level;
  uint64_t target = std::max(largest, options.level_base_bytes);
  targets.bytes[static_cast<size_t>(targets.bottom_level)] = target;
  while (targets.base_level > 1 && target / options.level_fanout >= options.level_base_bytes) {
    target /= options.level_fanout;
    targets.bytes[static_cast<size_t>(--targets.base_level)] = target;
  }
  targets.base_level = std::min(targets.base_level, first_used);
  return targets;
}

uint64_t PendingCompactionBytes(const Tree& tree, const PickerOptions& options) {
  const LevelTargets targets = ComputeLevelTargets(tree, options);
  uint64_t pending = 0;
  uint64_t arriving = 0;
  if (tree.levels[0].size() >= options.l0_compaction_trigger ||
      tree.LevelBytes(0) >= options.level_base_bytes) {
    arriving = tree.LevelBytes(0);
    pending =
        arriving + std::min(arriving * options.level_fanout, tree.LevelBytes(targets.base_level));
  }
  for (int level = targets.base_level; level < targets.bottom_level; ++level) {
    const uint64_t bytes = tree.LevelBytes(level) + arriving;
    const uint64_t target = targets.bytes[static_cast<size_t>(level)];
    arriving = bytes > target ? bytes - target : 0;
    // An excess byte meets as many bytes below as the two levels' sizes say.
    const double below = static_cast<double>(tree.LevelBytes(level + 1)) /
                         static_cast<double>(std::max<uint64_t>(bytes, 1));
    pending += arriving + static_cast<uint64_t>(static_cast<double>(arriving) * below);
  }
  return pending;
}

}  // namespace ledgerstone
