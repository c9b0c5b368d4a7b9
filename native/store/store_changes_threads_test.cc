// Readers of changes beside writers, flushes and retention, under real threads.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "testing/change_log.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class ThreadedStoreChanges : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    StoreOptions options = TinyStoreOptions();
    options.retention.bytes = 1 << 20;
    ASSERT_TRUE(Store::Open(options, directory_ + "/store", &store_).ok());
    ASSERT_TRUE(store_->OpenNamespace("a", {}, &id_).ok());
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void WriteSome(int writes) {
    for (int i = 0; i < writes; ++i) {
      WriteBatch batch;
      for (int entry = 0; entry <= i % 3; ++entry)
        batch.Put(id_, "k" + std::to_string((i + entry) % 20), std::string(60, 'v'));
      const auto durability = i % 32 == 0 ? Durability::kDisk : Durability::kOs;
      if (!store_->Write(batch, {.durability = durability, .applied = {}}).ok()) return;
    }
  }

  // Follows until `last`; waits when there is nothing.
  void Follow(bool durable, const std::atomic<uint64_t>* last, std::vector<GivenBatch>* given) {
    std::unique_ptr<ChangeReader> reader;
    ASSERT_TRUE(store_->NewChangeReader({.after = 0, .durable = durable}, &reader).ok());
    for (uint64_t through = 0; through < last->load();) {
      const Status status = ReadChanges(reader.get(), 4096, given, &through);
      ASSERT_TRUE(status.ok()) << status.ToString();
      std::atomic<bool> ready{false};
      if (through >= last->load()) return;
      reader->Wait(through, [&] {
        ready.store(true);
        ready.notify_all();
      });
      ready.wait(false);
    }
  }

  std::string directory_;
  NamespaceId id_ = 0;
  std::unique_ptr<Store> store_;
};

TEST_F(ThreadedStoreChanges, FollowersGetEveryBatchOnceWhileSegmentsSwitchAndAreFlushed) {
  std::atomic<uint64_t> last{UINT64_MAX};
  std::vector<GivenBatch> given[2];
  std::thread followers[2];
  for (const bool durable : {false, true})
    followers[durable] = std::thread([&, durable] { Follow(durable, &last, &given[durable]); });
  std::thread writers[2];
  for (std::thread& writer : writers) writer = std::thread([&] { WriteSome(1500); });
  for (std::thread& writer : writers) writer.join();
  last.store(store_->VisibleSequence());
  WriteBatch batch;
  batch.Put(id_, "the last", "one");
  ASSERT_TRUE(store_->Write(batch).ok());
  for (std::thread& follower : followers) follower.join();
  EXPECT_GT(store_->Statistics().flushes, 5u);
  for (const auto& batches : given) {
    uint64_t next = 1;
    for (const GivenBatch& each : batches) {
      ASSERT_EQ(each.first, next);
      next = each.last + 1;
    }
    EXPECT_GE(next, last.load());
  }
}

TEST_F(ThreadedStoreChanges, SnapshotsOfThePastStandWhileCompactionsRun) {
  std::thread writer([&] { WriteSome(2000); });
  size_t taken = 0;
  for (int i = 0; i < 60; ++i) {
    const uint64_t newest = store_->VisibleSequence();
    uint64_t snapshot = 0;
    const Status status = store_->TakeSnapshotAt(newest - newest / 3, &snapshot);
    if (status.Is(StatusCode::kNotRetained)) continue;
    ASSERT_TRUE(status.ok()) << status.ToString();
    std::string first;
    for (int read = 0; read < 2; ++read) {
      IterateOptions options;
      options.snapshot_id = snapshot;
      std::unique_ptr<Iterator> iterator;
      ASSERT_TRUE(store_->NewIterator(id_, options, Tier::kDisk, &iterator).ok());
      std::string found;
      for (iterator->Start(); iterator->Valid(); iterator->Next())
        found.append(iterator->key()).append(iterator->value());
      if (read == 0) first = found;
      EXPECT_EQ(found, first);
    }
    EXPECT_TRUE(store_->ReleaseSnapshot(snapshot));
    ++taken;
  }
  writer.join();
  EXPECT_GT(taken, 0u);
}

}  // namespace
}  // namespace ledgerstone
