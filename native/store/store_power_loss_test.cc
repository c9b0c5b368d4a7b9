// A power cut at every operation of every script, with every kind of damage: the store opens, holds
// a prefix of what was asked and all that was promised, and goes on; also when recovery itself is
// cut short or meets a failing disk. LEDGERSTONE_ROUNDS=n goes on with other seeds.
#include <gtest/gtest.h>

#include "testing/counts.h"
#include "testing/rounds.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

struct Damage {
  const char* name;
  CrashOptions options;
  Durability spared = Durability::kDisk;
};

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> damages = {
      {"drop unsynced", {0, CrashMode::kDropUnsynced, 4096, false}},
      {"tear 512", {0, CrashMode::kTearAndReorder, 512, false}},
      {"tear and reorder 4096", {0, CrashMode::kTearAndReorder, 4096, true}},
      {"lose directory entries", {0, CrashMode::kKeepAll, 4096, true}},
      {"kill the process", {0, CrashMode::kKeepAll, 4096, false}, Durability::kOs},
  };
  return damages;
}

constexpr uint64_t kDraws = 2;
constexpr uint64_t kRecoveriesApart = 11;
constexpr uint64_t kRecoveryStride = 5;

class StorePowerLoss : public testing::TestWithParam<size_t> {
 protected:
  // Every script together meets every phase; a part of them need not.
  static void TearDownTestSuite() {
    if (Counted("scripts: store") < StoreScripts().size()) return;
    for (const char* phase : {"append wal", "extend wal", "trim wal", "sync wal", "append manifest",
                              "sync manifest", "rename tmp", "append sst", "sync sst",
                              "sync-dir directory", "remove wal", "remove sst"}) {
      EXPECT_GT(Counted(std::string("crash points: store, ") + phase), 0u) << phase;
    }
  }

  const StoreScript& script() const { return StoreScripts().at(GetParam()); }

  // The operations of a whole run.
  std::vector<DiskOperation> Rehearse() {
    SimulatedEnv env(seed_);
    env.KeepTrace(true);
    ScriptRun run(&env, seed_);
    script().run(run);
    const std::vector<DiskOperation> trace = env.Trace();
    StoreState state;
    EXPECT_TRUE(run.world().ReadAll(&state).ok());
    EXPECT_EQ(state, run.history().Newest());
    return trace;
  }

  // What is on the disk and what was promised when the power goes at `operation`.
  void CutAt(uint64_t operation) {
    env_ = std::make_unique<SimulatedEnv>(seed_);
    run_ = std::make_unique<ScriptRun>(env_.get(), seed_);
    env_->SetFaultPlan(FaultPlan(Fault::CrashAt(operation)));
    script().run(*run_);
    run_->world().Kill();
    image_ = env_->Snapshot();
  }

  void Damaged(const Damage& damage, uint64_t seed) {
    env_->Restore(image_);
    CrashOptions options = damage.options;
    options.seed = seed;
    env_->Crash(options);
    Count(std::string("crash images: store, ") + damage.name);
  }

  // Opens, judges, writes on, closes, opens again.
  void ExpectRecovery(const Damage& damage) {
    StoreWorld world(env_.get(), seed_ + 1);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    StoreState state;
    ASSERT_TRUE(world.ReadAll(&state).ok());
    const uint64_t applied = world.store().report().applied;
    EXPECT_EQ(world.store().Applied(), applied);
    ASSERT_EQ(run_->history().Judge(state, applied, damage.spared), "");
    state["later"]["key"] = "value";
    ASSERT_TRUE(world.Put(world.Open("later"), "key", "value").ok());
    EXPECT_GT(world.store().VisibleSequence(), run_->seen_sequence());
    ASSERT_TRUE(world.Close().ok());
    ASSERT_TRUE(world.Open().ok());
    EXPECT_TRUE(world.store().report().clean_close);
    EXPECT_EQ(world.store().report().cut_bytes, 0u);
    StoreState again;
    ASSERT_TRUE(world.ReadAll(&again).ok());
    ASSERT_EQ(StoreStateText(again), StoreStateText(state));
    const Status verified = world.VerifyClean();
    ASSERT_TRUE(verified.ok()) << verified.ToString();
  }

  // Each name that was not durable yet is lost by itself, with all bytes kept.
  void LoseEachName() {
    env_->Restore(image_);
    const size_t changes = env_->unsynced_name_changes();
    for (size_t change = 0; change < changes; ++change) {
      SCOPED_TRACE("only name change " + std::to_string(change) + " is lost");
      CrashOptions options{0, CrashMode::kKeepAll, 4096, false};
      options.lose_name_change = change;
      const Damage damage{"lose one name", options, Durability::kDisk};
      Damaged(damage, seed_);
      ExpectRecovery(damage);
      if (HasFatalFailure()) return;
    }
  }

  // Recovery of the same damage again and again, each time with one fault at another operation;
  // `fault` makes it. The power is cut behind it.
  void DisturbRecovery(const Damage& damage, const char* name, uint64_t first,
                       const std::function<Fault(uint64_t)>& fault) {
    const SimulatedEnv::Image damaged = env_->Snapshot();
    for (uint64_t operation = first;; operation += kRecoveryStride) {
      env_->Restore(damaged);
      env_->SetFaultPlan(FaultPlan(fault(operation)));
      StoreWorld world(env_.get(), seed_ + 2);
      if (world.Open().ok() && env_->faults_fired() == 0 && !env_->dead()) break;
      world.Kill();
      CrashOptions options = damage.options;
      options.seed = seed_ + operation;
      env_->Crash(options);
      Count(std::string("recovery faults: store, ") + name);
      SCOPED_TRACE(std::string(name) + " at operation " + std::to_string(operation) +
                   " of recovery");
      ExpectRecovery(damage);
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
      const std::string where = at == trace.size() ? "the end" : trace[at].Text();
      SCOPED_TRACE(script().name + ", power cut at " + where);
      CutAt(at);
      if (at < trace.size()) {
        Count("crash points: store, " + std::string(DiskOperationName(trace[at].kind)) + " " +
              FileKindText(trace[at].kind, trace[at].path));
      }
      LoseEachName();
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
      ExpectRecovery(damage);
      if (HasFatalFailure()) return;
    }
  }

  uint64_t seed_ = PrintedSeed(20251);
  std::unique_ptr<SimulatedEnv> env_;
  std::unique_ptr<ScriptRun> run_;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_P(StorePowerLoss, KeepsEveryPromiseWhereverThePowerGoes) {
  Count("scripts: store");
  ForEachRound(&seed_, [this] { Sweep(); });
}

INSTANTIATE_TEST_SUITE_P(Scripts, StorePowerLoss, testing::Range(size_t{0}, StoreScripts().size()),
                         [](const auto& script) { return StoreScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
