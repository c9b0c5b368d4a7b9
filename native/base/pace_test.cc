#include "base/pace.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kSecond = 1'000'000;

TEST(Pace, WithoutARateNothingWaits) {
  Pace pace(0);
  EXPECT_EQ(pace.Take(5, uint64_t{1} << 34), 0u);
  EXPECT_EQ(pace.Take(5, uint64_t{1} << 34), 0u);
}

TEST(Pace, WaitsForAsLongAsTheBytesTake) {
  Pace pace(1000);
  EXPECT_EQ(pace.Take(7 * kSecond, 500), kSecond / 2);
  EXPECT_EQ(pace.Take(7 * kSecond + kSecond / 2, 250), kSecond / 4);
  EXPECT_EQ(pace.Take(7 * kSecond + kSecond / 2, 250), kSecond / 2);
}

TEST(Pace, MakesUpForASecondAtMost) {
  Pace pace(1000);
  EXPECT_EQ(pace.Take(kSecond, 1000), kSecond);
  EXPECT_EQ(pace.Take(100 * kSecond, 1000), 0u);
  EXPECT_EQ(pace.Take(100 * kSecond, 1000), kSecond);
}

TEST(Pace, ARoundedWaitIsNeverTooShort) {
  Pace pace(3'000'000);
  EXPECT_EQ(pace.Take(0, 1), 1u);
}

TEST(Pace, KeepsTheRateOverEveryStretch) {
  Random random(PrintedSeed(7));
  const uint64_t rate = 1 + random.Below(1'000'000);
  Pace pace(rate);
  uint64_t now = random.Below(1000 * kSecond);
  const uint64_t began = now;
  uint64_t taken = 0;
  uint64_t waits = 0;
  uint64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    last = random.Below(rate / 2 + 1);
    taken += last;
    const uint64_t wait = pace.Take(now, last);
    now += wait;
    waits += wait > 0 ? 1 : 0;
    if (random.Below(20) == 0) now += random.Below(3 * kSecond);
    const double allowed = static_cast<double>(rate) *
                           (static_cast<double>(now - began) / static_cast<double>(kSecond) + 1.0);
    ASSERT_LE(static_cast<double>(taken), allowed + 1.0);
  }
  EXPECT_GT(waits, 100u);
}

}  // namespace
}  // namespace ledgerstone
