// The store under real threads, on the real file system: meant for the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/random.h"
#include "ledgerstone/store.h"
#include "testing/seed.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class ThreadedStore : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    Open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    StoreOptions options = TinyStoreOptions();
    options.generation_bytes = 32 << 10;
    const Status status = Store::Open(options, directory_ + "/store", &store_);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_TRUE(store_->OpenNamespace("a", {}, &id_).ok());
  }
  static std::string Key(uint64_t number) { return "key" + std::to_string(100'000 + number); }

  // Both entries of a batch hold the same number, so that a reader sees when one came alone.
  Status WritePair(uint64_t pair, uint64_t number) {
    WriteBatch batch;
    const std::string value = std::to_string(number) + std::string(60, '.');
    batch.Put(id_, Key(2 * pair), value);
    batch.Put(id_, Key(2 * pair + 1), value);
    return store_->Write(
        batch,
        {.durability = number % 16 == 0 ? Durability::kDisk : Durability::kOs, .applied = {}});
  }

  // Reads everything once; true when each pair agrees and keys rise.
  bool ReadsWhole(uint64_t snapshot, bool reverse) {
    IterateOptions options;
    options.snapshot_id = snapshot;
    options.reverse = reverse;
    std::unique_ptr<Iterator> iterator;
    if (!store_->NewIterator(id_, options, Tier::kDisk, &iterator).ok()) return true;
    std::string first;
    size_t count = 0;
    for (iterator->Start(); iterator->Valid(); iterator->Next(), ++count) {
      if (count % 2 == 1 && iterator->value() != first) return false;
      first = iterator->value();
    }
    return iterator->status().Is(StatusCode::kClosed) ||
           (iterator->status().ok() && count % 2 == 0);
  }

  void ExpectWholeAfterReopening() {
    ASSERT_TRUE(store_->Close().ok());
    Open();
    EXPECT_TRUE(ReadsWhole(0, false));
    std::vector<Finding> findings;
    ASSERT_TRUE(store_->Verify(&findings).ok());
    EXPECT_TRUE(findings.empty());
  }

  static constexpr uint64_t kPairs = 40;
  static constexpr uint64_t kWritesEach = 300;
  std::string directory_;
  NamespaceId id_ = 0;
  std::unique_ptr<Store> store_;
};

TEST_F(ThreadedStore, ReadersSeeWholeBatchesWhileWritersAndCompactionsRun) {
  const uint64_t seed = PrintedSeed(5);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> torn{0};
  std::vector<std::thread> writers;
  for (uint64_t w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      Random random(seed + w);
      for (uint64_t i = 0; i < kWritesEach; ++i) {
        EXPECT_TRUE(WritePair(random.Below(kPairs), i * 8 + w).ok());
      }
    });
  }
  std::vector<std::thread> readers;
  for (uint64_t r = 0; r < 2; ++r) {
    readers.emplace_back([&, r] {
      Random random(seed + 100 + r);
      while (!stop.load()) {
        const uint64_t snapshot = store_->TakeSnapshot();
        if (!ReadsWhole(random.OneIn(2) ? snapshot : 0, random.OneIn(2))) ++torn;
        Presence presence;
        PinnedValue value;
        EXPECT_TRUE(store_->Get(id_, Key(random.Below(2 * kPairs)), {}, &presence, &value).ok());
        EXPECT_TRUE(store_->ReleaseSnapshot(snapshot));
        (void)store_->Statistics();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::atomic<bool> compacted{false};
  store_->Compact(0, "", "", [&](const Status& status) {
    EXPECT_TRUE(status.ok()) << status.ToString();
    compacted.store(true);
  });
  while (!compacted.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn.load(), 0u);
  EXPECT_GT(store_->Statistics().flushes, 0u);
  ExpectWholeAfterReopening();
}

TEST_F(ThreadedStore, IngestionsAreWholeForReadersWhileWritersAndCompactionsRun) {
  const uint64_t seed = PrintedSeed(6);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> torn{0};
  std::thread writer([&] {
    Random random(seed);
    for (uint64_t i = 0; !stop.load(); ++i)
      EXPECT_TRUE(WritePair(random.Below(kPairs), i * 8 + 1).ok());
  });
  std::thread reader([&] {
    while (!stop.load()) {
      const uint64_t snapshot = store_->TakeSnapshot();
      if (!ReadsWhole(snapshot, false) || !ReadsWhole(0, true)) ++torn;
      EXPECT_TRUE(store_->ReleaseSnapshot(snapshot));
    }
  });
  Random random(seed + 1);
  for (uint64_t i = 0; i < 60; ++i) {
    // Over what the writer writes, or beside it.
    const uint64_t from = random.OneIn(2) ? random.Below(kPairs) : kPairs + random.Below(5000);
    const uint64_t pairs = 1 + random.Below(60);
    std::shared_ptr<Ingestion> ingestion;
    ASSERT_TRUE(store_->NewIngestion(id_, &ingestion).ok());
    for (uint64_t pair = from; pair < from + pairs; ++pair) {
      WriteBatch batch;
      const std::string value = "ingested " + std::to_string(i) + std::string(200, '-');
      batch.Put(id_, Key(2 * pair), value);
      batch.Put(id_, Key(2 * pair + 1), value);
      ASSERT_TRUE(ingestion->Add(batch.bytes(), batch.count()).ok());
    }
    IngestReport report;
    const Status status = ingestion->Commit(&report);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_EQ(report.entries, 2 * pairs);
  }
  stop.store(true);
  writer.join();
  reader.join();
  EXPECT_EQ(torn.load(), 0u);
  ExpectWholeAfterReopening();
}

TEST_F(ThreadedStore, ClosingEndsAnIngestionOfAnotherThread) {
  std::atomic<bool> begun{false};
  Status ended;
  std::thread loader([&] {
    std::shared_ptr<Ingestion> ingestion;
    ASSERT_TRUE(store_->NewIngestion(id_, &ingestion).ok());
    for (uint64_t i = 0; ended.ok(); ++i) {
      WriteBatch batch;
      batch.Put(id_, Key(i), std::string(1000, 'v'));
      ended = ingestion->Add(batch.bytes(), batch.count());
      if (i > 50) begun.store(true);
    }
  });
  while (!begun.load()) std::this_thread::yield();
  EXPECT_TRUE(store_->Close().ok());
  loader.join();
  EXPECT_TRUE(ended.Is(StatusCode::kClosed)) << ended.ToString();
  for (const auto& file : std::filesystem::directory_iterator(directory_ + "/store"))
    EXPECT_NE(file.path().extension(), ".sst") << file.path();
}

TEST_F(ThreadedStore, ClosesWhileBusyAndTellsEveryWriter) {
  std::atomic<uint64_t> told{0};
  std::atomic<uint64_t> asked{0};
  std::vector<std::thread> threads;
  for (uint64_t w = 0; w < 3; ++w) {
    threads.emplace_back([&, w] {
      for (uint64_t i = 0; i < 5000; ++i) {
        WriteBatch batch;
        batch.Put(id_, Key(w), std::string(100, 'v'));
        ++asked;
        store_->Write(batch.bytes(), batch.count(), {.durability = Durability::kOs, .applied = {}},
                      [&](const Status& status) {
                        EXPECT_TRUE(status.ok() || status.Is(StatusCode::kClosed))
                            << status.ToString();
                        ++told;
                      });
        (void)ReadsWhole(0, false);
        if (asked.load() > 3000) return;
      }
    });
  }
  while (told.load() < 500) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(store_->Close().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(told.load(), asked.load());
  Presence presence;
  PinnedValue value;
  EXPECT_TRUE(store_->Get(id_, Key(0), {}, &presence, &value).Is(StatusCode::kClosed));
}

TEST_F(ThreadedStore, WhatAWriterWasToldIsThereForItAtOnce) {
  for (int i = 0; i < 400; ++i) {
    NamespaceId id = 0;
    ASSERT_TRUE(store_->OpenNamespace("told" + std::to_string(i / 2), {}, &id).ok());
    WriteBatch batch;
    for (int entry = 0; entry < 50; ++entry) batch.Put(id, Key(static_cast<uint64_t>(entry)), "v");
    batch.Put(id, "last" + std::to_string(i), "here");
    std::atomic<bool> told{false};
    store_->Write(batch.bytes(), batch.count(), {.durability = Durability::kOs, .applied = {}},
                  [&](const Status& status) {
                    EXPECT_TRUE(status.ok());
                    told.store(true, std::memory_order_release);
                  });
    while (!told.load(std::memory_order_acquire)) {
    }
    // Whichever way of reading comes first has to wait for it.
    const uint64_t transaction = i % 2 == 0 ? store_->BeginTransaction() : 0;
    ReadOptions read;
    read.snapshot_id = transaction;
    Presence presence = Presence::kAbsent;
    PinnedValue value;
    ASSERT_TRUE(store_->Get(id, "last" + std::to_string(i), read, &presence, &value).ok());
    ASSERT_EQ(presence, Presence::kFound) << i;
    if (transaction != 0) store_->ReleaseSnapshot(transaction);
    const uint64_t snapshot = store_->TakeSnapshot();
    IterateOptions options;
    options.snapshot_id = i % 3 == 0 ? snapshot : 0;
    std::unique_ptr<Iterator> iterator;
    ASSERT_TRUE(store_->NewIterator(id, options, Tier::kDisk, &iterator).ok());
    size_t count = 0;
    for (iterator->Start(); iterator->Valid(); iterator->Next()) ++count;
    ASSERT_EQ(count, 51u + static_cast<size_t>(i % 2)) << i;
    store_->ReleaseSnapshot(snapshot);
  }
}

TEST_F(ThreadedStore, ClosedByTwoAtOnceAnswersBoth) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(WritePair(1, 1).ok());
    std::thread other([&] { EXPECT_TRUE(store_->Close().ok()); });
    EXPECT_TRUE(store_->Close().ok());
    other.join();
    store_.reset();
    Open();
  }
}

TEST_F(ThreadedStore, NamespacesOpenedByManyThreadsAreOne) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        NamespaceId id = 0;
        ASSERT_TRUE(store_->OpenNamespace("shared" + std::to_string(i), {}, &id).ok());
        WriteBatch batch;
        batch.Put(id, "thread" + std::to_string(t), "here");
        ASSERT_TRUE(store_->Write(batch, {.durability = Durability::kMemory, .applied = {}}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(store_->Close().ok());
  Open();
  for (int i = 0; i < 30; ++i) {
    NamespaceId id = 0;
    ASSERT_TRUE(store_->OpenNamespace("shared" + std::to_string(i), {}, &id).ok());
    for (int t = 0; t < 4; ++t) {
      Presence presence = Presence::kAbsent;
      PinnedValue value;
      ASSERT_TRUE(store_->Get(id, "thread" + std::to_string(t), {}, &presence, &value).ok());
      EXPECT_EQ(presence, Presence::kFound) << i << " " << t;
    }
  }
}

}  // namespace
}  // namespace ledgerstone
