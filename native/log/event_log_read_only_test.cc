// Opening an event log beside its owner: nothing on disk changes, and what is seen is a whole
// prefix, whatever the owner does meanwhile.
#include <gtest/gtest.h>

#include "testing/event_world.h"

namespace ledgerstone {
namespace {

class EventLogReadOnly : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(owner_.Open().ok()); }

  static EventLogOptions ReadOnlyOptions() {
    EventLogOptions options = TinyEventLogOptions();
    options.read_only = true;
    return options;
  }

  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(owner_.Append({"event " + std::to_string(++filled_)}).status.ok());
    }
  }

  size_t CountSeen() {
    std::vector<EventWorld::Event> events;
    const Status status = reader_.ReadAll(&events);
    EXPECT_TRUE(status.ok()) << status.ToString();
    for (size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].bytes, "event " + std::to_string(i + 1));
    }
    return events.size();
  }

  std::map<std::string, std::string> Files() {
    std::map<std::string, std::string> files;
    for (const std::string& path : env_.ListImages()) files[path] = *env_.ReadImage(path);
    return files;
  }

  SimulatedEnv env_{5};
  EventWorld owner_{&env_};
  EventWorld reader_{&env_, 2, ReadOnlyOptions()};
  int filled_ = 0;
};

TEST_F(EventLogReadOnly, SeesWhatThereWasWhenItWasOpened) {
  Fill(20);
  ASSERT_TRUE(reader_.Open().ok());
  EXPECT_EQ(CountSeen(), 20u);
  Fill(20);
  EXPECT_EQ(CountSeen(), 20u);
  EXPECT_EQ(reader_.log().DurablePosition(), 20u);
  uint64_t position = 0;
  ASSERT_TRUE(reader_.log().SeekTime(~uint64_t{0}, &position).ok());
  EXPECT_EQ(position, 21u);
  ASSERT_TRUE(reader_.Close().ok());
  ASSERT_TRUE(reader_.Open().ok());
  EXPECT_EQ(CountSeen(), 40u);
}

TEST_F(EventLogReadOnly, ChangesNothingOnDisk) {
  Fill(30);
  const auto before = Files();
  ASSERT_TRUE(reader_.Open().ok());
  EXPECT_EQ(CountSeen(), 30u);
  EXPECT_EQ(reader_.VerifyClean().ToString(), "OK");
  ASSERT_TRUE(reader_.Close().ok());
  EXPECT_EQ(Files(), before);
}

TEST_F(EventLogReadOnly, ChangesNothingOnDiskEvenWhereATailWantsCutting) {
  Fill(3);
  owner_.Kill();
  env_.Crash({1, CrashMode::kKeepAll, 4096, false});
  const std::string path = EventWorld::PathOf("000001.evt");
  env_.WriteImage(path, *env_.ReadImage(path) + "half a record");
  const auto before = Files();
  ASSERT_TRUE(reader_.Open().ok());
  EXPECT_EQ(CountSeen(), 3u);
  EXPECT_EQ(reader_.log().report().cut_bytes, 0u);
  ASSERT_TRUE(reader_.Close().ok());
  EXPECT_EQ(Files(), before);
}

TEST_F(EventLogReadOnly, TakesNoWrites) {
  Fill(9);
  ASSERT_TRUE(reader_.Open().ok());
  EXPECT_EQ(reader_.Queue({"a"})->status.code(), StatusCode::kReadOnly);
  uint64_t moved = 0;
  EXPECT_EQ(reader_.log().Archive("/archive", 9, &moved).code(), StatusCode::kReadOnly);
  EXPECT_FALSE(env_.ReadImage("/archive").has_value());
}

TEST_F(EventLogReadOnly, CreatesNothing) {
  SimulatedEnv empty(6);
  EventWorld world(&empty, 1, ReadOnlyOptions());
  EXPECT_EQ(world.Open().code(), StatusCode::kNotFound);
  EXPECT_TRUE(empty.ListImages().empty());
}

TEST_F(EventLogReadOnly, FollowsSegmentsThatTheOwnerArchives) {
  Fill(20);
  ASSERT_TRUE(reader_.Open().ok());
  Fill(20);
  uint64_t moved = 0;
  ASSERT_TRUE(owner_.log().Archive(EventWorld::kArchive, 40, &moved).ok());
  ASSERT_GE(moved, 2u);
  EXPECT_EQ(CountSeen(), 20u);
  EXPECT_EQ(reader_.log().DurablePosition(), 20u);
  uint64_t last = 0;
  uint32_t chain = 0;
  uint32_t owners = 0;
  for (uint64_t position = 1; position <= 20; ++position) {
    ASSERT_TRUE(reader_.log().Chain(position, &chain, &last).ok());
    ASSERT_TRUE(owner_.log().Chain(position, &owners, &last).ok());
    EXPECT_EQ(chain, owners);
  }
}

TEST_F(EventLogReadOnly, OpensAtAnyMomentOfTheOwnersWork) {
  for (int round = 0; round < 40; ++round) {
    Fill(1 + round % 3);
    ASSERT_TRUE(round % 4 != 1 || owner_.Roll().status.ok());
    if (round % 5 == 2) owner_.RunBackground();
    if (round % 7 == 3) {
      uint64_t moved = 0;
      ASSERT_TRUE(owner_.log().Archive(EventWorld::kArchive, 1'000, &moved).ok());
    }
    ASSERT_TRUE(reader_.Open().ok());
    ASSERT_EQ(CountSeen(), static_cast<size_t>(filled_));
    ASSERT_EQ(reader_.VerifyClean().ToString(), "OK");
    ASSERT_TRUE(reader_.Close().ok());
  }
}

TEST_F(EventLogReadOnly, IsToldOfDamageAsTheOwnerIs) {
  Fill(30);
  owner_.RunBackground();
  env_.CorruptByte(EventWorld::PathOf("000001.evt"), 200, 1);
  ASSERT_TRUE(reader_.Open().ok());
  std::vector<EventWorld::Event> events;
  EXPECT_EQ(reader_.ReadAll(&events).code(), StatusCode::kCorruption);
  EXPECT_EQ(reader_.VerifyClean().code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace ledgerstone
