// Faults, traces, images and the controls of the simulated environment; crashes are in
// simulated_crash_test.cc.
#include "env/simulated_env.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

namespace ledgerstone {
namespace {

class SimulatedEnvTest : public testing::Test {
 protected:
  SimulatedEnvTest() { EXPECT_TRUE(env_.CreateDirectory("/db").ok()); }

  std::unique_ptr<WritableFile> Create(const std::string& name) {
    std::unique_ptr<WritableFile> file;
    EXPECT_TRUE(env_.NewWritableFile("/db/" + name, WriteMode::kCreate, &file).ok());
    return file;
  }
  std::string Image(const std::string& name) const {
    return env_.ReadImage("/db/" + name).value_or("(absent)");
  }

  SimulatedEnv env_;
};

TEST_F(SimulatedEnvTest, TellsEachOperationByNumber) {
  env_.Restore(env_.Snapshot());
  env_.KeepTrace(true);
  auto file = Create("000002.wal");
  const std::array<Slice, 2> pieces = {"abc", "defg"};
  ASSERT_TRUE(file->Append(pieces).ok());
  ASSERT_TRUE(file->Extend(4096).ok());
  file->StartWriteback();
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Trim().ok());
  ASSERT_TRUE(file->Close().ok());
  ASSERT_TRUE(env_.RenameFile("/db/000002.wal", "/db/000003.wal").ok());
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  std::string text;
  for (const DiskOperation& operation : env_.Trace()) text += operation.Text() + "\n";
  EXPECT_EQ(text,
            "0 create 000002.wal\n"
            "1 append 000002.wal 7\n"
            "2 extend 000002.wal 4096\n"
            "3 writeback 000002.wal\n"
            "4 sync 000002.wal\n"
            "5 trim 000002.wal\n"
            "6 close 000002.wal\n"
            "7 rename 000002.wal\n"
            "8 sync-dir db\n");
  EXPECT_EQ(env_.operation_count(), 9u);
  EXPECT_EQ(FileKindText(DiskOperationKind::kSync, "/db/000002.wal"), "wal");
  EXPECT_EQ(FileKindText(DiskOperationKind::kRename, "/db/CURRENT"), "CURRENT");
  EXPECT_EQ(FileKindText(DiskOperationKind::kSyncDirectory, "/db.d"), "directory");
}

TEST_F(SimulatedEnvTest, EveryOperationCanBeMadeToFailOnceAndForEver) {
  const auto script = [](SimulatedEnv* env) {
    std::vector<bool> outcomes;
    std::unique_ptr<WritableFile> file;
    std::unique_ptr<RandomAccessFile> reader;
    std::unique_ptr<DirectoryLock> lock;
    std::vector<std::string> names;
    bool exists = false;
    uint64_t size = 0;
    char byte = 0;
    size_t read = 0;
    outcomes.push_back(env->LockDirectory("/db", "LOCK", &lock).ok());
    outcomes.push_back(env->FileExists("/db/seed", &exists).ok());
    outcomes.push_back(env->FileSize("/db/seed", &size).ok());
    outcomes.push_back(env->ListDirectory("/db", &names).ok());
    outcomes.push_back(env->NewRandomAccessFile("/db/seed", &reader).ok());
    if (reader) outcomes.push_back(reader->Read(0, 1, &byte, &read).ok());
    outcomes.push_back(env->LinkFile("/db/seed", "/db/link").ok());
    outcomes.push_back(env->TruncateFile("/db/seed", 1).ok());
    outcomes.push_back(env->CreateDirectory("/db/sub").ok());
    outcomes.push_back(env->SyncDirectory("/db").ok());
    outcomes.push_back(env->NewWritableFile("/db/seed", WriteMode::kAppend, &file).ok());
    if (!file) return outcomes;
    outcomes.push_back(file->Append("x").ok());
    outcomes.push_back(file->Extend(10).ok());
    outcomes.push_back(file->Trim().ok());
    outcomes.push_back(file->Sync().ok());
    outcomes.push_back(file->Close().ok());
    return outcomes;
  };
  env_.WriteImage("/db/seed", "seed");
  const SimulatedEnv::Image start = env_.Snapshot();
  env_.Restore(start);
  const std::vector<bool> clean = script(&env_);
  const uint64_t operations = env_.operation_count();
  ASSERT_EQ(clean, std::vector<bool>(operations, true));
  for (uint64_t n = 0; n < operations; ++n) {
    env_.Restore(start);
    env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(n)));
    const std::vector<bool> once = script(&env_);
    EXPECT_EQ(env_.faults_fired(), 1u);
    EXPECT_EQ(std::count(once.begin(), once.end(), false), 1) << n;
    ASSERT_LT(n, once.size());
    EXPECT_FALSE(once[n]) << n;

