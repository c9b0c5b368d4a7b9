// The feed and the past of a store, case by case; histories are store_changes_model_test.cc's.
#include <gtest/gtest.h>

#include "testing/change_log.h"
#include "testing/store_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

StoreOptions Retaining(uint64_t bytes = 1 << 20) {
  StoreOptions options = TinyStoreOptions();
  options.retention.bytes = bytes;
  return options;
}

class StoreChanges : public testing::Test {
 protected:
  void Open() {
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    id_ = world_.Open("a");
  }
  void Reopen(RetentionOptions retention) {
    ASSERT_TRUE(world_.Close().ok());
    world_.options().retention = retention;
    Open();
  }
  void Put(int from, int to, Durability durability = Durability::kDisk) {
    for (int i = from; i < to; ++i)
      ASSERT_TRUE(world_.Put(id_, "k" + std::to_string(i % 3), std::to_string(i), durability).ok());
  }
  void PutAndFlush(int from, int to) {
    Put(from, to);
    ASSERT_TRUE(world_.Flush().ok());
  }
  std::string After(uint64_t after, bool durable = false) {
    std::vector<GivenBatch> batches;
    const Status status = ReadChangesAfter(&world_.store(), after, durable, &batches);
    return status.ok() ? SequencesText(batches) : std::string(StatusCodeName(status.code()));
  }
  std::string ValueAt(uint64_t sequence, const std::string& key) {
    uint64_t snapshot = 0;
    const Status status = world_.store().TakeSnapshotAt(sequence, &snapshot);
    if (!status.ok()) return std::string(StatusCodeName(status.code()));
    const std::string value = world_.Get(id_, key, snapshot).value_or("absent");
    EXPECT_TRUE(world_.store().ReleaseSnapshot(snapshot));
    return value;
  }
  std::vector<uint64_t> Logs() {
    std::vector<uint64_t> logs;
    for (const std::string& path : env_.ListImages()) {
      uint64_t number = 0;
      if (ParseFileName(path.substr(path.rfind('/') + 1), &number) == StoreFile::kLog)
        logs.push_back(number);
    }
    return logs;
  }

  SimulatedEnv env_;
  StoreWorld world_{&env_, 1, Retaining()};
  NamespaceId id_ = 0;
};

TEST_F(StoreChanges, KeepsFlushedSegmentsAndReplaysThemAfterReopening) {
  Open();
  PutAndFlush(0, 4);
  PutAndFlush(4, 6);
  EXPECT_EQ(After(0), "1 2 3 4 5 6 7");
  EXPECT_EQ(Logs().size(), 3u);
  Reopen({.bytes = 1 << 20});
  EXPECT_EQ(world_.store().Floor(), 0u);
  EXPECT_EQ(After(0), "1 2 3 4 5 6 7");
  EXPECT_EQ(After(5), "6 7");
  EXPECT_EQ(ValueAt(3, "k1"), "1");
  EXPECT_EQ(ValueAt(5, "k0"), "3");
  EXPECT_EQ(ValueAt(1, "k0"), "absent");
  EXPECT_EQ(ValueAt(8, "k0"), "INVALID_ARGUMENT");
}

TEST_F(StoreChanges, WithoutRetentionTheFlushTakesSegmentsAndVersionsAway) {
  world_.options().retention = {};
  Open();
  Put(0, 4);
  EXPECT_EQ(After(0), "1 2 3 4 5");
  EXPECT_EQ(ValueAt(3, "k1"), "NOT_RETAINED");
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(world_.store().Floor(), 5u);
  EXPECT_EQ(After(0), "NOT_RETAINED");
  EXPECT_EQ(After(5), "");
  EXPECT_EQ(After(6), "INVALID_ARGUMENT");
  EXPECT_EQ(ValueAt(5, "k0"), "3");
  EXPECT_EQ(Logs().size(), 1u);
}

