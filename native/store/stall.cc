#include "store/stall.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kRateFull = 64ull << 20;  // bytes per second
constexpr uint64_t kRateLeast = 4ull << 20;
constexpr uint64_t kDelayMicrosMax = 100'000;

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
  const uint64_t span = options.l0_stop_trigger - options.l0_slowdown_trigger;
  const uint64_t past = input.l0_files - options.l0_slowdown_trigger;
  const uint64_t rate = kRateFull - (kRateFull - kRateLeast) * past / span;
  const uint64_t delay = input.group_bytes * 1'000'000 / rate;
  return {Kind::kDelay, delay < kDelayMicrosMax ? delay : kDelayMicrosMax};
}

}  // namespace ledgerstone
