// Damaged and missing files of an event log: a wrong byte of a record is told and never handed on,
// a wrong byte of an index costs time and nothing else, a wrong byte of the catalog is told.
#include <gtest/gtest.h>

#include <functional>

#include "log/event_format.h"
#include "testing/counts.h"
#include "testing/event_world.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kEvents = 48;
constexpr uint64_t kStep = 3;  // milliseconds between events

class EventLogDamage : public testing::Test {
 protected:
  // Three archived segments, some live ones, and one under way; closed.
  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    for (uint64_t i = 1; i <= kEvents; ++i) {
      env_.SetWallMillis(TimeOf(i) / 1'000);
      ASSERT_TRUE(world_.Append({BytesOf(i)}).status.ok());
      if (i == 30) {
        uint64_t moved = 0;
        ASSERT_TRUE(world_.log().Archive(EventWorld::kArchive, 30, &moved).ok());
        ASSERT_GE(moved, 2u);
      }
    }
    world_.RunBackground();
    segments_ = world_.log().Segments();
    ASSERT_GE(segments_.size(), 4u);
    ASSERT_TRUE(world_.Close().ok());
    image_ = env_.Snapshot();
  }

  void TearDown() override { ASSERT_TRUE(world_.Close().ok()); }

  static uint64_t TimeOf(uint64_t position) { return (1'000 + position * kStep) * 1'000; }
  static std::string BytesOf(uint64_t position) { return "event " + std::to_string(position); }

  std::string FileOf(const SegmentFacts& facts, const char* suffix) const {
    std::string digits = std::to_string(facts.number);
    digits.insert(0, 6 - digits.size(), '0');
    const std::string name = digits + suffix;
    return facts.archived ? EventWorld::ArchiveOf(name) : EventWorld::PathOf(name);
  }

  void Flip(const std::string& path, uint64_t offset) {
    static_cast<void>(world_.Close());
    env_.Restore(image_);
    env_.CorruptByte(path, offset, static_cast<uint8_t>(1u << (offset % 8)));
    Count("damaged opens: event log, flip " + FileKindText(DiskOperationKind::kRead, path));
  }

  // What is read is right as far as it goes.
  Status ReadChecked(uint64_t* count) {
    std::vector<EventWorld::Event> events;
    const Status status = world_.ReadAll(&events);
    *count = events.size();
    for (uint64_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].bytes, BytesOf(i + 1));
      EXPECT_EQ(events[i].time_micros, TimeOf(i + 1));
    }
    return status;
  }

  void ExpectAllRight() {
    uint64_t count = 0;
    const Status read = ReadChecked(&count);
    ASSERT_TRUE(read.ok()) << read.ToString();
    ASSERT_EQ(count, kEvents);
    for (uint64_t i = 1; i <= kEvents; ++i) {
      uint64_t position = 0;
      ASSERT_TRUE(world_.log().SeekTime(TimeOf(i), &position).ok());
      ASSERT_EQ(position, i);
      uint32_t chain = 0;
      uint64_t last = 0;
      ASSERT_TRUE(world_.log().Chain(i, &chain, &last).ok());
      ASSERT_EQ(last, i);
      std::vector<EventWorld::Event> events;
      ASSERT_TRUE(world_.Read(i, i, &events).ok());
      ASSERT_EQ(events.at(0).bytes, BytesOf(i));
    }
  }

  SimulatedEnv env_{11};
  EventWorld world_{&env_};
  std::vector<SegmentFacts> segments_;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_F(EventLogDamage, AWrongByteOfASegmentIsToldByOpenReadOrVerify) {
  uint64_t told_by_read = 0;
  for (const SegmentFacts& facts : segments_) {
    const std::string path = FileOf(facts, ".evt");
    for (uint64_t offset = 0; offset < facts.bytes; ++offset) {
      SCOPED_TRACE(path + " at " + std::to_string(offset));
      Flip(path, offset);
      Status told = world_.Open();
      if (told.ok()) {
        uint64_t count = 0;
        told = ReadChecked(&count);
        if (!told.ok()) ++told_by_read;
        ASSERT_TRUE(count == kEvents || !told.ok());
      }
      if (told.ok()) told = world_.VerifyClean();
      ASSERT_EQ(told.code(), StatusCode::kCorruption) << told.ToString();
      ASSERT_FALSE(told.place().file.empty());
    }
  }
  EXPECT_GT(told_by_read, 1'000u);
}

TEST_F(EventLogDamage, ADamagedRecordIsToldWithThePositionsItHeld) {
  Flip(FileOf(segments_[0], ".evt"), 300);
  ASSERT_TRUE(world_.Open().ok());
  uint64_t count = 0;
  const Status told = ReadChecked(&count);
  EXPECT_EQ(told.code(), StatusCode::kCorruption);
  EXPECT_LT(count, segments_[0].last);
  EXPECT_NE(told.message().find("events from " + std::to_string(count + 1) + " to"),
            std::string::npos)
      << told.ToString();
  EXPECT_EQ(told.place().file, "000001.evt");
  EXPECT_NE(told.place().offset, FilePlace::kNoOffset);
  std::vector<EventWorld::Event> behind;
  EXPECT_TRUE(world_.Read(segments_[1].first, segments_[1].last, &behind).ok())
      << "what is whole is read";
}

TEST_F(EventLogDamage, AWrongByteOfAnIndexGivesNoWrongAnswer) {
  for (const SegmentFacts& facts : segments_) {
    const std::string path = FileOf(facts, ".idx");
    const uint64_t size = env_.ReadImage(path).value_or("").size();
    ASSERT_GT(size, 0u);
    for (uint64_t offset = 0; offset < size; ++offset) {
      SCOPED_TRACE(path + " at " + std::to_string(offset));
      Flip(path, offset);
      ASSERT_TRUE(world_.Open().ok());
      if (!facts.finished) {
        EXPECT_GT(world_.log().report().index_entries_rebuilt, 0u);
      }
      ExpectAllRight();
      if (HasFatalFailure()) return;
      if (facts.archived) continue;
      const Status verified = world_.VerifyClean();
      ASSERT_TRUE(verified.ok()) << verified.ToString();
    }
  }
}

TEST_F(EventLogDamage, AnIndexThatIsGoneOrCutIsMadeAnew) {
  for (const SegmentFacts& facts : segments_) {
    const std::string path = FileOf(facts, ".idx");
    const std::string whole = env_.ReadImage(path).value_or("");
    for (size_t size = 0; size <= whole.size(); size += 13) {
      SCOPED_TRACE(path + " cut to " + std::to_string(size));
      ASSERT_TRUE(world_.Close().ok());
      env_.Restore(image_);
      if (size == 0) {
        env_.RemoveImage(path);
      } else {
        env_.WriteImage(path, whole.substr(0, size));
      }
      ASSERT_TRUE(world_.Open().ok());
      ExpectAllRight();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(EventLogDamage, AnotherSegmentsIndexIsNotBelieved) {
  const std::string first = FileOf(segments_[segments_.size() - 2], ".idx");
  const std::string second = FileOf(segments_[segments_.size() - 3], ".idx");
  const std::string bytes = env_.ReadImage(second).value_or("");
  env_.WriteImage(first, bytes);
  ASSERT_TRUE(world_.Open().ok());
  ExpectAllRight();
}

TEST_F(EventLogDamage, AnIndexThatLiesWithRightChecksumsIsNotBelieved) {
  const SegmentFacts& facts = segments_[segments_.size() - 2];
  const std::string path = FileOf(facts, ".idx");
  const std::string bytes = *env_.ReadImage(path);
  FileHeader header;
  ASSERT_TRUE(DecodeFileHeader(bytes, path, &header).ok());
  const uint64_t seed = FileSeed(header.store_id, header.file_number);
  std::vector<log::IndexEntry> right((bytes.size() - kFileHeaderSize) / log::kIndexEntrySize);
  for (size_t i = 0; i < right.size(); ++i) {
    ASSERT_TRUE(log::DecodeIndexEntry(seed, i, bytes.data() + log::IndexEntryOffset(i), &right[i]));
  }
  const std::vector<std::function<void(log::IndexEntry*)>> lies = {
      [](log::IndexEntry* entry) { entry->offset += 8; },
      [](log::IndexEntry* entry) { entry->offset = uint64_t{1} << 40; },
      [](log::IndexEntry* entry) { entry->time_micros += 1; },
      [](log::IndexEntry* entry) { entry->length += 1; },
      [](log::IndexEntry* entry) { entry->payload_checksum ^= 1; },
      [](log::IndexEntry* entry) { entry->count += 1; }};
  for (size_t i = 0; i < right.size(); ++i) {
    for (size_t lie = 0; lie < lies.size(); ++lie) {
      SCOPED_TRACE("entry " + std::to_string(i) + ", lie " + std::to_string(lie));
      std::vector<log::IndexEntry> wrong = right;
      lies[lie](&wrong[i]);
      ASSERT_TRUE(world_.Close().ok());
      env_.Restore(image_);
      env_.WriteImage(path, log::EncodeIndex(header.store_id, header.file_number, wrong));
      ASSERT_TRUE(world_.Open().ok());
      ExpectAllRight();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(EventLogDamage, AWrongByteOfTheCatalogIsTold) {
  const std::string path = EventWorld::PathOf("CATALOG");
  const uint64_t size = env_.ReadImage(path).value_or("").size();
  ASSERT_GT(size, 200u);
  for (uint64_t offset = 0; offset < size; ++offset) {
    Flip(path, offset);
    const Status opened = world_.Open();
    ASSERT_EQ(opened.code(), StatusCode::kCorruption) << offset << ": " << opened.ToString();
    ASSERT_EQ(opened.place().file, "CATALOG");
  }
  for (uint64_t cut = 0; cut < size; ++cut) {
    env_.Restore(image_);
    env_.WriteImage(path, env_.ReadImage(path).value_or("").substr(0, cut));
    ASSERT_EQ(world_.Open().code(), StatusCode::kCorruption) << cut;
  }
  env_.Restore(image_);
  env_.RemoveImage(path);
  EXPECT_EQ(world_.Open().code(), StatusCode::kCorruption);
}

TEST_F(EventLogDamage, AMissingLiveSegmentIsTold) {
  for (const SegmentFacts& facts : segments_) {
    if (facts.archived) continue;
    env_.Restore(image_);
    env_.RemoveImage(FileOf(facts, ".evt"));
    const Status opened = world_.Open();
    ASSERT_EQ(opened.code(), StatusCode::kCorruption) << opened.ToString();
    EXPECT_EQ(EventWorld::PathOf(opened.place().file), FileOf(facts, ".evt"));
  }
}

TEST_F(EventLogDamage, AMissingArchivedSegmentIsToldWhenItIsRead) {
  env_.RemoveImage(FileOf(segments_[0], ".evt"));
  ASSERT_TRUE(world_.Open().ok());
  uint64_t count = 0;
  const Status told = ReadChecked(&count);
  EXPECT_EQ(told.code(), StatusCode::kNotFound);
  EXPECT_EQ(told.place().file, "000001.evt");
  EXPECT_NE(told.message().find(EventWorld::kArchive), std::string::npos);
  EXPECT_EQ(world_.VerifyClean().code(), StatusCode::kNotFound);
  EXPECT_TRUE(world_.Append({"still writable"}).status.ok());
}

TEST_F(EventLogDamage, AMovedArchiveIsFoundWhereTheOptionSays) {
  for (const SegmentFacts& facts : segments_) {
    if (!facts.archived) continue;
    for (const char* suffix : {".evt", ".idx"}) {
      const std::string from = FileOf(facts, suffix);
      ASSERT_TRUE(env_.CreateDirectory("/moved").ok());
      env_.WriteImage("/moved" + from.substr(from.rfind('/')), *env_.ReadImage(from));
      env_.RemoveImage(from);
    }
  }
  world_.options().archive_directory = "/moved";
  ASSERT_TRUE(world_.Open().ok());
  ExpectAllRight();
}

TEST_F(EventLogDamage, AnotherLogsSegmentIsToldApart) {
  SimulatedEnv other_env(99);
  EventWorld other(&other_env);
  ASSERT_TRUE(other.Open().ok());
  for (uint64_t i = 1; i <= kEvents; ++i) ASSERT_TRUE(other.Append({BytesOf(i)}).status.ok());
  ASSERT_TRUE(other.Close().ok());
  env_.WriteImage(FileOf(segments_[0], ".evt"),
                  *other_env.ReadImage(EventWorld::PathOf("000001.evt")));
  ASSERT_TRUE(world_.Open().ok());
  uint64_t count = 0;
  EXPECT_EQ(ReadChecked(&count).code(), StatusCode::kCorruption);
  EXPECT_EQ(count, 0u);
}

}  // namespace
}  // namespace ledgerstone