TEST_F(StoreChanges, RetentionThatIsRaisedActsFromThenOn) {
  Open();
  PutAndFlush(0, 4);
  Reopen({.bytes = 10});
  EXPECT_EQ(world_.store().Floor(), 5u);
  EXPECT_EQ(After(0), "NOT_RETAINED");
  Reopen({.bytes = 1 << 20});
  EXPECT_EQ(world_.store().Floor(), 5u);
  PutAndFlush(4, 6);
  EXPECT_EQ(After(5), "6 7");
  Reopen({});
  EXPECT_EQ(After(6), "NOT_RETAINED");
  EXPECT_EQ(Logs().size(), 1u);
  Reopen({.bytes = 1 << 20});
  EXPECT_EQ(world_.store().Floor(), 7u);
  EXPECT_EQ(ValueAt(6, "k0"), "NOT_RETAINED");
}

TEST_F(StoreChanges, AgeCountsFromTheFlush) {
  world_.options().retention = {.age_millis = 1000};
  Open();
  PutAndFlush(0, 2);
  env_.SetWallMillis(env_.WallMillis() + 1000);
  PutAndFlush(2, 4);
  EXPECT_EQ(world_.store().Floor(), 0u);
  env_.SetWallMillis(env_.WallMillis() + 1);
  PutAndFlush(4, 5);
  EXPECT_EQ(world_.store().Floor(), 3u);
  EXPECT_EQ(After(3), "4 5 6");
}

TEST_F(StoreChanges, AGroupShowsTheBatchesOfItsWriters) {
  Open();
  size_t waiting = 4;
  for (int i = 0; i < 4; ++i) {
    WriteBatch batch;
    for (int entry = 0; entry <= i; ++entry) batch.Put(id_, "k" + std::to_string(entry), "v");
    world_.store().Write(batch.bytes(), batch.count(),
                         {.durability = Durability::kOs, .applied = {}},
                         [&](const Status&) { --waiting; });
  }
  const uint64_t records = env_.operation_count();
  world_.scheduler().WaitUntil([&] { return waiting == 0; });
  EXPECT_LT(env_.operation_count() - records, 4u) << "not one group";
  EXPECT_EQ(After(0), "1 2 3-4 5-7 8-11");
  ASSERT_TRUE(world_.Close().ok());
  Open();
  EXPECT_EQ(After(2), "3-4 5-7 8-11");
  EXPECT_EQ(world_.Get(id_, "k3"), "v");
}

TEST_F(StoreChanges, ADurableReaderSeesOnlyWhatIsSynced) {
  Open();
  Put(0, 1);
  Put(1, 3, Durability::kOs);
  EXPECT_EQ(After(0), "1 2 3 4");
  EXPECT_EQ(After(0, true), "1 2");
  Put(3, 4);
  EXPECT_EQ(After(0, true), "1 2 3 4 5");
  Put(4, 5, Durability::kMemory);
  EXPECT_EQ(After(0, true), "1 2 3 4 5");
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(After(0, true), "1 2 3 4 5 6");
}

TEST_F(StoreChanges, AWaitingReaderIsToldOnceThereIsMore) {
  Open();
  std::unique_ptr<ChangeReader> reader;
  const uint64_t newest = world_.store().VisibleSequence();
  ASSERT_TRUE(world_.store().NewChangeReader({.after = newest}, &reader).ok());
  int told = 0;
  reader->Wait(newest, [&] { ++told; });
  EXPECT_EQ(told, 0);
  Put(0, 2);
  EXPECT_EQ(told, 1);
  std::vector<GivenBatch> batches;
  uint64_t through = 0;
  ASSERT_TRUE(ReadChanges(reader.get(), 100, &batches, &through).ok());
  EXPECT_EQ(through, world_.store().VisibleSequence());
  reader->Wait(through, [&] { ++told; });
  ASSERT_TRUE(world_.store().Close().ok());
  EXPECT_EQ(told, 2);
  EXPECT_TRUE(ReadChanges(reader.get(), 100, &batches).Is(StatusCode::kClosed));
  reader.reset();
}

TEST_F(StoreChanges, AReaderThatRetentionPassedIsTold) {
  world_.options().retention = {.bytes = 1500};
  Open();
  Put(0, 3);
  std::unique_ptr<ChangeReader> reader;
  ASSERT_TRUE(world_.store().NewChangeReader({.after = 0}, &reader).ok());
  for (int i = 0; i < 6; ++i) PutAndFlush(10 * i, 10 * i + 10);
  std::vector<GivenBatch> batches;
  const Status status = ReadChanges(reader.get(), 100, &batches);
  EXPECT_TRUE(status.Is(StatusCode::kNotRetained)) << status.ToString();
  EXPECT_EQ(status.expected(), std::to_string(world_.store().Floor()));
}

