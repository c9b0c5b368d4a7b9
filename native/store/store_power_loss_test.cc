// A power cut at every operation of every script, with every kind of damage: the store opens, holds
// a prefix of what was asked and all that was promised, and goes on. LEDGERSTONE_LONG=1 for more
// seeds.
#include <gtest/gtest.h>

#include "testing/seed.h"
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

bool Long() { return std::getenv("LEDGERSTONE_LONG") != nullptr; }

std::map<std::string, uint64_t>& Counts() {
  static std::map<std::string, uint64_t> counts;
  return counts;
}

class StorePowerLoss : public testing::TestWithParam<size_t> {
 protected:
  // Every script together meets every phase; a part of them need not.
  static void TearDownTestSuite() {
    for (const auto& [what, count] : Counts()) {
      std::printf("  %6llu  %s\n", static_cast<unsigned long long>(count), what.c_str());
    }
    if (Counts()["scripts"] < StoreScripts().size()) return;
    for (const char* phase : {"append wal", "extend wal", "trim wal", "sync wal", "append manifest",
                              "sync manifest", "rename tmp", "append sst", "sync sst",
                              "sync-dir directory", "remove wal", "remove sst"}) {
      EXPECT_GT(Counts()[std::string("phase ") + phase], 0u) << phase;
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
    ++Counts()[damage.name];
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

  // Cuts the power again while the store recovers, at some of the operations that takes.
  void CutRecovery(const Damage& damage, uint64_t seed) {
    const SimulatedEnv::Image damaged = env_->Snapshot();
    const uint64_t first = seed % 5;
    for (uint64_t operation = first;; operation += 5) {
      env_->Restore(damaged);
      env_->SetFaultPlan(FaultPlan(Fault::CrashAt(operation)));
      StoreWorld world(env_.get(), seed_ + 2);
      if (world.Open().ok() && !env_->dead()) break;
      world.Kill();
      CrashOptions options = damage.options;
      options.seed = seed + operation;
      env_->Crash(options);
      ++Counts()["recovery cut again"];
      SCOPED_TRACE("and again at operation " + std::to_string(operation) + " of recovery");
      ExpectRecovery(damage);
      if (HasFatalFailure()) return;
    }
  }

  const uint64_t seed_ = PrintedSeed(20251);
  std::unique_ptr<SimulatedEnv> env_;
  std::unique_ptr<ScriptRun> run_;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_P(StorePowerLoss, KeepsEveryPromiseWhereverThePowerGoes) {
  const std::vector<DiskOperation> trace = Rehearse();
  ++Counts()["scripts"];
  for (uint64_t at = 0; at <= trace.size(); ++at) {
    if (at < trace.size() && !ChangesDisk(trace[at].kind)) continue;
    const std::string where = at == trace.size() ? "the end" : trace[at].Text();
    SCOPED_TRACE(script().name + ", power cut at " + where);
    CutAt(at);
    if (at < trace.size()) {
      ++Counts()["phase " + std::string(DiskOperationName(trace[at].kind)) + " " +
                 FileKindText(trace[at].kind, trace[at].path)];
    }
    LoseEachName();
    if (HasFatalFailure()) return;
    for (const Damage& damage : Damages()) {
      const bool random = damage.options.mode == CrashMode::kTearAndReorder ||
                          damage.options.lose_directory_entries;
      for (uint64_t draw = 0; draw < (random ? (Long() ? 8 : 2) : 1); ++draw) {
        SCOPED_TRACE(std::string(damage.name) + ", draw " + std::to_string(draw));
        Damaged(damage, seed_ + at * 31 + draw);
        if ((at + draw) % 11 == 0) {
          CutRecovery(damage, seed_ + at);
          if (HasFatalFailure()) return;
          Damaged(damage, seed_ + at * 31 + draw);
        }
        ExpectRecovery(damage);
        if (HasFatalFailure()) return;
      }
    }
    EXPECT_EQ(env_->misuse().total(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Scripts, StorePowerLoss, testing::Range(size_t{0}, StoreScripts().size()),
                         [](const auto& script) { return StoreScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
