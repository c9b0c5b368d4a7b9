#include "base/key_fraction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

std::string BigEndian(uint64_t number) {
  std::string key(8, '\0');
  for (size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

TEST(KeyFraction, IsWhereAnEvenlySpreadKeyLies) {
  EXPECT_NEAR(KeyFraction("a", "c", "b"), 0.5, 1e-9);
  EXPECT_NEAR(KeyFraction("key1000", "key2000", "key1250"), 0.25, 1e-9);
  EXPECT_NEAR(KeyFraction("key0990", "key1010", "key1005"), 0.75, 1e-9);
  EXPECT_NEAR(KeyFraction(BigEndian(1000), BigEndian(5000), BigEndian(2000)), 0.25, 1e-9);
  EXPECT_NEAR(KeyFraction("user:1", "user:9", "user:5:x"), 0.5, 0.1);
}

TEST(KeyFraction, IsNothingOrAllOutsideAndWhereTheBoundsAreOne) {
  EXPECT_EQ(KeyFraction("b", "d", "a"), 0);
  EXPECT_EQ(KeyFraction("b", "d", "b"), 0);
  EXPECT_EQ(KeyFraction("b", "d", "d"), 1);
  EXPECT_EQ(KeyFraction("b", "d", "dd"), 1);
  EXPECT_EQ(KeyFraction("b", "b", "b"), 0);
  EXPECT_EQ(KeyFraction("", "d", ""), 0);
  EXPECT_EQ(KeyFraction("b", std::string("b\0\0", 3), std::string("b\0", 2)), 0);
}

TEST(KeyFraction, NeverFallsAsKeysRise) {
  Random random(PrintedSeed(4));
  for (int round = 0; round < 2000; ++round) {
    const bool digits = random.OneIn(2);
    std::vector<std::string> keys(8);
    for (std::string& key : keys) {
      for (uint64_t i = random.Below(12); i > 0; --i) {
        key += static_cast<char>(digits ? '0' + random.Below(10) : random.Below(3) * 127);
      }
    }
    std::sort(keys.begin(), keys.end());
    double last = 0;
    for (const std::string& key : keys) {
      const double fraction = KeyFraction(keys.front(), keys.back(), key);
      EXPECT_GE(fraction, 0);
      EXPECT_LE(fraction, 1);
      if (!digits) {
        EXPECT_GE(fraction, last);
      }
      last = fraction;
    }
  }
}

}  // namespace
}  // namespace ledgerstone
