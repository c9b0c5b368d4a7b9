// What a range delete erased is not read again: scans in both directions and compactions pass over
// it, and find what was written into it since.
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreErasedScan : public testing::Test {
 protected:
  static constexpr int kKeys = 2000;
  static constexpr uint64_t kBytes = kKeys * 60;  // of values alone

  static StoreOptions Options() {
    StoreOptions options = TinyStoreOptions();
    options.use_block_cache = false;
    options.compact_in_background = false;
    options.level_count = 2;
    options.l0_slowdown_trigger = 5000;
    options.l0_stop_trigger = 6000;
    return options;
  }
  static std::string Key(int number) { return "key" + std::to_string(10'000 + number); }

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    id_ = world_.Open(
        "a", {.compression = Compression::kNone, .bottom_compression = Compression::kNone});
    for (int i = 0; i < kKeys; ++i) {
      ASSERT_TRUE(world_.Put(id_, Key(i), std::string(60, 'v'), Durability::kMemory).ok());
    }
    ASSERT_TRUE(world_.Compact(id_).ok());
    ASSERT_GT(Scan(false).second, kBytes);
    ASSERT_GT(Scan(true).second, kBytes);
  }
  void Erase(int from, int to) {
    WriteBatch batch;
    batch.DeleteRange(id_, Key(from), Key(to));
    ASSERT_TRUE(world_.Write(batch).ok());
  }
  // In bytes, since tracing began.
  uint64_t Reads() const {
    uint64_t bytes = 0;
    for (const DiskOperation& operation : env_.Trace()) {
      if (operation.kind == DiskOperationKind::kRead) bytes += operation.bytes;
    }
    return bytes;
  }
  // The keys in the order they came, and how many bytes were read for them.
  std::pair<std::vector<std::string>, uint64_t> Scan(bool reverse, uint64_t snapshot = 0) {
    IterateOptions options;
    options.reverse = reverse;
    options.snapshot_id = snapshot;
    std::vector<std::pair<std::string, std::string>> entries;
    env_.KeepTrace(true);
    EXPECT_TRUE(world_.Scan(id_, options, &entries).ok());
    const uint64_t reads = Reads();
    env_.KeepTrace(false);
    std::vector<std::string> keys;
    for (const auto& [key, value] : entries) keys.push_back(key);
    return {keys, reads};
  }
  std::vector<std::string> Expected(std::vector<int> numbers, bool reverse) {
    if (reverse) std::reverse(numbers.begin(), numbers.end());
    std::vector<std::string> keys;
    for (const int number : numbers) keys.push_back(Key(number));
    return keys;
  }

  SimulatedEnv env_{3};
  StoreWorld world_{&env_, 3, Options()};
  NamespaceId id_ = 0;
};

TEST_F(StoreErasedScan, ReadsOnlyWhatIsLeftAndWhatWasWrittenSince) {
  for (const bool reverse : {false, true}) {
    const std::vector<std::string> all = Scan(reverse).first;
    ASSERT_EQ(all.size(), static_cast<size_t>(reverse ? 4 : kKeys));
    if (!reverse) {
      const uint64_t snapshot = world_.store().TakeSnapshot();
      Erase(2, kKeys - 1);
      ASSERT_TRUE(world_.Put(id_, Key(1000), "new").ok());
      EXPECT_EQ(Scan(false, snapshot).first, all) << "an older snapshot sees all";
      EXPECT_TRUE(world_.store().ReleaseSnapshot(snapshot));
    }
    EXPECT_EQ(Scan(reverse).first, Expected({0, 1, 1000, kKeys - 1}, reverse));
    EXPECT_LT(Scan(reverse).second, kBytes / 5);
  }
}

TEST_F(StoreErasedScan, PassesOverItInManyPieces) {
  std::vector<int> left;
  for (int i = 0; i < kKeys; i += 100) {
    Erase(i + 1, i + 50);
    Erase(i + 50, i + 100);
    left.push_back(i);
  }
  EXPECT_EQ(Scan(false).first, Expected(left, false));
  EXPECT_EQ(Scan(true).first, Expected(left, true));
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(Scan(false).first, Expected(left, false));
  EXPECT_EQ(Scan(true).first, Expected(left, true));
}

TEST_F(StoreErasedScan, CompactionsReadLittleOfIt) {
  Erase(2, kKeys - 1);
  env_.KeepTrace(true);
  ASSERT_TRUE(world_.Compact(id_).ok());
  EXPECT_LT(Reads(), kBytes / 5);
  env_.KeepTrace(false);
  EXPECT_EQ(Scan(false).first, Expected({0, 1, kKeys - 1}, false));
  EXPECT_TRUE(world_.VerifyClean().ok());
}

TEST_F(StoreErasedScan, CompactionsLeaveWhatAnOlderSnapshotSees) {
  const std::vector<std::string> all = Scan(false).first;
  const uint64_t snapshot = world_.store().TakeSnapshot();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(world_.Put(id_, "before" + std::to_string(i), "new").ok());
  }
  ASSERT_TRUE(world_.Put(id_, Key(kKeys), "so that one table spans all").ok());
  ASSERT_TRUE(world_.Flush().ok());
  WriteBatch batch;
  batch.DeleteRange(id_, "", "");
  ASSERT_TRUE(world_.Write(batch).ok());
  ASSERT_TRUE(world_.Compact(id_).ok());
  EXPECT_EQ(Scan(false, snapshot).first, all);
  EXPECT_TRUE(Scan(false).first.empty());
  EXPECT_TRUE(Scan(true).first.empty());
  EXPECT_TRUE(world_.store().ReleaseSnapshot(snapshot));
}

}  // namespace
}  // namespace ledgerstone
