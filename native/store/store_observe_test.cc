// What the store tells of itself: statistics, latencies, stalls, event fields, traces.
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

struct TraceSpan {
  int lane = 0;
  std::string name;
  uint64_t began = 0;
  uint64_t ended = 0;
};

uint64_t NumberBehind(const std::string& line, const std::string& key) {
  const size_t at = line.find("\"" + key + "\":");
  return at == std::string::npos ? 0 : std::stoull(line.substr(at + key.size() + 3));
}

std::string TextBehind(const std::string& line, const std::string& key) {
  const size_t at = line.find("\"" + key + "\":\"");
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size() + 4;
  return line.substr(begin, line.find('"', begin) - begin);
}

class StoreObserve : public testing::Test {
 protected:
  class World : public StoreWorld {
   public:
    using StoreWorld::StoreWorld;
    void OnEvent(const Event& event) override {
      StoreWorld::OnEvent(event);
      seen.push_back(event);
    }
    std::vector<Event> seen;
  };

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    a_ = world_.Open("a");
  }
  static std::string Key(int i) { return "key" + std::to_string(1000 + i); }
  void Fill(int from, int to, Durability durability = Durability::kOs) {
    for (int i = from; i < to; ++i) {
      ASSERT_TRUE(world_.Put(a_, Key(i), std::string(60, 'v'), durability).ok());
    }
  }
  StoreStatistics Statistics() { return world_.store().Statistics(); }
  std::vector<Event> Seen(Event::Kind kind) {
    std::vector<Event> found;
    for (const Event& event : world_.seen) {
      if (event.kind == kind) found.push_back(event);
    }
    return found;
  }
  std::vector<TraceSpan> Spans(const std::string& text) {
    std::vector<TraceSpan> spans;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (TextBehind(line, "ph") != "X") continue;
      const uint64_t began = NumberBehind(line, "ts");
      spans.push_back({static_cast<int>(NumberBehind(line, "tid")), TextBehind(line, "name"), began,
                       began + NumberBehind(line, "dur")});
    }
    return spans;
  }
  std::string Contents(const std::string& path) {
    std::string text;
    EXPECT_TRUE(ReadFile(&env_, path, &text).ok());
    return text;
  }

  SimulatedEnv env_{31};
  World world_{&env_, 31};
  NamespaceId a_ = 0;
};

TEST_F(StoreObserve, LevelsSayHowManyBytesCameIntoThemAndHowManyReadsSearchedThem) {
  for (int round = 0; round < 3; ++round) Fill(0, 300);
  ASSERT_TRUE(world_.Compact().ok());
  for (int i = 0; i < 300; i += 3) ASSERT_TRUE(world_.Get(a_, Key(i)).has_value());
  const StoreStatistics found = Statistics();
  ASSERT_EQ(found.namespaces.size(), 1u);
  EXPECT_EQ(found.namespaces[0].name, "a");
  uint64_t read = 0;
  uint64_t written = 0;
  uint64_t searches = 0;
  uint64_t bytes = 0;
  for (const LevelStatistics& level : found.namespaces[0].levels) {
    if (level.level == 0) {
      EXPECT_EQ(level.bytes_written, found.flush_bytes);
    } else {
      read += level.bytes_read;
      written += level.bytes_written;
    }
    searches += level.reads;
    bytes += level.bytes;
  }
  EXPECT_EQ(found.flushes, found.flush.count);
  EXPECT_EQ(read, found.compaction_bytes_read);
  EXPECT_EQ(written, found.compaction_bytes_written);
  EXPECT_GT(written, 0u);
  EXPECT_EQ(searches, 100u) << "everything lies in one level";
  EXPECT_EQ(found.gets, 100u);
  EXPECT_EQ(found.read_amplification, 1.0);
  EXPECT_EQ(bytes, found.table_bytes);
  EXPECT_EQ(found.live_bytes, found.table_bytes);
  EXPECT_EQ(found.space_amplification, 1.0);
  EXPECT_GT(found.write_amplification, 1.0);
}

TEST_F(StoreObserve, OldVersionsCountAsSpaceThatIsNotLive) {
  world_.options().compact_in_background = false;
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  Fill(0, 100);
  ASSERT_TRUE(world_.Compact().ok());
  EXPECT_EQ(Statistics().space_amplification, 1.0);
  Fill(0, 100);
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_GT(Statistics().space_amplification, 1.5);
  Fill(500, 600);
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_LT(Statistics().space_amplification, 1.9) << "new keys are live where they are";
}

TEST_F(StoreObserve, EachCommitIsTimedOnceUnderTheDurabilityItAskedFor) {
  Fill(0, 5, Durability::kMemory);
  Fill(5, 12, Durability::kOs);
  Fill(12, 15, Durability::kDisk);
  const StoreStatistics found = Statistics();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found.commit[i].count, found.batches_by_durability[i]);
    EXPECT_GT(found.commit[i].p50_micros, 0u);
    EXPECT_LE(found.commit[i].p50_micros, found.commit[i].max_micros);
  }
  EXPECT_EQ(found.commit[0].count, 5u);
  EXPECT_EQ(found.commit[1].count, 8u) << "one of them made the namespace";
  EXPECT_EQ(found.log_sync.count, found.log_syncs);
  EXPECT_GT(found.open_micros, 0u);
}

