// Estimates of how many keys a range holds, against the number that an iterator meets.
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "testing/seed.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

IterateOptions Between(const std::string& from, const std::string& to) {
  IterateOptions options;
  options.lower = {from, true, true};
  options.upper = {to, false, true};
  return options;
}

class StoreEstimate : public testing::Test {
 protected:
  static constexpr int kKeys = 3000;

  static StoreOptions Options() {
    StoreOptions options = TinyStoreOptions();
    options.generation_bytes = 4 << 20;
    options.compact_in_background = false;
    return options;
  }
  static std::string Key(int number) { return "key" + std::to_string(10'000 + number); }

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    id_ = world_.Open("a");
  }
  void Put(int from, int to) {
    WriteBatch batch;
    for (int i = from; i < to; ++i) batch.Put(id_, Key(i), std::string(20, 'v'));
    ASSERT_TRUE(world_.Write(batch).ok());
  }
  void Delete(int from, int to) {
    WriteBatch batch;
    for (int i = from; i < to; ++i) batch.Delete(id_, Key(i));
    ASSERT_TRUE(world_.Write(batch).ok());
  }
  void Erase(int from, int to) {
    WriteBatch batch;
    batch.DeleteRange(id_, Key(from), Key(to));
    ASSERT_TRUE(world_.Write(batch).ok());
  }
  double Estimate(const IterateOptions& options = {}) {
    uint64_t count = ~uint64_t{0};
    EXPECT_TRUE(world_.store().ApproximateCount(id_, options, &count).ok());
    return static_cast<double>(count);
  }
  double Count(const IterateOptions& options = {}) {
    std::vector<std::pair<std::string, std::string>> entries;
    EXPECT_TRUE(world_.Scan(id_, options, &entries).ok());
    return static_cast<double>(entries.size());
  }

  SimulatedEnv env_{3};
  StoreWorld world_{&env_, 3, Options()};
  NamespaceId id_ = 0;
};

TEST_F(StoreEstimate, IsNothingForNothing) {
  EXPECT_EQ(Estimate(), 0);
  Put(0, 100);
  for (const bool flushed : {false, true}) {
    if (flushed) {
      ASSERT_TRUE(world_.Flush().ok());
    }
    EXPECT_EQ(Estimate(Between(Key(50), Key(50))), 0);
    EXPECT_EQ(Estimate(Between(Key(60), Key(50))), 0);
    EXPECT_EQ(Estimate(Between("a", "b")), 0);
    EXPECT_EQ(Estimate(Between("x", "y")), 0);
  }
}

TEST_F(StoreEstimate, IsExactForAFewKeysInMemory) {
  Put(0, 10);
  Delete(3, 5);
  Put(7, 9);
  EXPECT_EQ(Estimate(), 8);
  EXPECT_EQ(Estimate(Between(Key(2), Key(6))), 2);
  IterateOptions one = Between(Key(6), Key(8));
  one.lower.inclusive = false;
  EXPECT_EQ(Estimate(one), 1);
  one.upper.inclusive = true;
  EXPECT_EQ(Estimate(one), 2);
  Erase(0, 7);
  Put(1, 2);
  EXPECT_EQ(Estimate(), 4);
}

TEST_F(StoreEstimate, IsExactForAllPutsOfDifferentKeys) {
  Put(0, 1500);
  EXPECT_EQ(Estimate(), 1500) << "in memory";
  ASSERT_TRUE(world_.Flush().ok());
  Put(1500, kKeys);
  EXPECT_EQ(Estimate(), kKeys) << "in a table and in memory";
  ASSERT_TRUE(world_.Compact(id_).ok());
  EXPECT_EQ(Estimate(), kKeys) << "in the bottom level";
}

TEST_F(StoreEstimate, OfACompactedRangeIsRightToABlock) {
  Put(0, kKeys);
  ASSERT_TRUE(world_.Compact(id_).ok());
  const double block = 9;
  Random random(PrintedSeed(8));
  for (const bool opened : {false, true}) {
    if (opened) {
      EXPECT_EQ(Count(), kKeys) << "reading opens the tables";
    }
    int open_ended = 0;
    double sum = 0;
    for (int i = 0; i < 200; ++i) {
      const int from = static_cast<int>(random.Below(kKeys));
      const int to = from + static_cast<int>(random.Below(kKeys));
      const double expected = std::min(to, kKeys) - from;
      const double estimate = Estimate(Between(Key(from), Key(to)));
      EXPECT_NEAR(estimate, expected, 0.01 * expected + block);
      if (to < kKeys) continue;
      ++open_ended;
      sum += estimate - expected;
    }
    EXPECT_NEAR(sum / open_ended, 0, block / 2) << "one bound alone does not lean to a side";
    EXPECT_EQ(Estimate(), kKeys);
  }
}

TEST_F(StoreEstimate, TakesDeletesAwayFromWhatIsOlder) {
  Put(0, kKeys);
  ASSERT_TRUE(world_.Flush().ok());
  Delete(0, 1000);
  EXPECT_EQ(Estimate(), kKeys - 1000);
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(Estimate(), kKeys - 1000);
  EXPECT_NEAR(Estimate(Between("a", Key(700))), 0, 40);
  Delete(1000, 2000);
  Delete(1000, 2000);
  EXPECT_NEAR(Estimate(), kKeys - 2000, 300) << "deleted twice";
  ASSERT_TRUE(world_.Compact(id_).ok());
  EXPECT_EQ(Estimate(), kKeys - 2000);
  Put(kKeys, kKeys + 500);
  Delete(kKeys, kKeys + 500);
  EXPECT_EQ(Estimate(), kKeys - 2000) << "deletes of what no table has";
}

TEST_F(StoreEstimate, ADeleteTakesNothingFromWhatIsNewerAndNoMoreThanThereIs) {
  Put(0, 100);
  ASSERT_TRUE(world_.Flush().ok());
  Delete(0, 1000);
  EXPECT_EQ(Estimate(), 0);
  ASSERT_TRUE(world_.Flush().ok());
  Put(0, 50);
  EXPECT_EQ(Estimate(), 50);
}

TEST_F(StoreEstimate, LeavesOutWhatARangeDeleteErased) {
  Put(0, kKeys);
  Erase(0, kKeys);
  EXPECT_EQ(Estimate(), 0) << "all in memory";
  Put(0, kKeys);
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(Estimate(), kKeys);
  Erase(500, 1000);
  Erase(750, 1500);
  EXPECT_NEAR(Estimate(), kKeys - 1000, 100) << "of a table in L0";
  EXPECT_EQ(Estimate(Between(Key(600), Key(1400))), 0);
  const uint64_t snapshot = world_.store().TakeSnapshot();
  ASSERT_TRUE(world_.Compact(id_).ok());
  Erase(1500, kKeys);
  EXPECT_NEAR(Estimate(), 500, 100) << "of tables in the bottom level";
  IterateOptions before;
  before.snapshot_id = snapshot;
  EXPECT_NEAR(Estimate(before), kKeys - 1000, 100);
  EXPECT_TRUE(world_.store().ReleaseSnapshot(snapshot));
  Put(2000, 2010);
  EXPECT_NEAR(Estimate(), 510, 100);
}

TEST_F(StoreEstimate, CountsAMuchWrittenKeyOfAMemtableOnce) {
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(world_.Put(id_, Key(i % 3), "v", Durability::kMemory).ok());
  }
  EXPECT_LT(Estimate(), 600);
}

