// Moving segments into an archive: what is moved, what is refused, and that each segment is whole
// where the catalog says whatever fails on the way.
#include <gtest/gtest.h>

#include "testing/event_world.h"

namespace ledgerstone {
namespace {

class EventLogArchive : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.Open().ok()); }

  // Segments of three events each, and one under way with one event.
  void Fill(int segments) {
    for (int i = 0; i < segments; ++i) {
      ASSERT_TRUE(world_.Append({"a", "b", "c"}).status.ok());
      ASSERT_TRUE(world_.Roll().status.ok());
    }
    ASSERT_TRUE(world_.Append({"d"}).status.ok());
  }

  Status Archive(uint64_t through, uint64_t* moved, const char* to = EventWorld::kArchive) {
    return world_.log().Archive(to, through, moved);
  }

  size_t CountRead() {
    std::vector<EventWorld::Event> events;
    const Status status = world_.ReadAll(&events);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return events.size();
  }

  bool Exists(const std::string& path) { return env_.ReadImage(path).has_value(); }

  SimulatedEnv env_{3};
  EventWorld world_{&env_};
};

TEST_F(EventLogArchive, MovesFinishedSegmentsUpToAPosition) {
  Fill(4);
  uint64_t moved = 0;
  ASSERT_TRUE(Archive(8, &moved).ok());
  EXPECT_EQ(moved, 2u) << "the third holds position 9";
  EXPECT_TRUE(Exists("/archive/000001.evt"));
  EXPECT_TRUE(Exists("/archive/000001.idx"));
  EXPECT_FALSE(Exists("/log/000001.evt"));
  EXPECT_FALSE(Exists("/log/000001.idx"));
  EXPECT_TRUE(Exists("/log/000003.evt"));
  EXPECT_EQ(CountRead(), 13u);
  const std::vector<SegmentFacts> facts = world_.log().Segments();
  EXPECT_TRUE(facts[1].archived);
  EXPECT_EQ(facts[1].directory, EventWorld::kArchive);
  EXPECT_FALSE(facts[2].archived);
  EXPECT_EQ(world_.VerifyClean().ToString(), "OK");
}

TEST_F(EventLogArchive, NeverMovesTheSegmentUnderWay) {
  Fill(2);
  uint64_t moved = 0;
  ASSERT_TRUE(Archive(~uint64_t{0}, &moved).ok());
  EXPECT_EQ(moved, 2u);
  EXPECT_TRUE(Exists("/log/000003.evt"));
  ASSERT_TRUE(Archive(~uint64_t{0}, &moved).ok());
  EXPECT_EQ(moved, 0u);
  EXPECT_TRUE(world_.Append({"e"}).status.ok());
  EXPECT_EQ(CountRead(), 8u);
}

TEST_F(EventLogArchive, PlacesOutliveTheOwnerAndMayDiffer) {
  Fill(4);
  uint64_t moved = 0;
  ASSERT_TRUE(Archive(3, &moved, "/archive").ok());
  ASSERT_TRUE(Archive(9, &moved, "/other/deep").ok());
  EXPECT_EQ(moved, 2u);
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(CountRead(), 13u);
  EXPECT_EQ(world_.log().Segments()[0].directory, "/archive");
  EXPECT_EQ(world_.log().Segments()[2].directory, "/other/deep");
  EXPECT_EQ(world_.VerifyClean().ToString(), "OK");
}

TEST_F(EventLogArchive, ACursorReadsOnWhileItsSegmentIsMoved) {
  Fill(3);
  std::unique_ptr<EventCursor> cursor;
  ASSERT_TRUE(world_.log().Read(1, 0, &cursor).ok());
  EventBatch batch;
  ASSERT_TRUE(cursor->Next(&batch).ok());
  uint64_t moved = 0;
  ASSERT_TRUE(Archive(9, &moved).ok());
  size_t read = batch.events.size();
  do {
    ASSERT_TRUE(cursor->Next(&batch).ok());
    read += batch.events.size();
  } while (!batch.events.empty());
  EXPECT_EQ(read, 10u);
}