TEST_F(StoreObserve, AGetIsTimedWhenABlockHadToComeFromDiskAndOnlyThen) {
  Fill(0, 30);
  ASSERT_TRUE(world_.Get(a_, Key(3)).has_value());
  EXPECT_EQ(Statistics().disk_get.count, 0u) << "from a memtable";
  ASSERT_TRUE(world_.Compact().ok());
  ASSERT_TRUE(world_.Get(a_, Key(3)).has_value());
  EXPECT_EQ(Statistics().disk_get.count, 1u);
  ASSERT_TRUE(world_.Get(a_, Key(3)).has_value());
  EXPECT_EQ(Statistics().disk_get.count, 1u) << "from the block cache";
  const uint64_t gets = Statistics().gets;
  Presence presence = Presence::kAbsent;
  PinnedValue value;
  EXPECT_TRUE(
      world_.store().Get(a_, Key(29), {.tier = Tier::kMemory}, &presence, &value).IsIncomplete());
  EXPECT_EQ(Statistics().gets, gets) << "what is asked again counts once";
  EXPECT_EQ(Statistics().disk_get.count, 1u);
}

TEST_F(StoreObserve, ABlockIsPinnedWhileAnIteratorStandsInIt) {
  Fill(0, 30);
  ASSERT_TRUE(world_.Compact().ok());
  ASSERT_TRUE(world_.Get(a_, Key(3)).has_value());
  EXPECT_EQ(Statistics().cache_pinned_bytes, 0u);
  std::unique_ptr<Iterator> iterator;
  ASSERT_TRUE(world_.store().NewIterator(a_, {}, Tier::kDisk, &iterator).ok());
  iterator->Start();
  ASSERT_TRUE(iterator->Valid());
  EXPECT_GT(Statistics().cache_pinned_bytes, 0u);
  EXPECT_LE(Statistics().cache_pinned_bytes, Statistics().cache_bytes);
  iterator.reset();
  EXPECT_EQ(Statistics().cache_pinned_bytes, 0u);
}

TEST_F(StoreObserve, AStallIsCountedAndTimedByItsCause) {
  world_.options().immutable_generations_max = 1;
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  a_ = world_.Open("a");
  size_t settled = 0;
  for (int i = 0; i < 2000; ++i) {
    WriteBatch batch;
    batch.Put(a_, Key(i), std::string(60, 'v'));
    world_.store().Write(batch.bytes(), 1, {.durability = Durability::kOs, .applied = {}},
                         [&](const Status& status) {
                           EXPECT_TRUE(status.ok()) << status.ToString();
                           ++settled;
                         });
  }
  world_.scheduler().WaitUntil([&] { return settled == 2000; });
  const std::vector<Event> began = Seen(Event::Kind::kStallBegan);
  const std::vector<Event> ended = Seen(Event::Kind::kStallEnded);
  ASSERT_GT(ended.size(), 0u);
  const StoreStatistics found = Statistics();
  std::map<StallCause, StallStatistics> told;
  for (const Event& event : ended) {
    StallStatistics& stall = told[event.stall];
    ++stall.count;
    stall.micros += event.micros;
    stall.longest_micros = std::max(stall.longest_micros, event.micros);
  }
  for (const StallCause cause : {StallCause::kFlush, StallCause::kCompaction}) {
    const StallStatistics& counted = found.stalls[static_cast<size_t>(cause)];
    EXPECT_EQ(counted.count, told[cause].count);
    EXPECT_EQ(counted.micros, told[cause].micros);
    EXPECT_EQ(counted.longest_micros, told[cause].longest_micros);
  }
  EXPECT_GT(told[StallCause::kFlush].micros, 0u);
  EXPECT_EQ(began.front().detail, "waiting for flush");
  EXPECT_EQ(found.stall_micros,
            std::accumulate(found.stalls.begin(), found.stalls.end(), uint64_t{0},
                            [](uint64_t sum, const auto& stall) { return sum + stall.micros; }));
}

TEST_F(StoreObserve, AnEventCarriesItsFieldsBesidesItsText) {
  for (int round = 0; round < 3; ++round) Fill(0, 300);
  ASSERT_TRUE(world_.Compact().ok());
  const std::vector<Event> flushed = Seen(Event::Kind::kFlushed);
  ASSERT_GT(flushed.size(), 0u);
  EXPECT_EQ(flushed[0].namespace_name, "a");
  EXPECT_TRUE(flushed[0].file.ends_with(".sst"));
  EXPECT_EQ(EventText(flushed[0]).find("flushed a: L0 " + flushed[0].file), 0u);
  const std::vector<Event> compacted = Seen(Event::Kind::kCompacted);
  ASSERT_GT(compacted.size(), 0u);
  for (const Event& event : compacted) {
    EXPECT_EQ(event.namespace_name, "a");
    EXPECT_GT(event.input_tables, 0u);
    EXPECT_GT(event.output_level, 0);
    EXPECT_GT(event.micros, 0u);
  }
  const uint64_t bytes =
      std::accumulate(compacted.begin(), compacted.end(), uint64_t{0},
                      [](uint64_t sum, const Event& event) { return sum + event.bytes; });
  EXPECT_EQ(bytes, Statistics().compaction_bytes_written);
  EXPECT_EQ(Seen(Event::Kind::kGenerationFull)[0].file, "000001.wal");
}

