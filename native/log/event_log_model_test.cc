// Random work on an event log against a vector: appends alone and together, expectations and
// epochs, rolls, archives, reopening, kills; then positions, times, chains and ranges compared.
// LEDGERSTONE_SEED replays a run, LEDGERSTONE_LONG=1 makes more.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "testing/event_world.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

class Model {
 public:
  Model(uint64_t seed, int steps) : random_(seed), env_(seed), world_(&env_, seed), steps_(steps) {
    world_.options().segment_bytes = 1'024 + random_.Below(4) * 1'500;
    world_.options().group_bytes_max = 1'024 + random_.Below(3) * 1'000;
  }

  void Run() {
    ASSERT_TRUE(world_.Open().ok());
    for (int step = 0; step < steps_; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      Step();
      if (testing::Test::HasFatalFailure()) return;
    }
    Compare();
    ASSERT_EQ(world_.VerifyClean().ToString(), "OK");
    ASSERT_TRUE(world_.Close().ok());
  }

  uint64_t segments_seen() const { return segments_seen_; }
  uint64_t archived_seen() const { return archived_seen_; }

 private:
  void Step() {
    wall_ += random_.Below(5);
    // Now and then the clock is set back.
    env_.SetWallMillis(random_.OneIn(9) ? wall_ - std::min<uint64_t>(wall_, 50) : wall_);
    switch (random_.Below(16)) {
      case 0:
        return Roll();
      case 1:
        return Archive();
      case 2:
        return Fence();
      case 3:
        return Reopen();
      case 4:
        return world_.RunBackground();
      case 5:
      case 6:
        return CompareSome();
      case 7:
        return CompareBeside();
      default:
        return AppendSome();
    }
  }