TEST_F(EventLogArchive, RefusesAnEventLogsOwnDirectory) {
  Fill(1);
  uint64_t moved = 0;
  EXPECT_EQ(Archive(9, &moved, EventWorld::kPath).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Archive(9, &moved, "/log/").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Archive(9, &moved, "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CountRead(), 4u);
}

TEST_F(EventLogArchive, RefusesAnArchiveWithAnotherLogsSegments) {
  SimulatedEnv other_env(4);
  EventWorld other(&other_env);
  ASSERT_TRUE(other.Open().ok());
  ASSERT_TRUE(other.Append({"x"}).status.ok());
  ASSERT_TRUE(env_.CreateDirectory("/archive").ok());
  const std::string theirs = *other_env.ReadImage("/log/000001.evt");
  env_.WriteImage("/archive/000001.evt", theirs);
  Fill(1);
  uint64_t moved = 0;
  EXPECT_EQ(Archive(9, &moved).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(env_.ReadImage("/archive/000001.evt"), theirs);
  EXPECT_EQ(CountRead(), 4u);
}

TEST_F(EventLogArchive, ReplacesWhatAnEarlierAttemptLeft) {
  Fill(1);
  ASSERT_TRUE(env_.CreateDirectory("/archive").ok());
  env_.WriteImage("/archive/000001.evt.tmp", "half a copy");
  env_.WriteImage("/archive/000001.idx.tmp", "half a copy");
  uint64_t moved = 0;
  ASSERT_TRUE(Archive(9, &moved).ok());
  EXPECT_EQ(moved, 1u);
  EXPECT_EQ(CountRead(), 4u);
}

TEST_F(EventLogArchive, ADamagedSegmentIsNotMoved) {
  Fill(2);
  world_.RunBackground();
  env_.CorruptByte("/log/000001.evt", 200, 4);
  uint64_t moved = 0;
  const Status status = Archive(9, &moved);
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_EQ(moved, 0u);
  EXPECT_TRUE(Exists("/log/000001.evt"));
  EXPECT_FALSE(world_.log().Segments()[0].archived);
}

TEST_F(EventLogArchive, AFailedCopyIsMadeAnew) {
  Fill(1);
  world_.RunBackground();
  Fault fault;
  fault.kind = FaultKind::kIoError;
  fault.only_kind = DiskOperationKind::kSync;
  fault.only_file_kind = "tmp";
  env_.SetFaultPlan(FaultPlan(fault));
  uint64_t moved = 0;
  EXPECT_EQ(Archive(9, &moved).code(), StatusCode::kIoError);
  EXPECT_EQ(moved, 0u);
  EXPECT_TRUE(Exists("/log/000001.evt"));
  ASSERT_TRUE(Archive(9, &moved).ok());
  EXPECT_EQ(moved, 1u);
  EXPECT_EQ(CountRead(), 4u);
}

TEST_F(EventLogArchive, AfterAFailedSyncOfTheDirectoryNothingMoreIsMoved) {
  Fill(2);
  world_.RunBackground();
  ASSERT_TRUE(env_.CreateDirectory("/archive").ok());
  uint64_t moved = 0;
  Fault fault;
  fault.kind = FaultKind::kIoError;
  fault.only_kind = DiskOperationKind::kSyncDirectory;
  env_.SetFaultPlan(FaultPlan(fault));
  EXPECT_EQ(Archive(9, &moved).code(), StatusCode::kIoError);
  EXPECT_EQ(Archive(9, &moved).code(), StatusCode::kIoError);
  EXPECT_EQ(moved, 0u);
  EXPECT_TRUE(Exists("/log/000001.evt"));
  EXPECT_TRUE(world_.Append({"e"}).status.ok()) << "the log itself goes on";
}

TEST_F(EventLogArchive, RestartForgetsOrFinishesWhatAKillLeft) {
  Fill(3);
  world_.RunBackground();
  ASSERT_TRUE(world_.Close().ok());
  const SimulatedEnv::Image image = env_.Snapshot();
  bool finished = false;
  uint64_t kept = 0;
  uint64_t forgotten = 0;
  for (uint64_t operation = 0; !finished; ++operation) {
    SCOPED_TRACE("killed at operation " + std::to_string(operation));
    env_.Restore(image);
    ASSERT_TRUE(world_.Open().ok());
    env_.SetFaultPlan(FaultPlan(Fault::CrashAt(operation)));
    uint64_t moved = 0;
    finished = Archive(9, &moved).ok();
    world_.Kill();
    env_.Crash({operation, CrashMode::kKeepAll, 4096, false});
    ASSERT_TRUE(world_.Open().ok());
    ASSERT_EQ(CountRead(), 10u);
    for (const SegmentFacts& facts : world_.log().Segments()) {
      const std::string name = "00000" + std::to_string(facts.number) + ".evt";
      EXPECT_EQ(Exists("/log/" + name), !facts.archived);
      EXPECT_TRUE(!facts.archived || Exists("/archive/" + name));
      ++(facts.archived ? forgotten : kept);
    }
    ASSERT_EQ(world_.VerifyClean().ToString(), "OK");
    ASSERT_TRUE(Archive(9, &moved).ok());
    ASSERT_EQ(CountRead(), 10u);
    ASSERT_EQ(world_.VerifyClean().ToString(), "OK");
    ASSERT_TRUE(world_.Close().ok());
  }
  EXPECT_GT(kept, 20u);
  EXPECT_GT(forgotten, 20u);
}

}  // namespace
}  // namespace ledgerstone