// Puts, deletes and range deletes at random; what compactions leave must be counted well, anything
// before never more often than it was written.
TEST(StoreEstimateModel, StaysNearTheNumberOfKeys) {
  const uint64_t first_seed = PrintedSeed(57);
  for (uint64_t seed = first_seed; seed < first_seed + 12; ++seed) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed));
    Random random(seed);
    SimulatedEnv env(seed);
    StoreWorld world(&env, seed);
    ASSERT_TRUE(world.Open().ok());
    const NamespaceId id = world.Open("a");
    const auto key_of = [](uint64_t number) { return "k" + std::to_string(100'000 + number); };
    const auto compare = [&](double share, double more) {
      const uint64_t from = random.Below(5000);
      IterateOptions options = Between(key_of(from), key_of(from + random.Below(5000)));
      options.lower.set = random.OneIn(2);
      options.upper.set = random.OneIn(2);
      std::vector<std::pair<std::string, std::string>> entries;
      ASSERT_TRUE(world.Scan(id, options, &entries).ok());
      const auto expected = static_cast<double>(entries.size());
      uint64_t count = 0;
      ASSERT_TRUE(world.store().ApproximateCount(id, options, &count).ok());
      EXPECT_NEAR(static_cast<double>(count), expected, share * expected + more);
    };
    for (int round = 0; round < 40; ++round) {
      WriteBatch batch;
      const uint64_t at = random.Below(5000);
      for (uint64_t i = random.Below(300); i > 0; --i) {
        const uint64_t number = random.OneIn(2) ? random.Below(5000) : at + i;
        batch.Put(id, key_of(number), std::string(random.Below(40), 'v'));
        if (random.OneIn(8)) batch.Delete(id, key_of(random.Below(5000)));
      }
      if (random.OneIn(5)) batch.DeleteRange(id, key_of(at), key_of(at + random.Below(800)));
      if (batch.count() > 0) {
        ASSERT_TRUE(world.Write(batch).ok());
      }
      compare(1, 400);
      if (!random.OneIn(5)) continue;
      ASSERT_TRUE(world.Compact(id).ok());
      for (int i = 0; i < 20; ++i) compare(0.02, 2 * 512 / 16);
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(world.Close().ok());
  }
}

}  // namespace
}  // namespace ledgerstone
