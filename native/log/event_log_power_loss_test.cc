// A power cut at every operation of every script, with every kind of damage: the event log opens,
// holds all that was acknowledged at its position and nothing that was not asked for, and goes on.
// Recovery is cut short and meets a failing disk too. LEDGERSTONE_ROUNDS=n goes on with other
// seeds.
#include <gtest/gtest.h>

#include "testing/counts.h"
#include "testing/event_script.h"
#include "testing/rounds.h"

namespace ledgerstone {
namespace {

struct Damage {
  const char* name;
  CrashOptions options;
};

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> damages = {
      {"drop unsynced", {0, CrashMode::kDropUnsynced, 4096, false}},
      {"drop unsynced and names", {0, CrashMode::kDropUnsynced, 4096, true}},
      {"tear 512", {0, CrashMode::kTearAndReorder, 512, false}},
      {"tear and reorder 512", {0, CrashMode::kTearAndReorder, 512, true}},
      {"lose directory entries", {0, CrashMode::kKeepAll, 4096, true}},
      {"kill the process", {0, CrashMode::kKeepAll, 4096, false}},
  };
  return damages;
}

constexpr uint64_t kDraws = 2;
constexpr uint64_t kRecoveriesApart = 7;
constexpr uint64_t kRecoveryStride = 3;

class EventLogPowerLoss : public testing::TestWithParam<size_t> {
 protected:
  static void TearDownTestSuite() {
    if (Counted("scripts: event log") < EventScripts().size()) return;
    for (const char* phase : {"append evt", "sync evt", "append idx", "rename tmp", "remove evt",
                              "sync-dir directory"}) {
      EXPECT_GT(Counted(std::string("crash points: event log, ") + phase), 0u) << phase;
    }
    EXPECT_GT(Counted("tails cut: event log"), 0u);
    EXPECT_GT(Counted("crash images: event log, lose one name"), 0u);
  }

  const EventScript& script() const { return EventScripts().at(GetParam()); }

  std::vector<DiskOperation> Rehearse() {
    SimulatedEnv env(seed_);
    env.KeepTrace(true);
    EventRun run(&env, seed_);
    script().run(run);
    EXPECT_EQ(run.complaint(), "");
    return env.Trace();
  }

  void CutAt(uint64_t operation) {
    env_ = std::make_unique<SimulatedEnv>(seed_);
    run_ = std::make_unique<EventRun>(env_.get(), seed_);
    env_->SetFaultPlan(FaultPlan(Fault::CrashAt(operation)));
    script().run(*run_);
    run_->world().Kill();
    EXPECT_EQ(run_->complaint(), "");
    image_ = env_->Snapshot();
  }

  void Damaged(const Damage& damage, uint64_t seed) {
    env_->Restore(image_);
    CrashOptions options = damage.options;
    options.seed = seed;
    env_->Crash(options);
    Count(std::string("crash images: event log, ") + damage.name);
  }

  // Each change of a name that no directory sync has made durable is lost by itself.
  void LoseNames() {
    env_->Restore(image_);
    const size_t changes = env_->unsynced_name_changes();
    for (size_t change = 0; change < changes; ++change) {
      env_->Restore(image_);
      CrashOptions options{0, CrashMode::kKeepAll, 4096, false};
      options.lose_name_change = change;
      env_->Crash(options);
      Count("crash images: event log, lose one name");
      SCOPED_TRACE("unsynced name " + std::to_string(change) + " lost by itself");
      ExpectRecovery();
      if (HasFatalFailure()) return;
    }
  }

  // Opens, judges, appends, moves a segment, closes, opens again.
  void ExpectRecovery() {
    EventWorld world(env_.get(), seed_ + 1);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    if (world.log().report().cut_bytes > 0) Count("tails cut: event log");
    ASSERT_EQ(run_->history().Judge(&world), "");
    EventHistory history;
    history.AskEpoch(~uint64_t{0});
    history.Adopt(&world);
    const auto appended = world.Append({"later"});
    ASSERT_TRUE(appended.status.ok()) << appended.status.ToString();
    ASSERT_EQ(appended.result.first, history.acknowledged().size() + 1);
    history.Acknowledge({"later"});
    const Status verified = world.VerifyClean();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    uint64_t moved = 0;
    ASSERT_TRUE(world.log().Archive(EventWorld::kArchive, 12, &moved).ok());
    ASSERT_TRUE(world.Close().ok());
    const Status again = world.Open();
    ASSERT_TRUE(again.ok()) << again.ToString();
    EXPECT_TRUE(world.log().report().clean_close);
    EXPECT_EQ(world.log().report().cut_bytes, 0u);
    ASSERT_EQ(history.Judge(&world), "");
    const Status verified_again = world.VerifyClean();
    ASSERT_TRUE(verified_again.ok()) << verified_again.ToString();
  }