    env_.Restore(start);
    Fault fault = Fault::ErrorAt(n);
    fault.from_then_on = true;
    env_.SetFaultPlan(FaultPlan(fault));
    const std::vector<bool> forever = script(&env_);
    EXPECT_EQ(static_cast<uint64_t>(std::count(forever.begin(), forever.end(), true)), n);
  }
}

TEST_F(SimulatedEnvTest, AFaultPicksByKindOfOperationAndOfFile) {
  Fault fault;
  fault.operation = 1;
  fault.kind = FaultKind::kNoSpace;
  fault.only_kind = DiskOperationKind::kSync;
  fault.only_file_kind = "wal";
  env_.SetFaultPlan(FaultPlan(fault));
  auto log = Create("1.wal");
  auto table = Create("2.sst");
  EXPECT_TRUE(log->Sync().ok());
  EXPECT_TRUE(table->Sync().ok());
  EXPECT_TRUE(table->Sync().ok());
  EXPECT_TRUE(log->Sync().Is(StatusCode::kNoSpace));
  EXPECT_EQ(env_.faults_fired(), 1u);
}

TEST_F(SimulatedEnvTest, AShortAppendWritesTheFirstBytesOverPieces) {
  for (uint64_t bytes = 0; bytes <= 7; ++bytes) {
    const std::string name = std::to_string(bytes);
    auto file = Create(name);
    Fault fault;
    fault.kind = FaultKind::kNoSpace;
    fault.partly = true;
    fault.bytes = bytes;
    env_.SetFaultPlan(FaultPlan(fault));
    const std::array<Slice, 3> pieces = {"abc", "", "defg"};
    EXPECT_TRUE(file->Append(pieces).Is(StatusCode::kNoSpace));
    EXPECT_EQ(Image(name), std::string("abcdefg").substr(0, bytes));
    EXPECT_EQ(file->Size(), 0u);
  }
}

TEST_F(SimulatedEnvTest, AFailedAppendWithoutPartWritesNothing) {
  auto file = Create("a");
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  EXPECT_EQ(file->Append("abc").error_number(), EIO);
  EXPECT_EQ(Image("a"), "");
}

TEST_F(SimulatedEnvTest, APartlyDoneRenameHappensAndIsReportedAsFailed) {
  env_.WriteImage("/db/a", "A");
  Fault fault = Fault::ErrorAt(0);
  fault.partly = true;
  env_.SetFaultPlan(FaultPlan(fault));
  EXPECT_FALSE(env_.RenameFile("/db/a", "/db/b").ok());
  EXPECT_EQ(Image("b"), "A");
  EXPECT_EQ(Image("a"), "(absent)");
}

TEST_F(SimulatedEnvTest, AfterAPlannedCrashEveryCallFailsUntilTheReopen) {
  auto file = Create("a");
  std::unique_ptr<DirectoryLock> lock;
  ASSERT_TRUE(env_.LockDirectory("/db", "LOCK", &lock).ok());
  env_.SetFaultPlan(FaultPlan(Fault::CrashAt(1)));
  ASSERT_TRUE(file->Append("first").ok());
  EXPECT_FALSE(env_.dead());
  EXPECT_TRUE(file->Append("second").Is(StatusCode::kIoError));
  EXPECT_TRUE(env_.dead());
  const uint64_t operations = env_.operation_count();
  bool exists = false;
  EXPECT_TRUE(env_.FileExists("/db/a", &exists).Is(StatusCode::kIoError));
  EXPECT_TRUE(file->Sync().Is(StatusCode::kIoError));
  EXPECT_TRUE(env_.SyncDirectory("/db").Is(StatusCode::kIoError));
  EXPECT_EQ(env_.operation_count(), operations) << "a dead process does nothing";

  env_.Crash({.mode = CrashMode::kKeepAll, .lose_directory_entries = false});
  EXPECT_FALSE(env_.dead());
  EXPECT_EQ(Image("a"), "first");
  EXPECT_TRUE(file->Append("ghost").Is(StatusCode::kIoError));
  EXPECT_FALSE(file->Close().ok());
  EXPECT_EQ(Image("a"), "first");
  std::unique_ptr<DirectoryLock> next;
  EXPECT_TRUE(env_.LockDirectory("/db", "LOCK", &next).ok()) << "locks die with their process";
  lock.reset();
  std::unique_ptr<DirectoryLock> third;
  EXPECT_TRUE(env_.LockDirectory("/db", "LOCK", &third).Is(StatusCode::kLocked))
      << "a stale lock must not let go of the new owner's";
}

