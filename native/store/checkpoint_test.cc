// Checkpoints: what they hold, what they leave alone, and what a power cut or a failing operation
// anywhere in making one leaves behind.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "testing/counts.h"
#include "testing/seed.h"
#include "testing/store_copies.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

constexpr char kCopy[] = "/backups/copy";

// Two ordinary namespaces over several levels, a derived one, and a tail that is in no table.
void Fill(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("b");
  run.Create("d", true);
  for (int i = 0; i < 30; ++i) {
    run.Put(i % 3 == 0 ? "b" : "a", "key" + std::to_string(i % 17), std::string(300, 'x'));
  }
  run.Derived(7, {{"d", "sum", "1"}});
  run.Delete("a", "key1");
  run.Put("a", "os", "1", Durability::kOs);
  run.Put("b", "memory", "1", Durability::kMemory);
}

TEST(StoreCheckpoint, HoldsEverythingAcknowledgedAndNoLog) {
  SimulatedEnv env(3);
  ScriptRun run(&env, 3);
  Fill(run);
  CheckpointReport report;
  ASSERT_TRUE(run.world().store().Checkpoint(kCopy, &report).ok());
  EXPECT_GT(report.tables, 1u);
  EXPECT_EQ(report.copied_tables, 0u);
  EXPECT_EQ(report.applied, 7u);
  EXPECT_EQ(report.sequence, run.world().store().VisibleSequence());
  EXPECT_FALSE(ImageExists(env, std::string(kCopy) + ".partial"));
  for (const std::string& file : env.ListImages()) {
    EXPECT_FALSE(file.starts_with("/backups") && file.ends_with(".wal")) << file;
  }
  const CopyLook look = LookAtCopy(env, kCopy);
  ASSERT_TRUE(look.status.ok()) << look.status.ToString();
  EXPECT_EQ(StoreStateText(look.state), StoreStateText(run.history().Newest()));
  EXPECT_EQ(look.applied, 7u);
  EXPECT_EQ(look.sequence, report.sequence);
  EXPECT_GE(look.next_sequence, uint64_t{1} << 32) << "a copy gives out sequences of its own";
}

TEST(StoreCheckpoint, StaysAsItWasWhileTheOriginalGoesOn) {
  SimulatedEnv env(4);
  ScriptRun run(&env, 4);
  Fill(run);
  const StoreState then = run.history().Newest();
  CheckpointReport report;
  ASSERT_TRUE(run.world().store().Checkpoint(kCopy, &report).ok());
  for (int i = 0; i < 40; ++i) run.Put("a", "key" + std::to_string(i), std::string(300, 'y'));
  run.Drop("b");
  run.Compact();
  run.world().scheduler().RunAll();
  const CopyLook copy = LookAtCopy(env, kCopy);
  ASSERT_TRUE(copy.status.ok()) << copy.status.ToString();
  EXPECT_EQ(StoreStateText(copy.state), StoreStateText(then));
  StoreState now;
  ASSERT_TRUE(run.world().ReadAll(&now).ok());
  EXPECT_EQ(StoreStateText(now), StoreStateText(run.history().Newest()));
}

TEST(StoreCheckpoint, HoldsAPrefixOfWhatIsWrittenMeanwhile) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SimulatedEnv env(seed);
    ScriptRun run(&env, seed);
    Fill(run);
    for (int i = 0; i < 25; ++i) {
      const auto durability = static_cast<Durability>(i % 3);
      run.Queue({{"a", "n" + std::to_string(i), std::string(200, 'z')}, {"b", "n", "1"}},
                durability);
      if (i % 4 == 0) run.world().scheduler().RunOne();
    }
    const size_t acknowledged_least = run.history().size();
    ASSERT_GT(acknowledged_least, 0u);
    const StoreHistory before = run.history();
    CheckpointReport report;
    ASSERT_TRUE(run.world().store().Checkpoint(kCopy, &report).ok());
    const CopyLook look = LookAtCopy(env, kCopy);
    ASSERT_TRUE(look.status.ok()) << look.status.ToString();
    EXPECT_EQ(before.Judge(look.state, look.applied, Durability::kMemory), "");
    run.Settle();
  }
}

TEST(StoreCheckpoint, RefusesATargetThatHoldsSomethingAndTakesAnEmptyOne) {
  SimulatedEnv env(6);
  ScriptRun run(&env, 6);
  Fill(run);
  CheckpointReport report;
  ASSERT_TRUE(env.CreateDirectory(kCopy).ok());
  ASSERT_TRUE(run.world().store().Checkpoint(std::string(kCopy) + "/", &report).ok());
  const Status again = run.world().store().Checkpoint(kCopy, &report);
  EXPECT_TRUE(again.Is(StatusCode::kInvalidArgument)) << again.ToString();
  EXPECT_NE(again.message().find("is not empty"), std::string::npos);
  const Status itself = run.world().store().Checkpoint(StoreWorld::kPath, &report);
  EXPECT_TRUE(itself.Is(StatusCode::kInvalidArgument)) << itself.ToString();
  ASSERT_TRUE(env.CreateDirectory("/other.partial").ok());
  env.WriteImage("/other.partial/notes.txt", "mine");
  EXPECT_TRUE(run.world().store().Checkpoint("/other", &report).Is(StatusCode::kInvalidArgument));
  EXPECT_EQ(env.ReadImage("/other.partial/notes.txt"), "mine");
  EXPECT_TRUE(LookAtCopy(env, kCopy).status.ok());
}

