#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

// The value of rank ceil(quantile * count), which is what a quantile means here.
uint64_t TrueQuantile(const std::vector<uint64_t>& sorted, double quantile) {
  const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
  return sorted[std::max<size_t>(rank, 1) - 1];
}

TEST(Histogram, PutsEachValueIntoABucketThatIsAtMostAThirtySecondOfItWide) {
  size_t last = 0;
  std::vector<uint64_t> values;
  for (uint64_t value = 0; value < 5000; ++value) values.push_back(value);
  for (uint64_t power = 4096; power <= Histogram::kValueMax; power *= 2) {
    for (const uint64_t value : {power - 1, power, power + 1, power + power / 2}) {
      if (value > 5000) values.push_back(value);
    }
  }
  std::sort(values.begin(), values.end());
  for (const uint64_t value : values) {
    const size_t bucket = Histogram::BucketOf(value);
    ASSERT_LT(bucket, Histogram::kBucketCount);
    ASSERT_GE(bucket, last) << "buckets rise with their values: " << value;
    last = bucket;
    const uint64_t largest = Histogram::LargestIn(bucket);
    ASSERT_GE(largest, value);
    ASSERT_LE(largest - value, value / 32) << value;
    ASSERT_EQ(Histogram::BucketOf(largest), bucket);
    if (bucket + 1 < Histogram::kBucketCount) {
      ASSERT_EQ(Histogram::BucketOf(largest + 1), bucket + 1);
    }
  }
  EXPECT_EQ(Histogram::BucketOf(Histogram::kValueMax), Histogram::kBucketCount - 1);
  EXPECT_EQ(Histogram::BucketOf(UINT64_MAX), Histogram::kBucketCount - 1);
}

TEST(Histogram, GivesQuantilesThatAreNeverLessAndAtMostAThirtySecondMoreThanTheSortedSample) {
  Random random(PrintedSeed(20));
  for (int round = 0; round < 200; ++round) {
    Histogram histogram;
    std::vector<uint64_t> sample;
    const uint64_t count = 1 + random.Below(3000);
    const uint64_t scale = uint64_t{1} << (1 + random.Below(39));
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; ++i) {
      // Long tails: most values are small, some near the scale.
      const uint64_t value = random.Below(1 + random.Below(1 + random.Below(scale)));
      sample.push_back(value);
      histogram.Record(value);
      sum += value;
    }
    std::sort(sample.begin(), sample.end());
    const LatencyStatistics found = histogram.Snapshot();
    ASSERT_EQ(found.count, count);
    ASSERT_EQ(found.sum_micros, sum);
    ASSERT_EQ(found.max_micros, sample.back());
    for (const double quantile : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const uint64_t exact = TrueQuantile(sample, quantile);
      const uint64_t told = LatencyQuantile(found, quantile);
      ASSERT_GE(told, exact) << quantile << " of " << count;
      ASSERT_LE(told, exact + exact / 32) << quantile << " of " << count;
    }
    ASSERT_EQ(found.p50_micros, LatencyQuantile(found, 0.5));
    ASSERT_EQ(found.p999_micros, LatencyQuantile(found, 0.999));
  }
}

TEST(Histogram, TellsOfNothingAsZeros) {
  const LatencyStatistics found = Histogram().Snapshot();
  EXPECT_EQ(found.count + found.sum_micros + found.p50_micros + found.max_micros, 0u);
  EXPECT_TRUE(found.buckets.empty());
}

TEST(Histogram, KeepsTheExactMaximumOfAValueBeyondItsRange) {
  Histogram histogram;
  histogram.Record(UINT64_MAX / 4);
  const LatencyStatistics found = histogram.Snapshot();
  EXPECT_EQ(found.max_micros, UINT64_MAX / 4);
  EXPECT_EQ(found.p50_micros, Histogram::kValueMax);
}

TEST(ThreadedHistogram, LosesNothingThatManyThreadsRecordAtOnce) {
  Histogram histogram;
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kEach = 20'000;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&histogram, t] {
      for (uint64_t i = 0; i < kEach; ++i) histogram.Record(i * (t + 1));
    });
  }
  for (int look = 0; look < 100; ++look) {
    const LatencyStatistics found = histogram.Snapshot();
    ASSERT_LE(found.p999_micros, found.max_micros);
  }
  for (std::thread& thread : threads) thread.join();
  const LatencyStatistics found = histogram.Snapshot();
  EXPECT_EQ(found.count, kThreads * kEach);
  EXPECT_EQ(found.max_micros, kThreads * (kEach - 1));
}

}  // namespace
}  // namespace ledgerstone
