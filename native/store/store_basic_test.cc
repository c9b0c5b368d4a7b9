// What a caller sees of a healthy store: namespaces, batches, snapshots, ranges, derived
// namespaces, the lock, closing, events.
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreBasic : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.Open().ok()); }

  Status Applied(NamespaceId id, uint64_t position, const std::string& value) {
    WriteBatch batch;
    batch.Put(id, "key", value);
    return world_.Write(batch, {.durability = Durability::kDisk, .applied = position});
  }

  SimulatedEnv env_{3};
  StoreWorld world_{&env_, 3};
};

TEST_F(StoreBasic, KeepsWhatWasWrittenOverReopens) {
  EXPECT_TRUE(world_.store().report().created);
  const NamespaceId id = world_.Open("a");
  ASSERT_TRUE(world_.Put(id, "key", "value", Durability::kMemory).ok());
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_FALSE(world_.store().report().created);
  EXPECT_TRUE(world_.store().report().clean_close);
  EXPECT_EQ(world_.Open("a"), id);
  EXPECT_EQ(world_.Get(id, "key"), "value");
  EXPECT_EQ(world_.Get(id, "other"), std::nullopt);
}

TEST_F(StoreBasic, OpeningAndClosingDoesNotPileUpLogSegments) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(world_.Close().ok());
    ASSERT_TRUE(world_.Open().ok());
  }
  size_t logs = 0;
  for (const std::string& path : env_.ListImages()) logs += path.ends_with(".wal") ? 1 : 0;
  EXPECT_LE(logs, 2u);
}

TEST_F(StoreBasic, TellsANamespaceOpenedWithAnotherCodecOrKind) {
  ASSERT_NE(world_.Open("a"), 0u);
  NamespaceId id = 0;
  NamespaceOptions codec;
  codec.key_codec = "tuple";
  EXPECT_TRUE(world_.store().OpenNamespace("a", codec, &id).Is(StatusCode::kMismatch));
  NamespaceOptions derived;
  derived.derived = true;
  EXPECT_TRUE(world_.store().OpenNamespace("a", derived, &id).Is(StatusCode::kMismatch));
  EXPECT_TRUE(world_.store().OpenNamespace("", {}, &id).Is(StatusCode::kInvalidArgument));
}

TEST_F(StoreBasic, ADroppedNamespaceIsGoneAndItsNameIsFree) {
  const NamespaceId old_id = world_.Open("a");
  ASSERT_TRUE(world_.Put(old_id, "key", "old").ok());
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_TRUE(world_.Drop(old_id).ok());
  EXPECT_TRUE(world_.Drop(old_id).Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(world_.Put(old_id, "key", "late").Is(StatusCode::kInvalidArgument));
  const NamespaceId new_id = world_.Open("a");
  EXPECT_NE(new_id, old_id);
  EXPECT_EQ(world_.Get(new_id, "key"), std::nullopt);
  ASSERT_TRUE(world_.Put(new_id, "key", "new").ok());
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.Open("a"), new_id);
  EXPECT_EQ(world_.Get(new_id, "key"), "new");
}

TEST_F(StoreBasic, LaterEntriesOfABatchWin) {
  const NamespaceId a = world_.Open("a");
  const NamespaceId b = world_.Open("b");
  WriteBatch batch;
  batch.Put(a, "key", "1");
  batch.Put(b, "key", "2");
  batch.Delete(a, "key");
  batch.Put(b, "key", "3");
  ASSERT_TRUE(world_.Write(batch).ok());
  EXPECT_EQ(world_.Get(a, "key"), std::nullopt);
  EXPECT_EQ(world_.Get(b, "key"), "3");
}

