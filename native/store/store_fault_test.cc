// A failure of every operation of every script, once and from then on: nothing is acknowledged that
// is not as durable as asked, nothing hangs, and once the faults are gone the store opens again
// with a prefix of what was asked. LEDGERSTONE_ROUNDS=n goes on with other seeds.
#include <gtest/gtest.h>

#include "testing/counts.h"
#include "testing/rounds.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

struct FaultShape {
  const char* name;
  FaultKind kind;
  bool partly;
  bool from_then_on;
};

constexpr FaultShape kShapes[] = {
    {"EIO once", FaultKind::kIoError, false, false},
    {"EIO from then on", FaultKind::kIoError, false, true},
    {"ENOSPC once", FaultKind::kNoSpace, false, false},
    {"ENOSPC from then on", FaultKind::kNoSpace, false, true},
    {"short write once", FaultKind::kIoError, true, false},
    {"short write from then on", FaultKind::kIoError, true, true},
};

class StoreFault : public testing::TestWithParam<size_t> {
 protected:
  const StoreScript& script() const { return StoreScripts().at(GetParam()); }

  std::vector<DiskOperation> Rehearse() const {
    SimulatedEnv env(seed_);
    env.KeepTrace(true);
    ScriptRun run(&env, seed_);
    script().run(run);
    return env.Trace();
  }

  // The script with one fault, then a death that spares what reached the system, or a power cut.
  void Run(const FaultShape& shape, uint64_t operation, bool power_cut) {
    SimulatedEnv env(seed_);
    Fault fault;
    fault.operation = operation;
    fault.kind = shape.kind;
    fault.partly = shape.partly;
    fault.from_then_on = shape.from_then_on;
    env.SetFaultPlan(FaultPlan(fault));
    ScriptRun run(&env, seed_);
    script().run(run);
    if (env.faults_fired() > 0) ++fired_;
    run.world().Kill();
    EXPECT_EQ(env.misuse().total(), 0u);
    CrashOptions options;
    options.seed = seed_ + operation;
    options.mode = power_cut ? CrashMode::kTearAndReorder : CrashMode::kKeepAll;
    options.unit = 512;
    options.lose_directory_entries = power_cut;
    env.Crash(options);
    StoreWorld world(&env, seed_ + 1);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    StoreState state;
    ASSERT_TRUE(world.ReadAll(&state).ok());
    const Durability spared = power_cut ? Durability::kDisk : Durability::kOs;
    ASSERT_EQ(run.history().Judge(state, world.store().Applied(), spared), "");
    ASSERT_TRUE(world.Put(world.Open("later"), "key", "value").ok());
    EXPECT_GT(world.store().VisibleSequence(), run.seen_sequence());
    const Status verified = world.VerifyClean();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    ASSERT_TRUE(world.Close().ok());
  }

  void Sweep() {
    const std::vector<DiskOperation> trace = Rehearse();
    for (const FaultShape& shape : kShapes) {
      for (uint64_t operation = 0; operation < trace.size(); ++operation) {
        SCOPED_TRACE(script().name + ": " + shape.name + " at " + trace[operation].Text());
        fired_ = 0;
        Run(shape, operation, (operation + seed_) % 2 == 0);
        if (HasFatalFailure()) return;
        Count("I/O errors: store, " + std::string(DiskOperationName(trace[operation].kind)) + " " +
                  FileKindText(trace[operation].kind, trace[operation].path),
              fired_);
        EXPECT_EQ(fired_, 1u);
      }
    }
  }

  uint64_t seed_ = PrintedSeed(77);
  uint64_t fired_ = 0;
};

TEST_P(StoreFault, AcknowledgesNothingThatIsNotThereAfterwards) {
  ForEachRound(&seed_, [this] { Sweep(); });
}

INSTANTIATE_TEST_SUITE_P(Scripts, StoreFault, testing::Range(size_t{0}, StoreScripts().size()),
                         [](const auto& script) { return StoreScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
