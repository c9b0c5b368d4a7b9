// A failure of every operation of every script, once and from then on: nothing is acknowledged that
// is not there afterwards, nothing hangs, and once the faults are gone the event log opens again.
// LEDGERSTONE_ROUNDS=n goes on with other seeds.
#include <gtest/gtest.h>

#include "testing/counts.h"
#include "testing/event_script.h"
#include "testing/rounds.h"

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

class EventLogFault : public testing::TestWithParam<size_t> {
 protected:
  const EventScript& script() const { return EventScripts().at(GetParam()); }

  std::vector<DiskOperation> Rehearse() const {
    SimulatedEnv env(seed_);
    env.KeepTrace(true);
    EventRun run(&env, seed_);
    script().run(run);
    return env.Trace();
  }

  void Run(const FaultShape& shape, uint64_t operation, bool power_cut) {
    SimulatedEnv env(seed_);
    Fault fault;
    fault.operation = operation;
    fault.kind = shape.kind;
    fault.partly = shape.partly;
    fault.from_then_on = shape.from_then_on;
    env.SetFaultPlan(FaultPlan(fault));
    EventRun run(&env, seed_);
    script().run(run);
    EXPECT_EQ(run.complaint(), "");
    if (env.faults_fired() > 0) ++fired_;
    run.world().Kill();
    EXPECT_EQ(env.misuse().total(), 0u);
    CrashOptions options;
    options.seed = seed_ + operation;
    options.mode = power_cut ? CrashMode::kTearAndReorder : CrashMode::kKeepAll;
    options.unit = 512;
    options.lose_directory_entries = power_cut;
    env.Crash(options);
    EventWorld world(&env, seed_ + 1);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    ASSERT_EQ(run.history().Judge(&world), "");
    ASSERT_TRUE(world.Append({"later"}).status.ok());
    const Status verified = world.VerifyClean();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    uint64_t moved = 0;
    const Status archived = world.log().Archive(EventWorld::kArchive, 1'000, &moved);
    ASSERT_TRUE(archived.ok()) << archived.ToString();
    const Status verified_again = world.VerifyClean();
    ASSERT_TRUE(verified_again.ok()) << verified_again.ToString();
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
        Count("I/O errors: event log, " + std::string(DiskOperationName(trace[operation].kind)) +
                  " " + FileKindText(trace[operation].kind, trace[operation].path),
              fired_);
        EXPECT_EQ(fired_, 1u);
      }
    }
  }

  uint64_t seed_ = PrintedSeed(78);
  uint64_t fired_ = 0;
};

TEST_P(EventLogFault, AcknowledgesNothingThatIsNotThereAfterwards) {
  ForEachRound(&seed_, [this] { Sweep(); });
}

INSTANTIATE_TEST_SUITE_P(Scripts, EventLogFault, testing::Range(size_t{0}, EventScripts().size()),
                         [](const auto& script) { return EventScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
