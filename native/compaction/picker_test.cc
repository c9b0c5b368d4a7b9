// The picker as a table: level maps (testing/level_map.h) in, choice out.
#include "compaction/picker.h"

#include <gtest/gtest.h>

#include "testing/level_map.h"

namespace ledgerstone {
namespace {

class Picker : public testing::Test {
 protected:
  std::string Pick(const std::string& levels) {
    const LevelMap map = ParseLevelMap(levels, &context_);
    const auto choice = PickCompaction(map.version, options_, map.busy);
    return choice ? ChoiceText(*choice) : "nothing";
  }
  std::string Range(const std::string& levels, int level, Slice begin, Slice end) {
    const LevelMap map = ParseLevelMap(levels, &context_);
    const auto choice = PickRange(map.tree(), options_, level, begin, end, map.busy);
    return choice ? ChoiceText(*choice) : "nothing";
  }

  TableContext context_;
  // Base 64 KiB, tables of 16 KiB, fanout 10, four L0 tables.
  PickerOptions options_{64 << 10, 16 << 10, 10, 4, 64 << 10, kLevelCount, 0};
};

TEST_F(Picker, LeavesAQuietTreeAlone) {
  EXPECT_EQ(Pick(""), "nothing");
  EXPECT_EQ(Pick("L0: 3=a-c 2=a-c 1=a-c"), "nothing");
  EXPECT_EQ(Pick("L0: 3=a-c L5: 2=a-m*63 L6: 1=a-z*640"), "nothing");
}

TEST_F(Picker, MergesOverlappingL0TablesIntoTheBottomOfASmallTree) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=b-d 2=c-e 1=a-z L6: 9=a-m 8=n-z"),
            "merge L0 000004 000003 000002 000001 -> L6 000009 000008, bottom");
}

TEST_F(Picker, TakesL0TablesThatOverlapOnlyThroughOthers) {
  EXPECT_EQ(Pick("L0: 5=x-z 4=e-f 3=c-e 2=b-c 1=a-b L6: 9=a-b 8=x-y"),
            "merge L0 000004 000003 000002 000001 -> L6 000009, bottom");
}

TEST_F(Picker, MovesALonelyL0TableWithoutRewriting) {
  EXPECT_EQ(Pick("L0: 4=s-t 3=m-n 2=g-h 1=a-b L6: 9=c-d"), "move L0 000001 -> L6, bottom");
  EXPECT_EQ(Pick("L0: 4=s-t 3=m-n 2=g-h 1=a-b L6: 9=b-d"), "merge L0 000001 -> L6 000009, bottom");
}

TEST_F(Picker, TakesL0WhenItsBytesReachTheBaseLevelsTarget) {
  EXPECT_EQ(Pick("L0: 2=a-c*63"), "nothing");
  EXPECT_EQ(Pick("L0: 2=a-c*64"), "move L0 000002 -> L6, bottom");
}

TEST_F(Picker, WhatL0IsDueAtIsNotWhatTheLevelsAreSizedBy) {
  options_.l0_compaction_trigger = 8;
  options_.l0_bytes = 128 << 10;
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c*100 L6: 9=a-c"), "nothing");
  EXPECT_EQ(Pick("L0: 2=a-c 1=a-c*127 L6: 9=a-c"), "merge L0 000002 000001 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L0: 2=a-c L5: 3=a-c*65 L6: 9=a-c*640"), "merge L5 000003 -> L6 000009, bottom");
}

TEST_F(Picker, SendsL0ToTheTopmostLevelInUse) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L6: 9=a-z*640"),
            "merge L0 000004 000003 000002 000001 -> L5");
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L6: 9=a-z*639"),
            "merge L0 000004 000003 000002 000001 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L6: 9=d-z*6400"),
            "merge L0 000004 000003 000002 000001 -> L4, bottom");
}

TEST_F(Picker, NeverSendsL0BelowALevelThatHoldsData) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L4: 8=b-z L6: 9=a-z"),
            "merge L0 000004 000003 000002 000001 -> L4 000008");
}

