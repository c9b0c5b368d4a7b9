#include <gtest/gtest.h>

#include "compaction/picker.h"
#include "testing/level_map.h"

namespace ledgerstone {
namespace {

class LevelTargetsTest : public testing::Test {
 protected:
  // "base 5: 64 640": targets in KiB from the base level down.
  std::string Targets(const std::string& levels) {
    const LevelMap map = ParseLevelMap(levels, &context_);
    const LevelTargets targets = ComputeLevelTargets(map.tree(), options_);
    std::string text = "base " + std::to_string(targets.base_level) + ":";
    for (int level = targets.base_level; level <= targets.bottom_level; ++level) {
      text += " " + std::to_string(targets.bytes[static_cast<size_t>(level)] >> 10);
    }
    return text;
  }
  // In KiB.
  uint64_t Pending(const std::string& levels) {
    return PendingCompactionBytes(ParseLevelMap(levels, &context_).tree(), options_) >> 10;
  }

  TableContext context_;
  PickerOptions options_{64 << 10, 16 << 10, 10, 4, 64 << 10, kLevelCount, 0};
};

TEST_F(LevelTargetsTest, GrowUpwardsFromTheRealSizeOfTheBottom) {
  EXPECT_EQ(Targets(""), "base 6: 64");
  EXPECT_EQ(Targets("L6: 1=a-z*639"), "base 6: 639");
  EXPECT_EQ(Targets("L6: 1=a-z*640"), "base 5: 64 640");
  EXPECT_EQ(Targets("L6: 1=a-z*64000"), "base 3: 64 640 6400 64000");
}

TEST_F(LevelTargetsTest, HaveABaseNoDeeperThanTheFirstLevelWithData) {
  EXPECT_EQ(Targets("L4: 2=a-b L6: 1=a-z*640"), "base 4: 0 64 640");
}

TEST_F(LevelTargetsTest, StopAtLevelOne) {
  options_.level_count = 2;
  EXPECT_EQ(Targets("L1: 1=a-z*64000"), "base 1: 64000");
  options_.level_count = 3;
  EXPECT_EQ(Targets("L2: 1=a-z*64000"), "base 1: 6400 64000");
}

TEST_F(LevelTargetsTest, CountPendingBytesOnlyWhereWorkIsDue) {
  EXPECT_EQ(Pending(""), 0u);
  EXPECT_EQ(Pending("L0: 3=a-c*10 2=a-c*10 1=a-c*10 L6: 9=a-z*640"), 0u);
  EXPECT_EQ(Pending("L0: 4=a-c*10 3=a-c*10 2=a-c*10 1=a-c*10 L6: 9=a-z*100"), 140u);
  EXPECT_EQ(Pending("L5: 2=a-c*64 L6: 9=a-z*640"), 0u);
  EXPECT_EQ(Pending("L5: 2=a-c*128 L6: 9=a-z*640"), 64u + 64u * 5u);
}

}  // namespace
}  // namespace ledgerstone
