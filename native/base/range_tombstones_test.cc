#include "base/range_tombstones.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

std::string SomeKey(Random* random) {
  return std::string(1, static_cast<char>('a' + random->Below(26)));
}

TEST(RangeTombstones, AgreeWithLookingAtEachOne) {
  const uint64_t seed = PrintedSeed(31);
  Random random(seed);
  for (int round = 0; round < 300; ++round) {
    RangeTombstoneList list;
    std::vector<RangeTombstone> model;
    EXPECT_TRUE(list.empty());
    for (Sequence sequence = 1; sequence <= 1 + random.Below(40); ++sequence) {
      RangeTombstone tombstone{SomeKey(&random), SomeKey(&random), sequence};
      if (random.OneIn(8)) tombstone.begin.clear();
      if (random.OneIn(8)) tombstone.end.clear();
      if (!tombstone.end.empty() && tombstone.begin >= tombstone.end) continue;
      model.push_back(tombstone);
      list.Add(tombstone);
    }
    EXPECT_EQ(list.empty(), model.empty());
    const std::vector<RangeTombstonesPtr> runs = list.runs();
    EXPECT_LE(runs.size(), 7u);
    for (int i = 0; i < 100; ++i) {
      const std::string key = SomeKey(&random) + (random.OneIn(2) ? "x" : "");
      const Sequence at_most = random.Below(45);
      Sequence expected = 0;
      for (const RangeTombstone& tombstone : model) {
        const bool covers =
            tombstone.begin <= key && (tombstone.end.empty() || key < tombstone.end);
        if (covers && tombstone.sequence <= at_most)
          expected = std::max(expected, tombstone.sequence);
      }
      Sequence found = 0;
      for (const RangeTombstonesPtr& run : runs)
        found = std::max(found, run->Covering(key, at_most));
      ASSERT_EQ(found, expected) << "round " << round << " key " << key << " at " << at_most;
    }
  }
}

TEST(RangeTombstones, AnswerTheSameUpToTheNextBoundary) {
  Random random(PrintedSeed(32));
  for (int round = 0; round < 300; ++round) {
    std::vector<RangeTombstone> all;
    for (Sequence sequence = 1; sequence <= 1 + random.Below(6); ++sequence) {
      RangeTombstone tombstone{SomeKey(&random), SomeKey(&random), sequence};
      if (random.OneIn(8)) tombstone.begin.clear();
      if (random.OneIn(8)) tombstone.end.clear();
      if (tombstone.end.empty() || tombstone.begin < tombstone.end) all.push_back(tombstone);
    }
    const RangeTombstones tombstones(all);
    const Sequence at_most = random.Below(8);
    std::string key;  // every key of the alphabet in turn, between boundaries by the model
    std::string boundary(tombstones.NextBoundary(key));
    Sequence expected = tombstones.Covering(key, at_most);
    for (char c = 'a'; c <= 'z'; ++c) {
      key.assign(1, c);
      if (!boundary.empty() && key >= boundary) {
        EXPECT_EQ(key, boundary) << "boundaries are keys of the alphabet";
        boundary = tombstones.NextBoundary(key);
        expected = tombstones.Covering(key, at_most);
      }
      ASSERT_EQ(tombstones.Covering(key, at_most), expected) << key;
    }
  }
}

TEST(RangeTombstones, EndBeforeTheirEnd) {
  const RangeTombstones tombstones({{"b", "d", 5}});
  EXPECT_EQ(tombstones.Covering("a", 9), 0u);
  EXPECT_EQ(tombstones.Covering("b", 9), 5u);
  EXPECT_EQ(tombstones.Covering("czzz", 9), 5u);
  EXPECT_EQ(tombstones.Covering("d", 9), 0u);
  EXPECT_EQ(tombstones.Covering("c", 4), 0u);
}

}  // namespace
}  // namespace ledgerstone