TEST_F(Picker, PicksTheTableThatRewritesLeastOfTheNextLevel) {
  EXPECT_EQ(Pick("L5: 3=a-c*30 2=d-f*30 1=g-i*30 L6: 9=a-c*300 8=d-f*200 7=g-i*300"),
            "merge L5 000002 -> L6 000008, bottom");
}

TEST_F(Picker, MovesATableThatMeetsNothing) {
  EXPECT_EQ(Pick("L5: 3=a-c*40 2=d-f*40 L6: 9=a-c*400 8=g-h*240"), "move L5 000002 -> L6, bottom");
}

TEST_F(Picker, RewritesInsteadOfMovingAboveTooManyGrandparents) {
  EXPECT_EQ(Pick("L4: 2=a-k*90 L6: 9=a-k*160 8=l-z*480"), "move L4 000002 -> L5");
  EXPECT_EQ(Pick("L4: 2=a-k*90 L6: 9=a-k*161 8=l-z*480"), "merge L4 000002 -> L5");
}

TEST_F(Picker, WorksOnL0BeforeDeeperLevels) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L5: 8=m-n*128 L6: 9=a-z*640"),
            "merge L0 000004 000003 000002 000001 -> L5");
}

TEST_F(Picker, MakesRoomFirstWhereL0WouldMergeIntoALevelFarOverItsTarget) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L5: 8=a-n*129 L6: 9=a-z*640"),
            "merge L5 000008 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L0: 12=a-c 11=a-c 10=a-c 7=a-c 6=a-c 5=a-c 4=a-c 3=a-c 2=a-c 1=a-c "
                 "L5: 8=a-n*129 L6: 9=a-z*640"),
            "merge L0 000012 000011 000010 000007 000006 000005 000004 000003 000002 000001 -> L5 "
            "000008");
}

TEST_F(Picker, ClearsALevelThatIsNoLongerInUse) {
  EXPECT_EQ(Pick("L5: 8=a-n L6: 9=a-z*100"), "merge L5 000008 -> L6 000009, bottom");
}

TEST_F(Picker, PacksForTheBottomWhatCompactionsOfL0DoNotRewrite) {
  const auto packs = [this](const std::string& levels) {
    const LevelMap map = ParseLevelMap(levels, &context_);
    return PickCompaction(map.version, options_, map.busy)->PacksForBottom(options_.level_count);
  };
  const std::string full_l0 = "L0: 4=a-c 3=a-c 2=a-c 1=a-c ";
  EXPECT_FALSE(packs(full_l0 + "L6: 9=a-z*639"));
  EXPECT_FALSE(packs(full_l0 + "L5: 8=a-z L6: 9=a-z*640"));
  EXPECT_TRUE(packs("L5: 8=a-z*100 L6: 9=a-z*640"));
  EXPECT_FALSE(packs("L4: 7=a-z*100 L5: 8=a-z*640 L6: 9=a-z*6400"));
}

TEST_F(Picker, LeavesBusyTablesAlone) {
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c! L6: 9=a-z"), "nothing");
  EXPECT_EQ(Pick("L0: 5=a-b 4=a-c 3=a-c 2=a-c 1=x-y! L6: 9=a-z"), "nothing");
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L6: 9=a-b!"), "nothing");
  EXPECT_EQ(Pick("L5: 3=a-c*90 2=d-f*90! L6: 9=a-c*320 8=d-f*320"),
            "merge L5 000003 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L5: 3=a-c*90 2=d-f*90 L6: 9=a-c*320! 8=d-f*320"),
            "merge L5 000002 -> L6 000008, bottom");
  EXPECT_EQ(Pick("L5: 3=a-c*63 2=d-f*90! L6: 9=a-c*640"), "nothing");
}

TEST_F(Picker, KeepsTwoLevelsWhenToldSo) {
  options_.level_count = 2;
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L1: 9=a-z*9999"),
            "merge L0 000004 000003 000002 000001 -> L1 000009, bottom");
  EXPECT_EQ(Pick("L1: 9=a-z*9999"), "nothing");
}

TEST_F(Picker, ReachesDataBelowTheBottomOfAStoreReopenedWithFewerLevels) {
  options_.level_count = 2;
  EXPECT_EQ(Pick("L0: 4=a-c 3=a-c 2=a-c 1=a-c L6: 9=a-z"),
            "merge L0 000004 000003 000002 000001 -> L6 000009, bottom");
}

