// How long to wait so that bytes are taken at a rate: a token bucket as a pure function of the time
// and of what was taken.
//
// 1. Over any stretch of time no more than the rate allows, one second's worth and the last take.
// 2. What was not taken in time is made up for within that second's worth, no more.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ledgerstone {

class Pace {
 public:
  // 0: no limit.
  explicit Pace(uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  // `bytes`, at most 2^34, were taken up to `now_micros`. For how many microseconds nothing is to
  // be taken.
  uint64_t Take(uint64_t now_micros, uint64_t bytes) {
    if (bytes_per_second_ == 0) return 0;
    const uint64_t now = now_micros * kNanosPerMicro;
    const uint64_t earliest = now < kCreditNanos ? 0 : now - kCreditNanos;
    paid_nanos_ = began_ ? std::max(paid_nanos_, earliest) : now;
    began_ = true;
    paid_nanos_ += bytes * kNanosPerSecond / bytes_per_second_;
    return paid_nanos_ <= now ? 0 : (paid_nanos_ - now + kNanosPerMicro - 1) / kNanosPerMicro;
  }

 private:
  static constexpr uint64_t kNanosPerMicro = 1'000;
  static constexpr uint64_t kNanosPerSecond = 1'000'000'000;
  static constexpr uint64_t kCreditNanos = kNanosPerSecond;

  const uint64_t bytes_per_second_;
  bool began_ = false;
  uint64_t paid_nanos_ = 0;  // when all that was taken is paid for
};

}  // namespace ledgerstone