TEST_F(StoreObserve, ATraceHoldsSpansThatNestWithinTheirLanes) {
  ASSERT_TRUE(world_.store().StartTrace("/trace.json", 1 << 20).ok());
  for (int round = 0; round < 2; ++round) Fill(0, 100, Durability::kDisk);
  ASSERT_TRUE(world_.Compact().ok());
  ASSERT_TRUE(world_.store().StopTrace().ok());
  const std::string text = Contents("/trace.json");
  EXPECT_TRUE(text.starts_with("[\n{")) << text.substr(0, 80);
  EXPECT_TRUE(text.ends_with("}\n]\n"));
  EXPECT_NE(text.find("\"name\":\"commit lane\""), std::string::npos);
  std::map<std::string, int> names;
  std::vector<TraceSpan> spans = Spans(text);
  std::sort(spans.begin(), spans.end(), [](const TraceSpan& x, const TraceSpan& y) {
    if (x.lane != y.lane) return x.lane < y.lane;
    return x.began != y.began ? x.began < y.began : x.ended > y.ended;
  });
  std::vector<TraceSpan> open;
  for (const TraceSpan& span : spans) {
    ++names[span.name];
    while (!open.empty() && (open.back().lane != span.lane || open.back().ended <= span.began)) {
      open.pop_back();
    }
    if (!open.empty()) {
      ASSERT_LE(span.ended, open.back().ended) << open.back().name;
    }
    if (span.name == "sync" || span.name == "append") {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back().name, "commit group");
    }
    open.push_back(span);
  }
  EXPECT_EQ(names["sync"], 200);
  EXPECT_GT(names["flush"], 0);
  EXPECT_GT(names["compaction"], 0);
  EXPECT_EQ(spans.front().lane, 1);
}

TEST_F(StoreObserve, ATraceIsBoundedAndSaysSo) {
  ASSERT_TRUE(world_.store().StartTrace("/trace.json", 4096).ok());
  Fill(0, 200, Durability::kDisk);
  ASSERT_TRUE(world_.store().StopTrace().ok());
  const std::string text = Contents("/trace.json");
  EXPECT_LT(text.size(), 4096u + 200u);
  EXPECT_NE(text.find("the trace is full"), std::string::npos);
  EXPECT_TRUE(text.ends_with("}\n]\n"));
}

TEST_F(StoreObserve, ATraceIsOnDiskButForItsEndWhenTheProcessDies) {
  ASSERT_TRUE(world_.store().StartTrace("/trace.json", 1 << 20).ok());
  Fill(0, 50);
  env_.AdvanceClock(2'000'000);
  Fill(50, 60);
  const std::string text = Contents("/trace.json");
  EXPECT_TRUE(text.starts_with("[\n{"));
  EXPECT_TRUE(text.ends_with("}")) << "only whole events are written";
  EXPECT_GT(Spans(text).size(), 100u);
}

TEST_F(StoreObserve, ATraceNeverReplacesAFileAndThereIsOneAtATime) {
  EXPECT_TRUE(world_.store()
                  .StartTrace(StoreWorld::PathOf("CURRENT"), 4096)
                  .Is(StatusCode::kInvalidArgument));
  ASSERT_TRUE(world_.store().StartTrace("/trace.json", 4096).ok());
  EXPECT_TRUE(world_.store().StartTrace("/other.json", 4096).Is(StatusCode::kInvalidArgument));
  ASSERT_TRUE(world_.store().StopTrace().ok());
  EXPECT_TRUE(world_.store().StopTrace().ok()) << "stopping what has stopped is nothing";
  ASSERT_TRUE(world_.store().StartTrace("/other.json", 4096).ok());
  EXPECT_TRUE(world_.Close().ok()) << "closing ends it";
  EXPECT_TRUE(Contents("/other.json").ends_with("\n]\n"));
}

TEST_F(StoreObserve, AFailedTraceIsToldByStopAndLeavesTheStoreAlone) {
  ASSERT_TRUE(world_.store().StartTrace("/trace.json", 1 << 20).ok());
  env_.SetFaultPlan(FaultPlan(
      Fault{.kind = FaultKind::kNoSpace, .from_then_on = true, .only_file_kind = "json"}));
  Fill(0, 20);
  env_.AdvanceClock(2'000'000);
  Fill(20, 60);
  EXPECT_TRUE(world_.store().StopTrace().Is(StatusCode::kNoSpace));
  EXPECT_FALSE(Statistics().read_only);
  EXPECT_TRUE(world_.VerifyClean().ok());
}

}  // namespace
}  // namespace ledgerstone