TEST_F(SimulatedEnvTest, CountsWhatACallerMustNotDo) {
  auto file = Create("a");
  EXPECT_EQ(env_.misuse().total(), 0u);
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  ASSERT_FALSE(file->Append("x").ok());
  EXPECT_EQ(env_.misuse().total(), 0u);
  ASSERT_TRUE(file->Append("x").ok());
  EXPECT_EQ(env_.misuse().append_after_failed_append, 1u);
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(env_.misuse().sync_after_failed_append, 1u);

  auto other = Create("b");
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  ASSERT_FALSE(other->Sync().ok());
  ASSERT_TRUE(other->Sync().ok());
  ASSERT_TRUE(other->Append("x").ok());
  EXPECT_EQ(env_.misuse().sync_after_failed_sync, 1u);
  EXPECT_EQ(env_.misuse().append_after_failed_sync, 1u);
  EXPECT_EQ(env_.misuse().total(), 4u);
}

TEST_F(SimulatedEnvTest, AnImageGoesBackInEverythingThatACallerSees) {
  auto file = Create("a");
  ASSERT_TRUE(file->Append("base").ok());
  const SimulatedEnv::Image image = env_.Snapshot();
  const auto clone = env_.Clone();
  const auto run = [](SimulatedEnv* env) {
    std::unique_ptr<WritableFile> again;
    EXPECT_TRUE(env->NewWritableFile("/db/a", WriteMode::kAppend, &again).ok());
    std::string chance(8, '\0');
    env->RandomBytes(chance.data(), chance.size());
    EXPECT_TRUE(again->Append(chance).ok());
    EXPECT_TRUE(env->RenameFile("/db/a", "/db/b").ok());
    return *env->ReadImage("/db/b") + "@" + std::to_string(env->NowMicros());
  };
  const std::string first = run(&env_);
  EXPECT_EQ(Image("a"), "(absent)");
  env_.Restore(image);
  EXPECT_EQ(Image("a"), "base") << "an image must not change with the disk it came from";
  EXPECT_EQ(env_.operation_count(), 0u);
  EXPECT_FALSE(file->Append("ghost").ok());
  EXPECT_EQ(run(&env_), first);
  EXPECT_EQ(run(clone.get()), first);
}

TEST_F(SimulatedEnvTest, TestsReachBehindTheEngine) {
  const uint64_t operations = env_.operation_count();
  env_.WriteImage("/db/a", "abc");
  env_.CorruptByte("/db/a", 1, 0x03);
  EXPECT_EQ(Image("a"), "aac");
  EXPECT_EQ(env_.ListImages(), std::vector<std::string>{"/db/a"});
  EXPECT_EQ(env_.UnsyncedBytes("/db/a"), 0u);
  env_.Crash({.mode = CrashMode::kDropUnsynced});
  EXPECT_EQ(Image("a"), "aac") << "what a test writes is durable";
  env_.RemoveImage("/db/a");
  env_.Crash({.mode = CrashMode::kDropUnsynced});
  EXPECT_EQ(Image("a"), "(absent)");
  EXPECT_EQ(env_.operation_count(), operations);
}

TEST_F(SimulatedEnvTest, TheClockIsSetByTheTest) {
  env_.SetClock(500);
  EXPECT_EQ(env_.NowMicros(), 500u);
  EXPECT_EQ(env_.NowMicros(), 501u);
  env_.AdvanceClock(1000);
  EXPECT_EQ(env_.NowMicros(), 1502u);
}

TEST_F(SimulatedEnvTest, CountsPagesNotGivenBack) {
  char* pages = env_.AllocatePages(8192);
  EXPECT_EQ(env_.live_page_bytes(), 8192u);
  env_.ReleasePages(pages, 8192);
  EXPECT_EQ(env_.live_page_bytes(), 0u);
}

TEST(ThreadedSimulatedEnv, ManyThreadsMayCallAtOnce) {
  SimulatedEnv env;
  ASSERT_TRUE(env.CreateDirectory("/db").ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&env, i] {
      std::unique_ptr<WritableFile> file;
      const std::string path = "/db/" + std::to_string(i);
      ASSERT_TRUE(env.NewWritableFile(path, WriteMode::kCreate, &file).ok());
      for (int n = 0; n < 200; ++n) {
        ASSERT_TRUE(file->Append("x").ok());
        if (n % 10 == 0) {
          ASSERT_TRUE(env.SyncDirectory("/db").ok());
        }
      }
      ASSERT_TRUE(file->Sync().ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(env.ListImages().size(), 4u);
  EXPECT_EQ(env.ReadImage("/db/3")->size(), 200u);
}

}  // namespace
}  // namespace ledgerstone