TEST(StoreCheckpoint, IsRefusedByAClosedStore) {
  SimulatedEnv env(6);
  ScriptRun run(&env, 6);
  Fill(run);
  CheckpointReport report;
  ASSERT_TRUE(run.world().store().Close().ok());
  EXPECT_TRUE(run.world().store().Checkpoint(kCopy, &report).Is(StatusCode::kClosed));
  EXPECT_FALSE(ImageExists(env, "/backups"));
}

TEST(StoreCheckpoint, CopiesWhereLinksAreRefusedAndChecksWhatItCopies) {
  SimulatedEnv env(8);
  ScriptRun run(&env, 8);
  Fill(run);
  run.Compact();
  Fault refused;
  refused.only_kind = DiskOperationKind::kLink;
  refused.from_then_on = true;
  env.SetFaultPlan(FaultPlan(refused));
  CheckpointReport report;
  ASSERT_TRUE(run.world().store().Checkpoint(kCopy, &report).ok());
  EXPECT_EQ(report.copied_tables, report.tables);
  const CopyLook look = LookAtCopy(env, kCopy);
  ASSERT_TRUE(look.status.ok()) << look.status.ToString();
  EXPECT_EQ(StoreStateText(look.state), StoreStateText(run.history().Newest()));

  std::string table;
  for (const std::string& file : env.ListImages()) {
    if (file.starts_with("/store/") && file.ends_with(".sst")) table = file;
  }
  env.CorruptByte(table, 100, 1);
  const Status damaged = run.world().store().Checkpoint("/second", &report);
  EXPECT_TRUE(damaged.Is(StatusCode::kCorruption)) << damaged.ToString();
  EXPECT_EQ("/store/" + damaged.place().file, table);
  EXPECT_FALSE(ImageExists(env, "/second"));
  EXPECT_FALSE(ImageExists(env, "/second.partial"));
}

// What is on the disk when making a checkpoint is stopped at one of its operations.
class Interrupted {
 public:
  explicit Interrupted(uint64_t seed) : env_(seed), run_(&env_, seed) {
    Fill(run_);
    run_.world().scheduler().RunAll();
  }

  std::vector<DiskOperation> Rehearse() {
    env_.KeepTrace(true);
    EXPECT_TRUE(run_.world().store().Checkpoint(kCopy, &report_).ok());
    return env_.Trace();
  }
  Status Make(const Fault& fault) {
    env_.SetFaultPlan(FaultPlan(fault));
    return run_.world().store().Checkpoint(kCopy, &report_);
  }
  SimulatedEnv& env() { return env_; }
  ScriptRun& run() { return run_; }

 private:
  SimulatedEnv env_;
  ScriptRun run_;
  CheckpointReport report_;
};

void ExpectOriginalWholeAndCopyWholeOrAbsent(const SimulatedEnv& env, const ScriptRun& run,
                                             Durability spared) {
  const CopyLook original = LookAtCopy(env, StoreWorld::kPath);
  ASSERT_TRUE(original.status.ok()) << original.status.ToString();
  ASSERT_EQ(run.history().Judge(original.state, original.applied, spared), "");
  if (!ImageExists(env, kCopy)) return;
  const CopyLook copy = LookAtCopy(env, kCopy);
  ASSERT_TRUE(copy.status.ok()) << copy.status.ToString();
  ASSERT_EQ(StoreStateText(copy.state), StoreStateText(run.history().Newest()));
}

