// The rules of waiting as a table.
#include "store/stall.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

using Kind = StallDecision::Kind;

constexpr uint64_t kMiB = uint64_t{1} << 20;

class Stall : public testing::Test {
 protected:
  Stall() {
    options_.l0_slowdown_trigger = 12;
    options_.l0_stop_trigger = 28;
    options_.immutable_generations_max = 2;
  }
  StallDecision WithL0(uint32_t files, uint64_t bytes = kMiB) const {
    return DecideStall({.l0_files = files, .group_bytes = bytes}, options_);
  }

  StoreOptions options_;
};

TEST_F(Stall, NobodyWaitsBelowTheTriggers) {
  EXPECT_EQ(WithL0(0).kind, Kind::kGo);
  EXPECT_EQ(WithL0(11).kind, Kind::kGo);
  EXPECT_EQ(DecideStall({.immutable_generations = 2}, options_).kind, Kind::kGo);
  EXPECT_EQ(DecideStall({.immutable_generations = 1, .generation_full = true}, options_).kind,
            Kind::kGo);
}

TEST_F(Stall, AFullGenerationWaitsForAFlush) {
  const auto decision =
      DecideStall({.immutable_generations = 2, .generation_full = true}, options_);
  EXPECT_EQ(decision.kind, Kind::kStop);
  EXPECT_EQ(decision.cause, StallCause::kFlush);
}

TEST_F(Stall, AnIngestionWaitsForEveryFlush) {
  EXPECT_EQ(DecideStall({.immutable_generations = 1, .needs_tables = true}, options_).kind,
            Kind::kStop);
  EXPECT_EQ(DecideStall({.needs_tables = true}, options_).kind, Kind::kGo);
}

TEST_F(Stall, TheRateFallsFrom64To4MebibytesASecondHalfWayToTheStop) {
  const auto micros = [this](uint32_t files, uint64_t bytes) {
    const auto decision = WithL0(files, bytes);
    EXPECT_EQ(decision.kind, Kind::kDelay);
    return decision.delay_micros;
  };
  EXPECT_EQ(micros(12, kMiB), 1'000'000u / 64);
  EXPECT_EQ(micros(16, kMiB), 1'000'000u / 34);
  EXPECT_EQ(micros(20, kMiB / 4), 1'000'000u / 16);
  EXPECT_EQ(micros(27, kMiB / 4), 1'000'000u / 16);
}

TEST_F(Stall, NoDelayIsLongerThanATenthOfASecond) {
  EXPECT_EQ(WithL0(27, 64 * kMiB).delay_micros, 100'000u);
}

TEST_F(Stall, ManyL0TablesStopWriters) {
  EXPECT_EQ(WithL0(28).kind, Kind::kStop);
  EXPECT_EQ(WithL0(28).cause, StallCause::kCompaction);
  options_.compact_in_background = false;
  EXPECT_EQ(WithL0(28).kind, Kind::kGo);
}

TEST_F(Stall, TriggersMayStandSideBySide) {
  options_.l0_stop_trigger = 13;
  EXPECT_EQ(WithL0(12, kMiB).delay_micros, 1'000'000u / 64);
  EXPECT_EQ(WithL0(13).kind, Kind::kStop);
}

TEST_F(Stall, GroupsAreSmallWhileTheyAreDelayed) {
  EXPECT_EQ(GroupBytesMax(11, options_), options_.group_bytes_max);
  const uint64_t bytes = GroupBytesMax(12, options_);
  EXPECT_EQ(bytes, 4 * kMiB / 10);
  EXPECT_LE(WithL0(27, bytes).delay_micros, 100'000u);
  options_.group_bytes_max = 1000;
  EXPECT_EQ(GroupBytesMax(12, options_), 1000u);
}

}  // namespace
}  // namespace ledgerstone