  // Recovery of the same damage again and again, each time with one fault at another operation;
  // `fault` makes it. The power is cut behind it.
  void DisturbRecovery(const Damage& damage, const char* name, uint64_t first,
                       const std::function<Fault(uint64_t)>& fault) {
    const SimulatedEnv::Image damaged = env_->Snapshot();
    for (uint64_t operation = first;; operation += kRecoveryStride) {
      env_->Restore(damaged);
      env_->SetFaultPlan(FaultPlan(fault(operation)));
      EventWorld world(env_.get(), seed_ + 2);
      if (world.Open().ok() && env_->faults_fired() == 0 && !env_->dead()) break;
      world.Kill();
      CrashOptions options = damage.options;
      options.seed = seed_ + operation;
      env_->Crash(options);
      Count(std::string("recovery faults: event log, ") + name);
      SCOPED_TRACE(std::string(name) + " at operation " + std::to_string(operation) +
                   " of recovery");
      ExpectRecovery();
      if (HasFatalFailure()) return;
    }
    env_->Restore(damaged);
  }

  void DisturbRecovery(const Damage& damage, uint64_t at) {
    const uint64_t first = (seed_ + at) % kRecoveryStride;
    DisturbRecovery(damage, "power cut", first, [](uint64_t operation) {
      return Fault::CrashAt(operation);
    });
    if (HasFatalFailure()) return;
    const bool from_then_on = at % 2 == 0;
    DisturbRecovery(damage, "EIO", first, [from_then_on](uint64_t operation) {
      return Fault{.operation = operation,
                   .kind = FaultKind::kIoError,
                   .from_then_on = from_then_on};
    });
  }

  void Sweep() {
    const std::vector<DiskOperation> trace = Rehearse();
    for (uint64_t at = 0; at <= trace.size(); ++at) {
      if (at < trace.size() && !ChangesDisk(trace[at].kind)) continue;
      SCOPED_TRACE(script().name + ", power cut at " +
                   (at == trace.size() ? "the end" : trace[at].Text()));
      CutAt(at);
      if (at < trace.size()) {
        Count("crash points: event log, " + std::string(DiskOperationName(trace[at].kind)) + " " +
              FileKindText(trace[at].kind, trace[at].path));
      }
      LoseNames();
      if (HasFatalFailure()) return;
      for (const Damage& damage : Damages()) {
        DamageAndRecover(damage, at);
        if (HasFatalFailure()) return;
      }
      EXPECT_EQ(env_->misuse().total(), 0u);
    }
  }

  void DamageAndRecover(const Damage& damage, uint64_t at) {
    const bool random =
        damage.options.mode == CrashMode::kTearAndReorder || damage.options.lose_directory_entries;
    for (uint64_t draw = 0; draw < (random ? kDraws : 1); ++draw) {
      SCOPED_TRACE(std::string(damage.name) + ", draw " + std::to_string(draw));
      Damaged(damage, seed_ + at * 31 + draw);
      if ((seed_ + at + draw) % kRecoveriesApart == 0) DisturbRecovery(damage, at);
      if (HasFatalFailure()) return;
      ExpectRecovery();
      if (HasFatalFailure()) return;
    }
  }

  uint64_t seed_ = PrintedSeed(4711);
  std::unique_ptr<SimulatedEnv> env_;
  std::unique_ptr<EventRun> run_;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_P(EventLogPowerLoss, KeepsEveryAcknowledgedEventWhereverThePowerGoes) {
  Count("scripts: event log");
  ForEachRound(&seed_, [this] { Sweep(); });
}

INSTANTIATE_TEST_SUITE_P(Scripts, EventLogPowerLoss,
                         testing::Range(size_t{0}, EventScripts().size()),
                         [](const auto& script) { return EventScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
