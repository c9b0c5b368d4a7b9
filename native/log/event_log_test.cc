// An event log from the outside: positions, times, epochs, segments, reopening.
#include <gtest/gtest.h>

#include "testing/event_world.h"

namespace ledgerstone {
namespace {

using Strings = std::vector<std::string>;

Strings BytesOf(const std::vector<EventWorld::Event>& events) {
  Strings bytes;
  for (const EventWorld::Event& event : events) bytes.push_back(event.bytes);
  return bytes;
}

class EventLogTest : public testing::Test {
 protected:
  void SetUp() override {
    env_.SetWallMillis(1'000);
    ASSERT_TRUE(world_.Open().ok());
  }

  Strings All() {
    std::vector<EventWorld::Event> events;
    const Status status = world_.ReadAll(&events);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return BytesOf(events);
  }

  // `count` events of one append each, about 70 bytes in the log.
  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(world_.Append({"event " + std::to_string(++filled_)}).status.ok());
    }
  }

  void Reopen() {
    ASSERT_TRUE(world_.Close().ok());
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  SimulatedEnv env_{7};
  EventWorld world_{&env_};
  int filled_ = 0;
};

TEST_F(EventLogTest, ANewLogIsEmpty) {
  EXPECT_TRUE(world_.log().report().created);
  EXPECT_EQ(world_.log().FirstPosition(), 0u);
  EXPECT_EQ(world_.log().DurablePosition(), 0u);
  EXPECT_EQ(world_.log().Epoch(), 0u);
  EXPECT_EQ(world_.log().log_id().size(), 32u);
  EXPECT_TRUE(All().empty());
  uint64_t position = 0;
  ASSERT_TRUE(world_.log().SeekTime(0, &position).ok());
  EXPECT_EQ(position, 1u);
}

TEST_F(EventLogTest, GivesEachEventTheNextPosition) {
  const auto first = world_.Append({"a", "", "c"});
  ASSERT_TRUE(first.status.ok()) << first.status.ToString();
  EXPECT_EQ(first.result.first, 1u);
  EXPECT_EQ(first.result.last, 3u);
  EXPECT_EQ(first.result.time_micros, 1'000'000u);
  const auto second = world_.Append({"d"});
  EXPECT_EQ(second.result.first, 4u);
  EXPECT_EQ(second.result.last, 4u);
  EXPECT_EQ(All(), (Strings{"a", "", "c", "d"}));
  EXPECT_EQ(world_.log().DurablePosition(), 4u);
  EXPECT_EQ(world_.log().FirstPosition(), 1u);
}

TEST_F(EventLogTest, AppendsQueuedTogetherShareARecord) {
  const auto a = world_.Queue({"a"});
  const auto b = world_.Queue({"b", "c"});
  EXPECT_EQ(world_.log().DurablePosition(), 0u);
  world_.Settle(b);
  EXPECT_EQ(a->result.first, 1u);
  EXPECT_EQ(b->result.first, 2u);
  uint32_t chains[2];
  uint64_t last = 0;
  ASSERT_TRUE(world_.log().Chain(1, &chains[0], &last).ok());
  EXPECT_EQ(last, 3u);
  ASSERT_TRUE(world_.log().Chain(3, &chains[1], &last).ok());
  EXPECT_EQ(chains[0], chains[1]);
}

TEST_F(EventLogTest, GroupsStayWithinTheirBound) {
  const std::string big(700, 'x');
  const auto a = world_.Queue({big});
  const auto b = world_.Queue({big});
  world_.Settle(b);
  uint64_t last = 0;
  uint32_t chain = 0;
  ASSERT_TRUE(world_.log().Chain(1, &chain, &last).ok());
  EXPECT_EQ(last, 1u) << "1,400 bytes are over the bound of 1 KiB";
  const auto huge = world_.Append({std::string(5'000, 'y')});
  EXPECT_TRUE(huge.status.ok()) << "one append may be larger than a group and than a segment";
  EXPECT_EQ(All(), (Strings{big, big, std::string(5'000, 'y')}));
}

TEST_F(EventLogTest, RefusesBytesThatAreNotEvents) {
  const auto refused = [&](Slice bytes, uint32_t count) {
    Status outcome;
    world_.log().Append(bytes, count, {},
                        [&](const Status& status, const AppendResult&) { outcome = status; });
    return outcome.code();
  };
  EXPECT_EQ(refused("", 0), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused("\x01"
                    "a",
                    2),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(refused("\x02"
                    "a",
                    1),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(refused("\x01"
                    "ab",
                    1),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(world_.Append({"a"}).result.first, 1u);
}

TEST_F(EventLogTest, RefusesAnAppendThatDoesNotFollowWhatItExpects) {
  ASSERT_TRUE(world_.Append({"a"}, {.expected = 0, .epoch = {}}).status.ok());
  const auto late = world_.Append({"b"}, {.expected = 0, .epoch = {}});
  EXPECT_EQ(late.status.code(), StatusCode::kPositionMismatch);
  EXPECT_EQ(late.status.expected(), "0");
  EXPECT_EQ(late.status.found(), "1");
  EXPECT_EQ(late.result.last, 1u);
  EXPECT_EQ(late.result.first, 0u);
  ASSERT_TRUE(world_.Append({"b"}, {.expected = 1, .epoch = {}}).status.ok());
  EXPECT_EQ(All(), (Strings{"a", "b"}));
}

TEST_F(EventLogTest, ChecksExpectationsInTheOrderOfTheQueue) {
  const auto a = world_.Queue({"a"}, {.expected = 0, .epoch = {}});
  const auto b = world_.Queue({"b"}, {.expected = 0, .epoch = {}});
  const auto c = world_.Queue({"c"}, {.expected = 1, .epoch = {}});
  world_.Settle(c);
  EXPECT_TRUE(a->status.ok());
  EXPECT_EQ(b->status.code(), StatusCode::kPositionMismatch);
  EXPECT_TRUE(c->status.ok());
  EXPECT_EQ(All(), (Strings{"a", "c"}));
}

TEST_F(EventLogTest, AnOlderWriterIsRefusedAfterAFence) {
  ASSERT_TRUE(world_.Append({"a"}, {.expected = {}, .epoch = 1}).status.ok());
  const auto fence = world_.Fence(2);
  ASSERT_TRUE(fence.status.ok());
  EXPECT_EQ(fence.result.first, 0u);
  EXPECT_EQ(fence.result.last, 1u);
  EXPECT_EQ(fence.result.epoch, 2u);
  const auto stale = world_.Append({"b"}, {.expected = {}, .epoch = 1});
  EXPECT_EQ(stale.status.code(), StatusCode::kStaleEpoch);
  EXPECT_EQ(stale.result.epoch, 2u);
  EXPECT_EQ(world_.Fence(2).status.code(), StatusCode::kStaleEpoch);
  ASSERT_TRUE(world_.Append({"c"}, {.expected = {}, .epoch = 2}).status.ok());
  ASSERT_TRUE(world_.Append({"d"}).status.ok()) << "an append without an epoch is anyone's";
  Reopen();
  EXPECT_EQ(world_.log().Epoch(), 2u);
  EXPECT_EQ(world_.Append({"e"}, {.expected = {}, .epoch = 1}).status.code(),
            StatusCode::kStaleEpoch);
  EXPECT_EQ(All(), (Strings{"a", "c", "d"}));
}

TEST_F(EventLogTest, TheEpochOutlivesTheSegmentThatRaisedIt) {
  ASSERT_TRUE(world_.Append({"a"}).status.ok());
  ASSERT_TRUE(world_.Fence(9).status.ok());
  ASSERT_TRUE(world_.Roll().status.ok());
  Reopen();
  EXPECT_EQ(world_.log().Epoch(), 9u);
}

TEST_F(EventLogTest, ARecordHasOneEpoch) {
  const auto a = world_.Queue({"a"}, {.expected = {}, .epoch = 1});
  const auto b = world_.Queue({"b"}, {.expected = {}, .epoch = 2});
  const auto c = world_.Queue({"c"}, {.expected = {}, .epoch = 1});
  const auto d = world_.Queue({"d"});
  world_.Settle(d);
  EXPECT_EQ(c->status.code(), StatusCode::kStaleEpoch);
  std::vector<EventWorld::Event> events;
  ASSERT_TRUE(world_.ReadAll(&events).ok());
  ASSERT_EQ(BytesOf(events), (Strings{"a", "b", "d"}));
  EXPECT_EQ(events[0].epoch, 1u);
  EXPECT_EQ(events[1].epoch, 2u);
  EXPECT_EQ(events[2].epoch, 2u);
}

TEST_F(EventLogTest, TimesNeverGoBackwards) {
  EXPECT_EQ(world_.Append({"a"}).result.time_micros, 1'000'000u);
  env_.SetWallMillis(500);
  EXPECT_EQ(world_.Append({"b"}).result.time_micros, 1'000'000u);
  Reopen();
  EXPECT_EQ(world_.Append({"c"}).result.time_micros, 1'000'000u);
  env_.SetWallMillis(2'000);
  EXPECT_EQ(world_.Append({"d"}).result.time_micros, 2'000'000u);
}

TEST_F(EventLogTest, SegmentsFollowEachOtherAndAreAllRead) {
  Fill(60);
  const std::vector<SegmentFacts> segments = world_.log().Segments();
  ASSERT_GT(segments.size(), 3u);
  uint64_t next = 1;
  for (const SegmentFacts& facts : segments) {
    EXPECT_EQ(facts.first, next);
    next = facts.last + 1;
    EXPECT_EQ(facts.finished, facts.number < segments.size());
  }
  EXPECT_EQ(next, 61u);
  const Strings all = All();
  ASSERT_EQ(all.size(), 60u);
  for (uint64_t from = 1; from <= 61; ++from) {
    std::vector<EventWorld::Event> events;
    ASSERT_TRUE(world_.Read(from, std::min<uint64_t>(from + 7, 60), &events).ok());
    ASSERT_EQ(events.size(), std::min<uint64_t>(8, 61 - from));
    for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].bytes, all[from - 1 + i]);
  }
  EXPECT_TRUE(world_.VerifyClean().ok()) << world_.VerifyClean().ToString();
}

TEST_F(EventLogTest, ReopeningGoesOnWhereItWasClosed) {
  Fill(25);
  const Strings before = All();
  Reopen();
  EXPECT_TRUE(world_.log().report().clean_close);
  EXPECT_EQ(world_.log().report().cut_bytes, 0u);
  EXPECT_EQ(world_.log().report().index_entries_rebuilt, 0u);
  EXPECT_EQ(All(), before);
  EXPECT_EQ(world_.Append({"next"}).result.first, 26u);
}

TEST_F(EventLogTest, FinishedSegmentsAreReadBackForTheirDigest) {
  Fill(40);
  world_.RunBackground();
  for (const SegmentFacts& facts : world_.log().Segments()) {
    EXPECT_EQ(facts.digest.size(), facts.finished ? 32u : 0u);
  }
  const std::vector<SegmentFacts> before = world_.log().Segments();
  Reopen();
  const std::vector<SegmentFacts> after = world_.log().Segments();
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].digest, before[i].digest);
    EXPECT_TRUE(!after[i].finished || after[i].chain == before[i].chain);
  }
}

TEST_F(EventLogTest, RollFinishesASegmentWithEventsAndNoOther) {
  const auto empty = world_.Roll();
  EXPECT_TRUE(empty.status.ok());
  EXPECT_EQ(world_.log().Segments().size(), 1u);
  Fill(1);
  EXPECT_TRUE(world_.Roll().status.ok());
  EXPECT_EQ(world_.log().Segments().size(), 2u);
  EXPECT_TRUE(world_.Roll().status.ok());
  EXPECT_EQ(world_.log().Segments().size(), 2u);
  EXPECT_EQ(All(), Strings{"event 1"});
  Reopen();
  EXPECT_EQ(All(), Strings{"event 1"});
}

TEST_F(EventLogTest, SeekingATimeFindsTheFirstEventAtOrAfterIt) {
  for (int i = 1; i <= 50; ++i) {
    env_.SetWallMillis(1'000 + static_cast<uint64_t>(i) * 10);
    Fill(1);
  }
  ASSERT_GT(world_.log().Segments().size(), 3u);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    for (uint64_t i = 1; i <= 50; ++i) {
      const uint64_t time = (1'000 + i * 10) * 1'000;
      uint64_t position = 0;
      ASSERT_TRUE(world_.log().SeekTime(time, &position).ok());
      EXPECT_EQ(position, i);
      ASSERT_TRUE(world_.log().SeekTime(time - 5'000, &position).ok());
      EXPECT_EQ(position, i);
      ASSERT_TRUE(world_.log().SeekTime(time + 1, &position).ok());
      EXPECT_EQ(position, i + 1);
    }
  }
}

TEST_F(EventLogTest, ACursorSeesWhatWasDurableWhenItWasMade) {
  Fill(3);
  std::unique_ptr<EventCursor> cursor;
  ASSERT_TRUE(world_.log().Read(1, 0, &cursor).ok());
  Fill(3);
  EventBatch batch;
  int seen = 0;
  do {
    ASSERT_TRUE(cursor->Next(&batch).ok());
    seen += static_cast<int>(batch.events.size());
  } while (!batch.events.empty());
  EXPECT_EQ(seen, 3);
}

TEST_F(EventLogTest, AfterCloseEverythingAnswersClosed) {
  Fill(2);
  std::unique_ptr<EventCursor> cursor;
  ASSERT_TRUE(world_.log().Read(1, 0, &cursor).ok());
  ASSERT_TRUE(world_.log().Close().ok());
  EXPECT_EQ(world_.Queue({"a"})->status.code(), StatusCode::kClosed);
  EventBatch batch;
  EXPECT_EQ(cursor->Next(&batch).code(), StatusCode::kClosed);
  uint64_t position = 0;
  uint32_t chain = 0;
  EXPECT_EQ(world_.log().SeekTime(0, &position).code(), StatusCode::kClosed);
  EXPECT_EQ(world_.log().Chain(1, &chain, &position).code(), StatusCode::kClosed);
  EXPECT_EQ(world_.log().Archive("/archive", 9, &position).code(), StatusCode::kClosed);
  std::vector<Status> findings;
  EXPECT_EQ(world_.log().Verify(&findings).code(), StatusCode::kClosed);
  EXPECT_TRUE(world_.log().Close().ok());
  ASSERT_TRUE(world_.Close().ok());
  EXPECT_EQ(cursor->Next(&batch).code(), StatusCode::kClosed) << "a cursor may outlive its log";
}

TEST_F(EventLogTest, OneOwnerAtATime) {
  std::unique_ptr<EventLog> second;
  EXPECT_EQ(EventLog::Open(world_.options(), EventWorld::kPath, &second).code(),
            StatusCode::kLocked);
}

}  // namespace
}  // namespace ledgerstone