TEST_F(StoreBasic, RefusesBadBatchesWhole) {
  const NamespaceId a = world_.Open("a");
  WriteBatch batch;
  batch.Put(a, "key", "1");
  batch.Put(a, "", "2");
  EXPECT_TRUE(world_.Write(batch).Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(world_.Put(99, "key", "1").Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(
      world_.Put(a, std::string(kKeyBytesMax + 1, 'k'), "1").Is(StatusCode::kInvalidArgument));
  EXPECT_EQ(world_.Get(a, "key"), std::nullopt);
}

TEST_F(StoreBasic, SnapshotsOutliveFlushAndCompaction) {
  const NamespaceId id = world_.Open("a");
  ASSERT_TRUE(world_.Put(id, "key", "old").ok());
  ASSERT_TRUE(world_.Put(id, "gone", "here").ok());
  const uint64_t snapshot = world_.store().TakeSnapshot();
  ASSERT_TRUE(world_.Put(id, "key", "new").ok());
  ASSERT_TRUE(world_.Delete(id, "gone").ok());
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_TRUE(world_.Compact().ok());
  EXPECT_EQ(world_.Get(id, "key", snapshot), "old");
  EXPECT_EQ(world_.Get(id, "gone", snapshot), "here");
  EXPECT_EQ(world_.Get(id, "key"), "new");
  EXPECT_EQ(world_.Get(id, "gone"), std::nullopt);
  EXPECT_TRUE(world_.store().ReleaseSnapshot(snapshot));
  EXPECT_FALSE(world_.store().ReleaseSnapshot(snapshot));
  EXPECT_EQ(world_.Get(id, "key", snapshot).value_or("").substr(0, 6), "error:");
}

TEST_F(StoreBasic, WhatACompactionReplacedIsGoneWhenItIsDone) {
  const NamespaceId id = world_.Open("a");
  for (const char* const value : {"first", "second"}) {
    for (int key = 0; key < 20; ++key) {
      ASSERT_TRUE(world_.Put(id, std::to_string(key), value).ok());
    }
    ASSERT_TRUE(world_.Flush().ok());
  }
  std::vector<std::string> names;
  bool done = false;
  world_.store().Compact(id, {}, {}, [&](const Status& status) {
    EXPECT_TRUE(status.ok());
    ASSERT_TRUE(world_.env().ListDirectory(StoreWorld::kPath, &names).ok());
    done = true;
  });
  world_.scheduler().WaitUntil([&] { return done; });
  const auto is_table = [](const std::string& name) { return name.ends_with(".sst"); };
  EXPECT_EQ(std::count_if(names.begin(), names.end(), is_table), 1);
}

TEST_F(StoreBasic, RangesAgreeWithBruteForceForEveryBound) {
  const NamespaceId id = world_.Open("a");
  KeyValues model;
  for (int i = 1; i < 12; i += 2) {
    model[std::string(1, static_cast<char>('a' + i))] = std::to_string(i);
  }
  int step = 0;
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(world_.Put(id, key, "older").ok());
    ASSERT_TRUE(world_.Put(id, key, value).ok());
    ASSERT_TRUE(world_.Put(id, key + "x", "deleted").ok());
    if (++step % 2 == 0) {
      ASSERT_TRUE(world_.Flush().ok());
    }
    ASSERT_TRUE(world_.Delete(id, key + "x").ok());
  }
  for (int shape = 0; shape < 32; ++shape) {
    for (char low = 'a'; low < 'n'; ++low) {
      for (char high = 'a'; high < 'n'; ++high) {
        IterateOptions options;
        options.lower = {std::string(1, low), (shape & 1) != 0, (shape & 2) != 0};
        options.upper = {std::string(1, high), (shape & 4) != 0, (shape & 8) != 0};
        options.reverse = (shape & 16) != 0;
        std::vector<std::pair<std::string, std::string>> wanted;
        for (const auto& [key, value] : model) {
          const int below = key.compare(options.lower.key);
          const int above = key.compare(options.upper.key);
          if (options.lower.set && (below < 0 || (below == 0 && !options.lower.inclusive)))
            continue;
          if (options.upper.set && (above > 0 || (above == 0 && !options.upper.inclusive)))
            continue;
          wanted.emplace_back(key, value);
        }
        if (options.reverse) std::reverse(wanted.begin(), wanted.end());
        std::vector<std::pair<std::string, std::string>> entries;
        ASSERT_TRUE(world_.Scan(id, options, &entries).ok());
        ASSERT_EQ(entries, wanted) << "shape " << shape << " from " << low << " to " << high;
      }
    }
  }
}

TEST_F(StoreBasic, DerivedNamespacesTakeRisingPositionsAndNoMixes) {
  NamespaceOptions options;
  options.derived = true;
  const NamespaceId derived = world_.Open("d", options);
  const NamespaceId ordinary = world_.Open("a");
  EXPECT_TRUE(world_.Put(derived, "key", "1").Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(Applied(ordinary, 1, "1").Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(Applied(derived, 5, "5").ok());
  EXPECT_TRUE(Applied(derived, 5, "again").Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(Applied(derived, 6, "6").ok());
  EXPECT_EQ(world_.store().Applied(), 0u);
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(world_.store().Applied(), 6u);
  EXPECT_TRUE(Applied(derived, 7, "7").ok());
  world_.Kill();
  env_.Crash(
      {.seed = 1, .mode = CrashMode::kKeepAll, .unit = 4096, .lose_directory_entries = false});
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.store().report().applied, 6u);
  EXPECT_EQ(world_.Get(derived, "key"), "6");
  EXPECT_TRUE(Applied(derived, 7, "7").ok());
}

TEST_F(StoreBasic, ASecondOwnerIsToldThatTheDirectoryIsLocked) {
  StoreWorld second(&env_, 4);
  EXPECT_TRUE(second.Open().Is(StatusCode::kLocked));
  ASSERT_TRUE(world_.Close().ok());
  EXPECT_TRUE(second.Open().ok());
}

TEST_F(StoreBasic, AnswersClosedAfterClose) {
  const NamespaceId id = world_.Open("a");
  ASSERT_TRUE(world_.Put(id, "key", "value").ok());
  std::unique_ptr<Iterator> iterator;
  ASSERT_TRUE(world_.store().NewIterator(id, {}, Tier::kDisk, &iterator).ok());
  ASSERT_TRUE(world_.store().Close().ok());
  EXPECT_TRUE(world_.Put(id, "key", "late").Is(StatusCode::kClosed));
  EXPECT_EQ(world_.Get(id, "key").value_or("").substr(0, 13), "error: CLOSED");
  NamespaceId other = 0;
  EXPECT_TRUE(world_.store().OpenNamespace("b", {}, &other).Is(StatusCode::kClosed));
  EXPECT_TRUE(world_.Flush().Is(StatusCode::kClosed));
  iterator->Start();
  EXPECT_FALSE(iterator->Valid());
  EXPECT_TRUE(iterator->status().Is(StatusCode::kClosed));
  iterator.reset();
  EXPECT_TRUE(world_.store().Close().ok());
}

TEST_F(StoreBasic, ReadOnlyReadsTheLogAndWritesNothing) {
  const NamespaceId id = world_.Open("a");
  ASSERT_TRUE(world_.Put(id, "key", "value").ok());
  ASSERT_TRUE(world_.Close().ok());
  world_.options().read_only = true;
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.Get(id, "key"), "value");
  CheckpointReport report;
  EXPECT_TRUE(world_.store().Checkpoint("/copy", &report).Is(StatusCode::kReadOnly));
  EXPECT_TRUE(world_.Put(id, "key", "other").Is(StatusCode::kReadOnly));
  EXPECT_TRUE(world_.Drop(id).Is(StatusCode::kReadOnly));
  EXPECT_EQ(world_.store().Namespaces().size(), 1u);
  EXPECT_TRUE(world_.Close().ok());
}

}  // namespace
}  // namespace ledgerstone
