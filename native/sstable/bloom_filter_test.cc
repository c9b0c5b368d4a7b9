#include "sstable/bloom_filter.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

std::string BuildFilter(uint32_t bits_per_key, uint64_t first, uint64_t count) {
  FilterBuilder builder(bits_per_key);
  for (uint64_t i = 0; i < count; ++i) builder.Add(Hash64("key" + std::to_string(first + i)));
  return builder.Finish();
}

double FalsePositiveRate(const std::string& contents, uint64_t present) {
  FilterView filter;
  EXPECT_TRUE(filter.Parse(contents));
  constexpr uint64_t kAsked = 200'000;
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < kAsked; ++i) {
    wrong += filter.MayContain(Hash64("key" + std::to_string(present + i))) ? 1 : 0;
  }
  return static_cast<double>(wrong) / kAsked;
}

TEST(BloomFilter, HasTheseBytes) {
  EXPECT_EQ(HexBytes(BuildFilter(10, 0, 3)),
            "0004000000000000000000000008000000000000008000000000"
            "00a0000000008200000200804040000000010000000000000800"
            "01000001000000080030000006");
}

TEST(BloomFilter, NeverMissesAKeyThatWasAdded) {
  for (const uint32_t bits : {1u, 4u, 10u, 16u, 30u}) {
    for (const uint64_t count : {1u, 2u, 100u, 20'000u}) {
      const std::string contents = BuildFilter(bits, 0, count);
      FilterView filter;
      ASSERT_TRUE(filter.Parse(contents));
      for (uint64_t i = 0; i < count; ++i) {
        ASSERT_TRUE(filter.MayContain(Hash64("key" + std::to_string(i)))) << bits << " " << i;
      }
    }
  }
}

TEST(BloomFilter, IsWrongAboutFewKeys) {
  EXPECT_LE(FalsePositiveRate(BuildFilter(10, 0, 100'000), 100'000), 0.015);
  EXPECT_LE(FalsePositiveRate(BuildFilter(10, 0, 1'000), 1'000), 0.015);
  EXPECT_LE(FalsePositiveRate(BuildFilter(16, 0, 100'000), 100'000), 0.003);
  EXPECT_LE(FalsePositiveRate(BuildFilter(5, 0, 100'000), 100'000), 0.12);
  EXPECT_GT(FalsePositiveRate(BuildFilter(1, 0, 100'000), 100'000), 0.1);
}

TEST(BloomFilter, TakesAboutTheBitsItWasGiven) {
  EXPECT_NEAR(static_cast<double>(BuildFilter(10, 0, 10'000).size()), 12'500, 100);
}

TEST(BloomFilter, RefusesBytesThatAreNoFilter) {
  const std::string whole = BuildFilter(10, 0, 100);
  FilterView filter;
  ASSERT_TRUE(filter.Parse(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    const bool sound = size > 64 && size % 64 == 1 && cut.back() >= 1 && cut.back() <= 14;
    EXPECT_EQ(filter.Parse(cut), sound) << size;
  }
  EXPECT_FALSE(filter.Parse(std::string(64, '\0') + '\0'));
  EXPECT_FALSE(filter.Parse(std::string(64, '\0') + '\x0f'));
}

}  // namespace
}  // namespace ledgerstone
