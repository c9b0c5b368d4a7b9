#include "base/histogram.h"

#include <algorithm>
#include <bit>

#include "base/checks.h"

namespace ledgerstone {
namespace {

constexpr int kSubBits = 5;  // 32 buckets for each doubling
constexpr uint64_t kExactBelow = uint64_t{2} << kSubBits;

}  // namespace

size_t Histogram::BucketOf(uint64_t value) {
  value = std::min(value, kValueMax);
  if (value < kExactBelow) return static_cast<size_t>(value);
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
  return (static_cast<size_t>(shift) << kSubBits) + static_cast<size_t>(value >> shift);
}

uint64_t Histogram::LargestIn(size_t bucket) {
  LS_CHECK(bucket < kBucketCount);
  if (bucket < kExactBelow) return bucket;
  const size_t shift = (bucket >> kSubBits) - 1;
  const uint64_t first = uint64_t{bucket - (shift << kSubBits)} << shift;
  return first + (uint64_t{1} << shift) - 1;
}

void Histogram::Record(uint64_t value) {
  sum_.fetch_add(value, std::memory_order_relaxed);
  uint64_t seen = max_.load(std::memory_order_relaxed);
  while (value > seen && !max_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
  counts_[BucketOf(value)].fetch_add(1, std::memory_order_release);
}

LatencyStatistics Histogram::Snapshot() const {
  LatencyStatistics out;
  for (size_t bucket = 0; bucket < kBucketCount; ++bucket) {
    const uint64_t count = counts_[bucket].load(std::memory_order_acquire);
    if (count == 0) continue;
    out.buckets.push_back({LargestIn(bucket), count});
    out.count += count;
  }
  out.sum_micros = sum_.load(std::memory_order_relaxed);
  out.max_micros = max_.load(std::memory_order_relaxed);
  out.p50_micros = LatencyQuantile(out, 0.5);
  out.p99_micros = LatencyQuantile(out, 0.99);
  out.p999_micros = LatencyQuantile(out, 0.999);
  return out;
}

uint64_t LatencyQuantile(const LatencyStatistics& latency, double quantile) {
  LS_CHECK(quantile > 0 && quantile <= 1);
  const double exact = quantile * static_cast<double>(latency.count);
  auto rank = static_cast<uint64_t>(exact);
  if (static_cast<double>(rank) < exact || rank == 0) ++rank;
  uint64_t passed = 0;
  for (const LatencyBucket& bucket : latency.buckets) {
    passed += bucket.count;
    if (passed >= rank) return std::min(bucket.largest_micros, latency.max_micros);
  }
  return 0;
}

}  // namespace ledgerstone