TEST_F(Picker, SendsTombstoneDenseTablesDownWhenIdle) {
  EXPECT_EQ(Pick("L5: 3=a-c*10/50 L6: 9=a-z*640"), "merge L5 000003 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L5: 3=a-c*10/49 L6: 9=a-z*640"), "nothing");
  EXPECT_EQ(Pick("L5: 3=a-c*10/50 L6: 9=d-z*640"), "merge L5 000003 -> L6, bottom");
  EXPECT_EQ(Pick("L0: 4=a-b/50 3=b-c 2=x-y L6: 9=a-z"),
            "merge L0 000004 000003 -> L6 000009, bottom");
  EXPECT_EQ(Pick("L5: 3=a-c*10/50! L6: 9=a-z*640"), "nothing");
}

TEST_F(Picker, RewritesATombstoneDenseBottomTableOnceEverySnapshotSeesIt) {
  options_.oldest_snapshot = 8;
  EXPECT_EQ(Pick("L6: 9=a-c/50 7=d-e/90"), "merge L6 000007 -> L6, bottom");
  EXPECT_EQ(Pick("L6: 9=a-c/50"), "nothing");
  options_.oldest_snapshot = 9;
  EXPECT_EQ(Pick("L6: 9=a-c/50"), "merge L6 000009 -> L6, bottom");
}

TEST_F(Picker, TakesEverythingInAManualRange) {
  const std::string levels = "L0: 4=a-c 3=k-l L5: 8=a-d 7=e-h 6=i-z L6: 9=a-z";
  EXPECT_EQ(Range(levels, 0, "", ""), "merge L0 000004 000003 -> L5 000008 000007 000006");
  EXPECT_EQ(Range(levels, 0, "b", "b"), "merge L0 000004 -> L5 000008");
  EXPECT_EQ(Range(levels, 0, "d", "j"), "nothing");
  EXPECT_EQ(Range(levels, 5, "d", "e"), "merge L5 000008 000007 -> L6 000009, bottom");
  EXPECT_EQ(Range(levels, 5, "f", ""), "merge L5 000007 000006 -> L6 000009, bottom");
  EXPECT_EQ(Range(levels, 4, "", ""), "nothing");
  EXPECT_EQ(Range(levels, 6, "", ""), "nothing");
}

TEST_F(Picker, ExtendsAManualL0RangeOverWhatOverlapsIt) {
  EXPECT_EQ(Range("L0: 4=a-c 3=c-f 2=f-h 1=x-z", 0, "g", "g"),
            "merge L0 000004 000003 000002 -> L6, bottom");
}

TEST_F(Picker, DropsBottomTombstonesInAManualRange) {
  options_.oldest_snapshot = 8;
  const std::string levels = "L6: 9=a-b/10 5=c-d/10 6=e-f 7=g-h/10 4=i-j";
  EXPECT_EQ(Range(levels, 6, "", ""), "merge L6 000005 000006 000007 -> L6, bottom");
  EXPECT_EQ(Range(levels, 6, "a", "b"), "nothing");
}

TEST_F(Picker, WaitsForBusyTablesInAManualRange) {
  EXPECT_EQ(Range("L5: 8=a-d! 7=e-h L6: 9=a-z", 5, "", ""), "nothing");
}

TEST_F(Picker, ServesTheNamespaceInMostNeed) {
  LevelMap map = ParseLevelMap("L0: 4=a-c 3=a-c 2=a-c 1=a-c", &context_);
  const LevelMap other = ParseLevelMap("L0: 15=a-b 14=a-b 13=a-b 12=a-b 11=a-b", &context_);
  auto tree = std::make_shared<Tree>(other.tree());
  tree->info.id = 2;
  map.version.trees[2] = tree;
  const auto choice = PickCompaction(map.version, options_, {});
  ASSERT_TRUE(choice.has_value());
  EXPECT_EQ(choice->namespace_id, 2u);
  EXPECT_DOUBLE_EQ(choice->score, 1.25);
}

}  // namespace
}  // namespace ledgerstone
