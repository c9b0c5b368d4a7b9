// How long things took, as a count per bucket: recorded by any thread without a lock, read at any
// time.
//
//   value             bucket width
//   0 … 63            1
//   64 … 127          2
//   128 … 255         4      and so on: 32 buckets for each doubling
//
// 1. Bounded error: a bucket is at most 1/32 of its smallest value wide, so for the true quantile q
//    of what was recorded the answer is in [q, q + q/32].
// 2. Values beyond kValueMax (12 days in microseconds) count as kValueMax; the largest value and
//    the sum are exact all the same.
// 3. Record is three atomic operations. In a snapshot taken meanwhile sum and maximum may be ahead
//    of the buckets, never behind.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "ledgerstone/statistics.h"

namespace ledgerstone {

class Histogram {
 public:
  static constexpr uint64_t kValueMax = (uint64_t{1} << 40) - 1;
  static constexpr size_t kBucketCount = 35 * 32 + 32;

  // The bucket a value counts in, and the largest value that counts in a bucket.
  static size_t BucketOf(uint64_t value);
  static uint64_t LargestIn(size_t bucket);

  void Record(uint64_t value);
  LatencyStatistics Snapshot() const;

 private:
  std::array<std::atomic<uint64_t>, kBucketCount> counts_{};
  std::atomic<uint64_t> sum_{0};
  std::atomic<uint64_t> max_{0};
};

// The value that a share of `quantile` in (0, 1] of all recorded ones doesn't exceed; 0 of nothing.
uint64_t LatencyQuantile(const LatencyStatistics& latency, double quantile);

}  // namespace ledgerstone
