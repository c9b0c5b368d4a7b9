// Each allocation that may fail does, in turn, once and from then on, under every script of the
// store: what then can't be done says so, what was acknowledged is there, and with memory again the
// store goes on. LEDGERSTONE_ROUNDS=n goes on with other seeds.
#include <gtest/gtest.h>

#include "testing/allocation_faults.h"
#include "testing/counts.h"
#include "testing/rounds.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

class StoreAllocation : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override { AllocationFaults::CountOnly(); }
  void TearDown() override { AllocationFaults::CountOnly(); }

  const StoreScript& script() const { return StoreScripts().at(GetParam()); }

  // Reads everything behind the script, as the judged runs do.
  uint64_t CountAllocations() const {
    SimulatedEnv env(seed_);
    AllocationFaults::Include(&env);
    ScriptRun run(&env, seed_);
    AllocationFaults::CountOnly();
    script().run(run);
    StoreState state;
    EXPECT_TRUE(run.world().ReadAll(&state).ok());
    return AllocationFaults::counted();
  }

  // What is there while memory is short: right, or nothing for want of memory.
  static void ExpectRightOrTold(ScriptRun* run) {
    if (!run->world().is_open()) return;
    StoreState state;
    const Status read = run->world().ReadAll(&state);
    if (read.ok()) {
      EXPECT_EQ(StoreStateText(state), StoreStateText(run->history().Newest()));
    } else {
      EXPECT_TRUE(read.Is(StatusCode::kNoMemory)) << read.ToString();
    }
  }

  void Run(uint64_t allocation, bool from_then_on) {
    SimulatedEnv env(seed_);
    AllocationFaults::Include(&env);
    ScriptRun run(&env, seed_);
    AllocationFaults::FailAt(allocation, from_then_on);
    script().run(run);
    ExpectRightOrTold(&run);
    failed_ = AllocationFaults::failed();
    AllocationFaults::CountOnly();
    run.world().Kill();
    env.Crash({seed_, CrashMode::kKeepAll, 4096, false});
    StoreWorld world(&env, seed_ + 1);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    StoreState state;
    ASSERT_TRUE(world.ReadAll(&state).ok());
    ASSERT_EQ(run.history().Judge(state, world.store().Applied(), Durability::kOs), "");
    ASSERT_TRUE(world.Put(world.Open("later"), "key", "value").ok());
    const Status verified = world.VerifyClean();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    ASSERT_TRUE(world.Close().ok());
  }

  void Sweep() {
    const uint64_t count = CountAllocations();
    ASSERT_GT(count, 0u);
    for (uint64_t allocation = 0; allocation < count; ++allocation) {
      for (const bool from_then_on : {false, true}) {
        SCOPED_TRACE(script().name + ": allocation " + std::to_string(allocation) +
                     (from_then_on ? " and all behind it" : "") + " of " + std::to_string(count));
        Run(allocation, from_then_on);
        if (HasFatalFailure()) return;
        EXPECT_GE(failed_, 1u);
        Count(from_then_on ? "allocation failures: from then on" : "allocation failures: once");
      }
    }
  }

  uint64_t seed_ = PrintedSeed(55);
  uint64_t failed_ = 0;
};

TEST_P(StoreAllocation, FailsWithoutLossWhicheverItIs) {
  ForEachRound(&seed_, [this] { Sweep(); });
}

INSTANTIATE_TEST_SUITE_P(Scripts, StoreAllocation, testing::Range(size_t{0}, StoreScripts().size()),
                         [](const auto& script) { return StoreScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