  std::vector<std::string> NewEvents() {
    std::vector<std::string> events(1 + random_.Below(4));
    for (std::string& event : events) {
      event.assign(random_.Below(60), static_cast<char>('a' + random_.Below(26)));
      if (random_.OneIn(50)) event.assign(random_.Below(4'000), '#');
    }
    return events;
  }

  struct Asked {
    std::vector<std::string> events;
    StatusCode expected = StatusCode::kOk;
    EventWorld::OutcomePtr outcome;
  };

  void AppendSome() {
    std::vector<Asked> asked(1 + random_.Below(5));
    uint64_t last = events_.size();
    uint64_t epoch = epoch_;
    for (Asked& each : asked) {
      each.events = NewEvents();
      AppendOptions options;
      if (random_.OneIn(3)) options.expected = random_.OneIn(4) ? random_.Below(last + 2) : last;
      if (random_.OneIn(3)) options.epoch = epoch + random_.Below(3) - std::min<uint64_t>(epoch, 1);
      if (options.epoch.value_or(epoch) < epoch) {
        each.expected = StatusCode::kStaleEpoch;
      } else if (options.expected.value_or(last) != last) {
        each.expected = StatusCode::kPositionMismatch;
      } else {
        last += each.events.size();
        epoch = std::max(epoch, options.epoch.value_or(0));
      }
      each.outcome = world_.Queue(each.events, options);
    }
    for (Asked& each : asked) {
      const EventWorld::Outcome outcome = world_.Settle(each.outcome);
      ASSERT_EQ(outcome.status.code(), each.expected) << outcome.status.ToString();
      if (!outcome.status.ok()) continue;
      ASSERT_EQ(outcome.result.first, events_.size() + 1);
      epoch_ = outcome.result.epoch;
      for (const std::string& event : each.events) {
        events_.push_back({outcome.result.time_micros, epoch_, event});
      }
      ASSERT_EQ(outcome.result.last, events_.size());
    }
    ASSERT_EQ(epoch_, epoch);
  }

  void Roll() { ASSERT_TRUE(world_.Roll().status.ok()); }

  void Archive() {
    uint64_t moved = 0;
    const char* const to = random_.OneIn(3) ? "/elsewhere" : EventWorld::kArchive;
    const Status status = world_.log().Archive(to, random_.Below(events_.size() + 2), &moved);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  void Fence() {
    const uint64_t epoch = epoch_ + random_.Below(3);
    const EventWorld::Outcome outcome = world_.Fence(epoch);
    ASSERT_EQ(outcome.status.ok(), epoch > epoch_);
    epoch_ = std::max(epoch_, epoch);
  }

  void Reopen() {
    if (random_.OneIn(2)) {
      world_.Kill();
      env_.Crash({random_.Next(), CrashMode::kTearAndReorder, 512, true});
    } else {
      ASSERT_TRUE(world_.Close().ok());
    }
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    CompareSome();
  }

  void CompareSome() {
    ASSERT_EQ(world_.log().DurablePosition(), events_.size());
    ASSERT_EQ(world_.log().Epoch(), epoch_);
    if (events_.empty()) return;
    for (int i = 0; i < 4; ++i) {
      const uint64_t from = 1 + random_.Below(events_.size());
      CompareRange(from, std::min<uint64_t>(from + random_.Below(12), events_.size()));
      CompareTime(events_[random_.Below(events_.size())].time_micros + random_.Below(3) * 500);
    }
    CompareTime(random_.Below(events_.back().time_micros + 2));
    CompareChain(1 + random_.Below(events_.size()));
  }

  void CompareRange(uint64_t from, uint64_t to) {
    std::vector<EventWorld::Event> found;
    const Status status = world_.Read(from, to, &found);
    ASSERT_TRUE(status.ok()) << status.ToString();
    const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(from - 1);
    const auto end = events_.begin() + static_cast<std::ptrdiff_t>(to);
    ASSERT_TRUE(std::equal(begin, end, found.begin(), found.end())) << from << " to " << to;
  }

  void CompareTime(uint64_t time_micros) {
    uint64_t position = 0;
    const Status status = world_.log().SeekTime(time_micros, &position);
    ASSERT_TRUE(status.ok()) << status.ToString();
    const auto first = std::find_if(events_.begin(), events_.end(), [&](const auto& event) {
      return event.time_micros >= time_micros;
    });
    ASSERT_EQ(position, static_cast<uint64_t>(first - events_.begin()) + 1) << time_micros;
  }

  // A record's chain stays what it was, and differs from that of the record before.
  void CompareChain(uint64_t position) {
    uint32_t chain = 0;
    uint64_t last = 0;
    ASSERT_TRUE(world_.log().Chain(position, &chain, &last).ok());
    ASSERT_GE(last, position);
    const auto [known, added] = chains_.emplace(last, chain);
    ASSERT_EQ(known->second, chain);
  }

  void Compare() {
    if (!events_.empty()) CompareRange(1, events_.size());
    uint64_t next = 1;
    for (const SegmentFacts& facts : world_.log().Segments()) {
      ++segments_seen_;
      if (facts.archived) ++archived_seen_;
      if (facts.first == 0) continue;
      ASSERT_EQ(facts.first, next);
      ASSERT_EQ(facts.first_time_micros, events_[facts.first - 1].time_micros);
      ASSERT_EQ(facts.last_time_micros, events_[facts.last - 1].time_micros);
      next = facts.last + 1;
    }
    ASSERT_EQ(next, events_.size() + 1);
  }

  // The same through a second opening, without the lock.
  void CompareBeside() {
    EventLogOptions options = world_.options();
    options.read_only = true;
    EventWorld reader(&env_, 1, options);
    ASSERT_TRUE(reader.Open().ok());
    std::vector<EventWorld::Event> found;
    ASSERT_TRUE(reader.ReadAll(&found).ok());
    ASSERT_EQ(found, events_);
    ASSERT_EQ(reader.log().Epoch(), epoch_);
    ASSERT_TRUE(reader.Close().ok());
  }

  Random random_;
  SimulatedEnv env_;
  EventWorld world_;
  const int steps_;
  std::vector<EventWorld::Event> events_;
  std::map<uint64_t, uint32_t> chains_;
  uint64_t epoch_ = 0;
  uint64_t wall_ = 1'000;
  uint64_t segments_seen_ = 0;
  uint64_t archived_seen_ = 0;
};

TEST(EventLogModel, AgreesWithAVector) {
  const uint64_t seed = PrintedSeed(20301);
  uint64_t segments = 0;
  uint64_t archived = 0;
  const uint64_t runs = std::getenv("LEDGERSTONE_LONG") != nullptr ? 400 : 30;
  for (uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    Model model(seed + run, 160);
    model.Run();
    if (HasFatalFailure()) return;
    segments += model.segments_seen();
    archived += model.archived_seen();
  }
  EXPECT_GT(segments, 10 * runs);
  EXPECT_GT(archived, 2 * runs);
}

}  // namespace
}  // namespace ledgerstone
