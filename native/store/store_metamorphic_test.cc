// Lists of random operations under every option set, against each other and a model. The lists are
// dealt out to shares, which may run beside each other.
//
// LEDGERSTONE_SEED=<seed of a list> runs that list first, and then finds what stops the process
// too. LEDGERSTONE_ROUNDS makes the lists more.
#include <gtest/gtest.h>

#include "testing/counts.h"
#include "testing/metamorphic.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kSeed = 4711;
constexpr size_t kOperations = 1000;
constexpr size_t kLists = 40;
constexpr size_t kShares = 4;
constexpr size_t kRareListIn = 10;

// Lists that a bug of the engine failed, for ever.
struct Case {
  uint64_t seed;
  const char* bug;
};
constexpr Case kCases[] = {
    {4727, "the first ingestion after an unclean end was refused"},
};

std::string Replay(uint64_t seed) {
  return "LEDGERSTONE_SEED=" + std::to_string(seed) +
         " build/release/ledgerstone_tests --gtest_filter='First/StoreMetamorphic*'";
}

class StoreMetamorphic : public testing::TestWithParam<size_t> {
 protected:
  const uint64_t seed_ = PrintedSeed(kSeed);
  Metamorphic check_{std::getenv("LEDGERSTONE_SEED") != nullptr};
};

TEST_P(StoreMetamorphic, EveryOptionSetTellsTheSameAsTheModel) {
  const size_t lists = kLists / kShares * Rounds();
  for (size_t i = 0; i < lists; ++i) {
    const uint64_t seed = seed_ + GetParam() + i * kShares;
    const bool under_rare_sets = i % kRareListIn == 0;
    const std::string failure = check_.Check({seed, kOperations, under_rare_sets, Replay(seed)});
    ASSERT_TRUE(failure.empty()) << failure;
  }
  const MetamorphicTotals& totals = check_.totals();
  EXPECT_GT(totals.flushes, 0u);
  EXPECT_GT(totals.compactions, 0u);
  EXPECT_GT(totals.commits, 0u);
  EXPECT_GT(totals.conflicts, 0u);
  Count("metamorphic operations", totals.operations);
  Count("metamorphic executions", totals.executions);
}

TEST(StoreMetamorphicCases, FailNoMore) {
  for (const auto& [seed, bug] : kCases) {
    Metamorphic check(false);
    const std::string failure = check.Check({seed, kOperations, true, Replay(seed)});
    EXPECT_TRUE(failure.empty()) << bug << ", again " << failure;
    EXPECT_EQ(check.totals().operations, kOperations);
  }
}

// Suites of their own, because suites run beside each other.
INSTANTIATE_TEST_SUITE_P(First, StoreMetamorphic, testing::Values(0));
INSTANTIATE_TEST_SUITE_P(Second, StoreMetamorphic, testing::Values(1));
INSTANTIATE_TEST_SUITE_P(Third, StoreMetamorphic, testing::Values(2));
INSTANTIATE_TEST_SUITE_P(Fourth, StoreMetamorphic, testing::Values(3));

}  // namespace
}  // namespace ledgerstone
