#include "store/stall.h"

#include <algorithm>

namespace ledgerstone {
namespace {

constexpr uint64_t kRateFull = 64ull << 20;  // bytes per second
constexpr uint64_t kRateLeast = 4ull << 20;
constexpr uint64_t kMicros = 1'000'000;  // of a second
constexpr uint64_t kDelayMicrosMax = 100'000;
constexpr uint64_t kDelayedBytesMax = kRateLeast * kDelayMicrosMax / kMicros;

}  // namespace

StallDecision DecideStall(const StallInput& input, const StoreOptions& options) {
  using Kind = StallDecision::Kind;
  if (input.generation_full && input.immutable_generations >= options.immutable_generations_max) {
    return {Kind::kStop, 0, StallCause::kFlush};
  }
  if (input.needs_tables && input.immutable_generations > 0)
    return {Kind::kStop, 0, StallCause::kFlush};
  if (!options.compact_in_background || input.l0_files < options.l0_slowdown_trigger) {
    return {};
  }
  if (input.l0_files >= options.l0_stop_trigger) return {Kind::kStop, 0, StallCause::kCompaction};
  const uint64_t span = (options.l0_stop_trigger - options.l0_slowdown_trigger + 1) / 2;
  const uint64_t past = std::min<uint64_t>(input.l0_files - options.l0_slowdown_trigger, span);
  const uint64_t rate = kRateFull - (kRateFull - kRateLeast) * past / span;
  return {Kind::kDelay, std::min(input.group_bytes * kMicros / rate, kDelayMicrosMax)};
}

uint64_t GroupBytesMax(uint32_t l0_files, const StoreOptions& options) {
  const bool delayed = options.compact_in_background && l0_files >= options.l0_slowdown_trigger;
  return delayed ? std::min(options.group_bytes_max, kDelayedBytesMax) : options.group_bytes_max;
}

}  // namespace ledgerstone