TEST(StoreCheckpoint, IsWholeOrAbsentWhereverThePowerGoes) {
  const uint64_t seed = PrintedSeed(31);
  const std::vector<CrashOptions> damages = {{0, CrashMode::kDropUnsynced, 4096, false},
                                             {0, CrashMode::kDropUnsynced, 4096, true},
                                             {0, CrashMode::kTearAndReorder, 512, true},
                                             {0, CrashMode::kKeepAll, 4096, true},
                                             {0, CrashMode::kKeepAll, 4096, false}};
  const std::vector<DiskOperation> trace = Interrupted(seed).Rehearse();
  size_t there = 0;
  for (uint64_t at = 0; at < trace.size(); ++at) {
    if (!ChangesDisk(trace[at].kind)) continue;
    SCOPED_TRACE("power cut at " + trace[at].Text());
    Interrupted made(seed);
    EXPECT_FALSE(made.Make(Fault::CrashAt(at)).ok());
    made.run().world().Kill();
    const SimulatedEnv::Image image = made.env().Snapshot();
    for (CrashOptions damage : damages) {
      damage.seed = seed + at;
      made.env().Restore(image);
      made.env().Crash(damage);
      Count("crash images: checkpoint");
      const bool killed = damage.mode == CrashMode::kKeepAll && !damage.lose_directory_entries;
      ExpectOriginalWholeAndCopyWholeOrAbsent(made.env(), made.run(),
                                              killed ? Durability::kOs : Durability::kDisk);
      if (testing::Test::HasFatalFailure()) return;
      if (ImageExists(made.env(), kCopy)) {
        ++there;
        continue;
      }
      StoreWorld again(&made.env(), seed + 1);
      ASSERT_TRUE(again.Open().ok());
      CheckpointReport report;
      const Status status = again.store().Checkpoint(kCopy, &report);
      ASSERT_TRUE(status.ok()) << status.ToString();
      EXPECT_FALSE(ImageExists(made.env(), std::string(kCopy) + ".partial"));
      EXPECT_TRUE(LookAtCopy(made.env(), kCopy).status.ok());
    }
  }
  EXPECT_GT(there, 0u) << "no cut came after the rename";
}

TEST(StoreCheckpoint, FailsWholeAndLeavesTheStoreUsableWhateverFails) {
  const uint64_t seed = PrintedSeed(32);
  const size_t count = Interrupted(seed).Rehearse().size();
  size_t failed = 0;
  for (const FaultKind kind : {FaultKind::kIoError, FaultKind::kNoSpace}) {
    for (const bool partly : {false, true}) {
      for (uint64_t at = 0; at < count; ++at) {
        SCOPED_TRACE("operation " + std::to_string(at) + (partly ? " half done" : " refused"));
        Interrupted made(seed);
        Fault fault;
        fault.operation = at;
        fault.kind = kind;
        fault.partly = partly;
        const Status status = made.Make(fault);
        made.env().SetFaultPlan(FaultPlan());
        ASSERT_EQ(made.env().misuse().total(), 0u);
        Count("I/O errors: checkpoint");
        if (status.ok()) {
          EXPECT_TRUE(ImageExists(made.env(), kCopy));
        } else {
          ++failed;
        }
        (void)made.run().world().Close();
        ExpectOriginalWholeAndCopyWholeOrAbsent(made.env(), made.run(), Durability::kOs);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(failed, count);
}

// On the real system, with writers, flushes and compactions going on.
TEST(ThreadedStoreCheckpoint, HoldsAPrefixWhileTablesAreCompactedAway) {
  std::string name = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
  const std::string directory = ::mkdtemp(name.data());
  StoreOptions options = TinyStoreOptions();
  std::unique_ptr<Store> store;
  ASSERT_TRUE(Store::Open(options, directory + "/store", &store).ok());
  NamespaceId left = 0;
  NamespaceId right = 0;
  ASSERT_TRUE(store->OpenNamespace("left", {}, &left).ok());
  ASSERT_TRUE(store->OpenNamespace("right", {}, &right).ok());
  std::atomic<uint64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (uint64_t i = 1; !stop.load(); ++i) {
      WriteBatch batch;
      batch.Put(left, "count", std::to_string(i));
      batch.Put(right, "count", std::to_string(i));
      batch.Put(left, "key" + std::to_string(i % 97), std::string(400, 'v'));
      ASSERT_TRUE(store->Write(batch, {.durability = Durability::kOs, .applied = {}}).ok());
      acknowledged.store(i);
    }
  });
  for (int round = 0; round < 8; ++round) {
    const uint64_t least = acknowledged.load();
    const std::string copy = directory + "/copy" + std::to_string(round);
    CheckpointReport report;
    const Status made = store->Checkpoint(copy, &report);
    ASSERT_TRUE(made.ok()) << made.ToString();
    std::unique_ptr<Store> opened;
    const Status status = Store::Open(options, copy, &opened);
    ASSERT_TRUE(status.ok()) << status.ToString();
    if (least == 0) continue;
    PinnedValue a;
    PinnedValue b;
    Presence presence = Presence::kAbsent;
    ASSERT_TRUE(opened->Get(left, "count", {}, &presence, &a).ok());
    ASSERT_TRUE(opened->Get(right, "count", {}, &presence, &b).ok());
    EXPECT_EQ(a.value(), b.value());
    EXPECT_GE(std::stoull(std::string(a.value())), least);
    std::vector<Finding> findings;
    ASSERT_TRUE(opened->Verify(&findings).ok());
    EXPECT_TRUE(findings.empty());
    a.Reset();
    b.Reset();
  }
  stop.store(true);
  writer.join();
  EXPECT_TRUE(store->Close().ok());
  store.reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace ledgerstone