TEST_F(StoreChanges, ADamagedKeptSegmentDoesNotKeepTheStoreFromOpening) {
  Open();
  PutAndFlush(0, 4);
  PutAndFlush(4, 6);
  const uint64_t oldest = Logs().front();
  ASSERT_TRUE(world_.Close().ok());
  env_.CorruptByte(world_.PathOf(LogName(oldest)), 200, 1);
  std::vector<Finding> findings;
  ASSERT_TRUE(VerifyDirectory(&env_, StoreWorld::kPath, &findings).ok());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].place().file, LogName(oldest));
  Open();
  EXPECT_EQ(world_.Get(id_, "k0"), "3");
  EXPECT_EQ(After(0), "CORRUPTION");
  EXPECT_EQ(After(5), "6 7");
  EXPECT_EQ(ValueAt(6, "k1"), "4");
  EXPECT_TRUE(world_.VerifyClean().Is(StatusCode::kCorruption));
  ASSERT_TRUE(world_.Close().ok());
  env_.RemoveImage(world_.PathOf(LogName(oldest)));
  Open();
  EXPECT_EQ(After(0), "CORRUPTION");
  EXPECT_EQ(After(5), "6 7");
}

TEST_F(StoreChanges, ACheckpointHasNoPastOfItsOwn) {
  Open();
  PutAndFlush(0, 4);
  CheckpointReport report;
  ASSERT_TRUE(world_.store().Checkpoint("/copy", &report).ok());
  ASSERT_TRUE(world_.Close().ok());
  StoreOptions options = Retaining();
  options.env = &env_;
  StepwiseScheduler scheduler(1, {});
  options.scheduler = &scheduler;
  std::unique_ptr<Store> copy;
  ASSERT_TRUE(Store::Open(options, "/copy", &copy).ok());
  EXPECT_EQ(copy->Floor(), 5u);
  std::vector<GivenBatch> batches;
  EXPECT_TRUE(ReadChangesAfter(copy.get(), 4, false, &batches).Is(StatusCode::kNotRetained));
  ASSERT_TRUE(copy->Close().ok());
}

TEST_F(StoreChanges, AReaderBesideTheOwnerSeesThePastToo) {
  Open();
  PutAndFlush(0, 4);
  Put(4, 6);
  StoreOptions options = Retaining();
  options.env = &env_;
  options.read_only = true;
  StepwiseScheduler scheduler(1, {});
  options.scheduler = &scheduler;
  std::unique_ptr<Store> beside;
  ASSERT_TRUE(Store::Open(options, StoreWorld::kPath, &beside).ok());
  std::vector<GivenBatch> batches;
  ASSERT_TRUE(ReadChangesAfter(beside.get(), 0, false, &batches).ok());
  EXPECT_EQ(SequencesText(batches), "1 2 3 4 5 6 7");
  uint64_t snapshot = 0;
  EXPECT_TRUE(beside->TakeSnapshotAt(3, &snapshot).ok());
  ASSERT_TRUE(beside->Close().ok());
}

TEST_F(StoreChanges, AFailedSyncEndsTheFeedWithItsCause) {
  Open();
  Put(0, 1);
  std::unique_ptr<ChangeReader> reader;
  ASSERT_TRUE(world_.store().NewChangeReader({.after = 0}, &reader).ok());
  Fault fault = Fault::ErrorAt(0);
  fault.only_kind = DiskOperationKind::kSync;
  env_.SetFaultPlan(FaultPlan(fault));
  EXPECT_TRUE(world_.Put(id_, "k", "lost?").Is(StatusCode::kOutcomeUnknown));
  env_.SetFaultPlan(FaultPlan());
  std::vector<GivenBatch> batches;
  const Status status = ReadChanges(reader.get(), 100, &batches);
  EXPECT_EQ(SequencesText(batches), "1 2");
  EXPECT_TRUE(status.Is(StatusCode::kReadOnly)) << status.ToString();
}

}  // namespace
}  // namespace ledgerstone
