// Several owners of one directory in one process, on the real file system.
#include "ledgerstone/shared_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "testing/change_log.h"
#include "testing/seed.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

namespace fs = std::filesystem;
using SharedStorePtr = std::unique_ptr<SharedStore>;

class Heard : public EventListener {
 public:
  void OnEvent(const Event& event) override {
    const std::lock_guard lock(mutex_);
    kinds_.push_back(std::string(EventKindName(event.kind)));
  }
  size_t Count(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count(kinds_, kind));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> kinds_;
};

class SharedStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "ledgerstone-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    path_ = root_ + "/store";
  }
  void TearDown() override { fs::remove_all(root_); }

  static SharedStoreOptions Tiny() {
    SharedStoreOptions options;
    options.store = TinyStoreOptions();
    return options;
  }
  static Status Open(SharedStorePtr* store, const std::string& path,
                     const SharedStoreOptions& options = Tiny()) {
    return SharedStore::Open(options, path, store);
  }
  SharedStorePtr MustOpen(const SharedStoreOptions& options = Tiny()) {
    SharedStorePtr store;
    const Status status = Open(&store, path_, options);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return store;
  }
  static NamespaceId Namespace(Store& store) {
    NamespaceId id = 0;
    EXPECT_TRUE(store.OpenNamespace("a", {}, &id).ok());
    return id;
  }
  static Status Put(Store& store, Slice key, Slice value, Durability durability = Durability::kOs) {
    NamespaceId id = 0;
    LS_RETURN_IF_ERROR(store.OpenNamespace("a", {}, &id));
    WriteBatch batch;
    batch.Put(id, key, value);
    return store.Write(batch, {.durability = durability, .applied = {}});
  }
  static std::string Get(Store& store, Slice key) {
    NamespaceId id = 0;
    Presence presence = Presence::kAbsent;
    PinnedValue value;
    Status status = store.OpenNamespace("a", {}, &id);
    if (status.ok()) status = store.Get(id, key, {}, &presence, &value);
    if (!status.ok()) return status.ToString();
    return presence == Presence::kFound ? std::string(value.value()) : "absent";
  }

  std::string root_;
  std::string path_;
};

TEST_F(SharedStoreTest, OwnersSeeEachOthersWrites) {
  const SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  ASSERT_TRUE(Put(*a, "k", "1").ok());
  EXPECT_EQ(Get(*b, "k"), "1");
  ASSERT_TRUE(Put(*b, "k", "2").ok());
  EXPECT_EQ(Get(*a, "k"), "2");
  EXPECT_EQ(a->VisibleSequence(), b->VisibleSequence());
  EXPECT_TRUE(b->report().created);
}

TEST_F(SharedStoreTest, AReaderOfChangesSeesAllOwnersAndEndsWithItsOwn) {
  const SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  std::unique_ptr<ChangeReader> readers[2];
  ASSERT_TRUE(a->NewChangeReader({}, &readers[0]).ok());
  ASSERT_TRUE(b->NewChangeReader({}, &readers[1]).ok());
  ASSERT_TRUE(Put(*a, "k", "1").ok());
  ASSERT_TRUE(Put(*b, "k", "2").ok());
  const uint64_t newest = a->VisibleSequence();
  std::atomic<int> told[2]{};
  for (size_t i = 0; i < 2; ++i) {
    std::vector<GivenBatch> batches;
    ASSERT_TRUE(ReadChanges(readers[i].get(), 4096, &batches).ok());
    EXPECT_EQ(SequencesText(batches), "1 2 3");
    readers[i]->Wait(newest, [&told, i] { ++told[i]; });
  }
  uint64_t snapshot = 0;
  ASSERT_TRUE(a->TakeSnapshotAt(newest, &snapshot).ok());
  a->Leave();
  EXPECT_EQ(told[0], 1);
  EXPECT_EQ(told[1], 0);
  EXPECT_EQ(b->Statistics().snapshots, 0u);
  std::vector<GivenBatch> batches;
  EXPECT_TRUE(ReadChanges(readers[0].get(), 4096, &batches).Is(StatusCode::kClosed));
  EXPECT_TRUE(a->NewChangeReader({}, &readers[0]).Is(StatusCode::kClosed));
  ASSERT_TRUE(Put(*b, "k", "3", Durability::kDisk).ok());
  EXPECT_EQ(told[0], 1);
  ASSERT_TRUE(ReadChanges(readers[1].get(), 4096, &batches).ok());
  EXPECT_EQ(SequencesText(batches), "4");
  ASSERT_TRUE(b->Close().ok());
  EXPECT_EQ(told[1], 1);
}

TEST_F(SharedStoreTest, AnotherPathToTheDirectoryJoinsTheSameEngine) {
  const SharedStorePtr a = MustOpen();
  fs::create_directory_symlink(path_, root_ + "/link");
  for (const std::string& path :
       {root_ + "/link", root_ + "/../" + fs::path(root_).filename().string() + "/store"}) {
    SharedStorePtr b;
    const Status status = Open(&b, path);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_TRUE(Put(*a, "k", path).ok());
    EXPECT_EQ(Get(*b, "k"), path);
  }
}

TEST_F(SharedStoreTest, AnOwnerHasADirectoryOpenOnce) {
  int me = 0;
  int other = 0;
  SharedStoreOptions options = Tiny();
  options.owner = &me;
  SharedStorePtr first = MustOpen(options);
  SharedStorePtr second;
  const Status refused = Open(&second, path_, options);
  EXPECT_TRUE(refused.Is(StatusCode::kLocked)) << refused.ToString();
  EXPECT_NE(refused.message().find("in this process"), std::string::npos);
  SharedStoreOptions others = Tiny();
  others.owner = &other;
  EXPECT_TRUE(Open(&second, path_, others).ok());
  ASSERT_TRUE(first->Close().ok());
  EXPECT_TRUE(Open(&first, path_, options).ok());
}

TEST_F(SharedStoreTest, TheEngineGoesOnUntilItsLastOwnerLeaves) {
  SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  ASSERT_TRUE(Put(*a, "k", "1").ok());
  ASSERT_TRUE(a->Close().ok());
  a.reset();
  EXPECT_EQ(Get(*b, "k"), "1");
  std::unique_ptr<Store> alone;
  EXPECT_TRUE(Store::Open(TinyStoreOptions(), path_, &alone).Is(StatusCode::kLocked));
  ASSERT_TRUE(b->Close().ok());
  ASSERT_TRUE(Store::Open(TinyStoreOptions(), path_, &alone).ok());
  EXPECT_TRUE(alone->report().clean_close);
  SharedStorePtr c;
  EXPECT_TRUE(Open(&c, path_).Is(StatusCode::kLocked));
}

TEST_F(SharedStoreTest, AClosedStoreAnswersClosedWhileItsEngineGoesOn) {
  const SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  const NamespaceId id = Namespace(*a);
  ASSERT_TRUE(a->Close().ok());
  std::vector<Status> told;
  const auto tell = [&](const Status& status) { told.push_back(status); };
  NamespaceId again = 0;
  Presence presence = Presence::kAbsent;
  PinnedValue value;
  std::unique_ptr<Iterator> iterator;
  uint64_t number = 0;
  std::vector<Finding> findings;
  CheckpointReport report;
  BackupInfo info;
  WriteBatch batch;
  batch.Put(id, "k", "v");
  TransactionCommit commit;
  tell(a->OpenNamespace("a", {}, &again));
  a->DropNamespace(id, tell);
  a->Write(batch.bytes(), batch.count(), {}, tell);
  tell(a->Write(batch, {}));
  tell(a->Get(id, "k", {}, &presence, &value));
  tell(a->NewIterator(id, {}, Tier::kDisk, &iterator));
  tell(a->ApproximateCount(id, {}, &number));
  tell(a->ApproximateBytes(id, "", "", &number));
  tell(a->SnapshotSequence(1, &number));
  tell(a->Commit(std::span(&commit, 1)));
  a->Flush(tell);
  a->Compact(id, "", "", tell);
  tell(a->Verify(&findings));
  tell(a->Checkpoint(root_ + "/copy", &report));
  tell(a->Backup(root_ + "/backups", {}, &info));
  tell(a->StartTrace(root_ + "/trace", 1 << 20));
  EXPECT_EQ(told.size(), 16u);
  for (const Status& status : told)
    EXPECT_TRUE(status.Is(StatusCode::kClosed)) << status.ToString();
  EXPECT_TRUE(a->Close().ok());
  EXPECT_TRUE(Put(*b, "k", "v").ok());
}

TEST_F(SharedStoreTest, VerificationsAndIngestionsEndWithTheirOwner) {
  const SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  const NamespaceId id = Namespace(*a);
  std::unique_ptr<Verification> verifications[2];
  std::shared_ptr<Ingestion> ingestions[2];
  WriteBatch batch;
  batch.Put(id, "k", "v");
  uint64_t wait = 0;
  IngestReport report;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(a->NewVerification(0, &verifications[i]).ok());
    ASSERT_TRUE(a->NewIngestion(id, &ingestions[i]).ok());
    ASSERT_TRUE(ingestions[i]->Add(batch.bytes(), 1).ok());
    EXPECT_EQ(ingestions[i]->entries(), 1u);
    ASSERT_TRUE(i > 0 || ingestions[0]->Commit(&report).ok());
  }
  EXPECT_EQ(Get(*b, "k"), "v");
  while (!verifications[0]->done()) ASSERT_TRUE(verifications[0]->Step(&wait).ok());
  EXPECT_TRUE(verifications[0]->findings().empty());
  EXPECT_EQ(verifications[0]->progress().files_done, verifications[0]->progress().files_total);
  a->Leave();
  EXPECT_TRUE(verifications[1]->Step(&wait).Is(StatusCode::kClosed));
  verifications[1]->Cancel();
  EXPECT_TRUE(ingestions[1]->Add(batch.bytes(), 1).Is(StatusCode::kClosed));
  EXPECT_TRUE(ingestions[1]->Commit(&report).Is(StatusCode::kClosed));
  EXPECT_TRUE(a->NewVerification(0, &verifications[0]).Is(StatusCode::kClosed));
  EXPECT_TRUE(a->NewIngestion(id, &ingestions[0]).Is(StatusCode::kClosed));
  EXPECT_TRUE(b->NewIngestion(id + 1, &ingestions[0]).Is(StatusCode::kInvalidArgument));
}

TEST_F(SharedStoreTest, TakesNoPartsOfAnotherWorld) {
  SharedStorePtr store;
  StepwiseScheduler scheduler(1);
  Heard heard;
  for (int part = 0; part < 3; ++part) {
    SharedStoreOptions options = Tiny();
    if (part == 0) options.store.env = Env::Posix();
    if (part == 1) options.store.scheduler = &scheduler;
    if (part == 2) options.store.listener = &heard;
    EXPECT_TRUE(Open(&store, path_, options).Is(StatusCode::kInvalidArgument)) << part;
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(SharedStoreTest, WhatAnOwnerHeldIsReleasedWhenItLeaves) {
  SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  const uint64_t mine = b->TakeSnapshot();
  const uint64_t theirs = a->TakeSnapshot();
  (void)a->BeginTransaction();
  ASSERT_TRUE(a->StartTrace(root_ + "/trace", 1 << 20).ok());
  EXPECT_EQ(b->Statistics().snapshots, 3u);
  EXPECT_FALSE(b->ReleaseSnapshot(theirs)) << "another owner's";
  EXPECT_FALSE(b->StartTrace(root_ + "/trace2", 1 << 20).ok());
  ASSERT_TRUE(b->StopTrace().ok());
  EXPECT_FALSE(b->StartTrace(root_ + "/trace2", 1 << 20).ok()) << "another owner's goes on";
  a.reset();
  EXPECT_EQ(b->Statistics().snapshots, 1u);
  EXPECT_TRUE(b->StartTrace(root_ + "/trace2", 1 << 20).ok());
  EXPECT_TRUE(b->ReleaseSnapshot(mine));
}

TEST_F(SharedStoreTest, WritesOfAnOwnerThatLeftAreCarriedOutAndTold) {
  SharedStorePtr a = MustOpen();
  const SharedStorePtr b = MustOpen();
  const NamespaceId id = Namespace(*a);
  std::atomic<int> told{0};
  constexpr int kWrites = 200;
  for (int n = 0; n < kWrites; ++n) {
    WriteBatch batch;
    batch.Put(id, "key" + std::to_string(n), "v");
    a->Write(batch.bytes(), batch.count(), {}, [&](const Status& s) { told += s.ok() ? 1 : 0; });
  }
  a->Leave();
  EXPECT_EQ(Get(*a, "key0").substr(0, 6), "CLOSED");
  a.reset();
  ASSERT_TRUE(Put(*b, "last", "v", Durability::kDisk).ok());
  EXPECT_EQ(told.load(), kWrites) << "settled before a later write is";
  EXPECT_EQ(Get(*b, "key199"), "v");
}

TEST_F(SharedStoreTest, OptionsThatWereGivenMustBeThoseOfTheEngine) {
  SharedStoreOptions first = Tiny();
  const SharedStorePtr a = MustOpen(first);
  SharedStoreOptions unasked;
  EXPECT_NE(unasked.store.memory_budget, first.store.memory_budget);
  EXPECT_NE(MustOpen(unasked), nullptr);
  SharedStoreOptions same = Tiny();
  same.given.set();
  same.store.level_base_bytes =
      same.store.level_base_bytes != 0
          ? same.store.level_base_bytes
          : same.store.generation_bytes * same.store.l0_compaction_trigger;
  EXPECT_NE(MustOpen(same), nullptr);
  const std::pair<const char*, void (*)(StoreOptions&)> others[] = {
      {"memory_budget", [](StoreOptions& o) { ++o.memory_budget; }},
      {"generation_bytes", [](StoreOptions& o) { ++o.generation_bytes; }},
      {"block_bytes", [](StoreOptions& o) { ++o.block_bytes; }},
      {"table_bytes", [](StoreOptions& o) { ++o.table_bytes; }},
      {"level_base_bytes", [](StoreOptions& o) { ++o.level_base_bytes; }},
      {"level_fanout", [](StoreOptions& o) { ++o.level_fanout; }},
      {"l0_compaction_trigger", [](StoreOptions& o) { ++o.l0_compaction_trigger; }},
      {"level_count", [](StoreOptions& o) { --o.level_count; }},
      {"retention.bytes", [](StoreOptions& o) { ++o.retention.bytes; }},
      {"retention.age_millis", [](StoreOptions& o) { ++o.retention.age_millis; }},
      {"use_block_cache", [](StoreOptions& o) { o.use_block_cache = !o.use_block_cache; }},
      {"compact_in_background",
       [](StoreOptions& o) { o.compact_in_background = !o.compact_in_background; }},
  };
  static_assert(std::size(others) == kEngineOptionCount);
  for (const auto& [name, change] : others) {
    SharedStoreOptions other = same;
    change(other.store);
    SharedStorePtr b;
    const Status status = Open(&b, path_, other);
    EXPECT_TRUE(status.Is(StatusCode::kMismatch)) << name << ": " << status.ToString();
    EXPECT_EQ(status.message().substr(0, std::strlen(name)), name);
  }
  SharedStoreOptions fresh = Tiny();
  fresh.store.error_if_exists = true;
  SharedStorePtr b;
  EXPECT_TRUE(Open(&b, path_, fresh).Is(StatusCode::kInvalidArgument));
}

TEST_F(SharedStoreTest, EachOwnerIsToldOfEventsWhileItsStoreIsOpen) {
  const auto first = std::make_shared<Heard>();
  const auto second = std::make_shared<Heard>();
  SharedStoreOptions options = Tiny();
  options.listener = first;
  const SharedStorePtr a = MustOpen(options);
  options.listener = second;
  const SharedStorePtr b = MustOpen(options);
  ASSERT_TRUE(a->Close().ok());
  ASSERT_TRUE(Put(*b, "k", "v").ok());
  std::atomic<bool> flushed{false};
  b->Flush([&](const Status&) { flushed = true; });
  while (!flushed) std::this_thread::yield();
  ASSERT_TRUE(b->Close().ok());
  EXPECT_EQ(first->Count("opened"), 1u);
  EXPECT_EQ(second->Count("opened"), 0u);
  EXPECT_EQ(first->Count("flushed"), 0u);
  EXPECT_EQ(second->Count("flushed"), 1u);
  EXPECT_EQ(first->Count("closed"), 0u);
  EXPECT_EQ(second->Count("closed"), 1u);
}

TEST_F(SharedStoreTest, ReadOnlyStoresAreApart) {
  const SharedStorePtr a = MustOpen();
  ASSERT_TRUE(Put(*a, "k", "1").ok());
  int me = 0;
  SharedStoreOptions options = Tiny();
  options.owner = &me;
  options.store.read_only = true;
  const SharedStorePtr b = MustOpen(options);
  const SharedStorePtr c = MustOpen(options);
  ASSERT_TRUE(Put(*a, "k", "2").ok());
  EXPECT_EQ(Get(*b, "k"), "1");
  EXPECT_TRUE(Put(*c, "k", "3").Is(StatusCode::kReadOnly));
  EXPECT_TRUE(c->Close().ok());
  EXPECT_EQ(Get(*b, "k"), "1");
  EXPECT_EQ(Get(*c, "k").substr(0, 6), "CLOSED");
}

TEST_F(SharedStoreTest, ADirectoryPutInTheOldOnesPlaceIsAnother) {
  const SharedStorePtr a = MustOpen();
  ASSERT_TRUE(Put(*a, "k", "old").ok());
  fs::rename(path_, root_ + "/moved");
  const SharedStorePtr b = MustOpen();
  EXPECT_EQ(Get(*b, "k"), "absent");
  EXPECT_EQ(Get(*a, "k"), "old");
  SharedStorePtr c;
  ASSERT_TRUE(Open(&c, root_ + "/moved").ok());
  EXPECT_EQ(Get(*c, "k"), "old");
}

TEST_F(SharedStoreTest, AFailedOpeningLeavesTheDirectoryToTheNext) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/stranger") << "x";
  SharedStorePtr a;
  EXPECT_TRUE(Open(&a, path_).Is(StatusCode::kNotAStore));
  SharedStoreOptions wrong = Tiny();
  wrong.store.level_count = 99;
  fs::remove(path_ + "/stranger");
  EXPECT_TRUE(Open(&a, path_, wrong).Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(Open(&a, path_).ok());
}

class ThreadedSharedStore : public SharedStoreTest {};

TEST_F(ThreadedSharedStore, OwnersComeAndGoInTheMiddleOfTheirWork) {
  const uint64_t seed = PrintedSeed(11);
  constexpr uint64_t kOwners = 4;
  constexpr uint64_t kRounds = 40;
  std::atomic<uint64_t> mistakes{0};
  std::vector<std::thread> owners;
  for (uint64_t w = 0; w < kOwners; ++w) {
    owners.emplace_back([&, w] {
      Random random(seed + w);
      for (uint64_t round = 0; round < kRounds; ++round) {
        SharedStoreOptions options = Tiny();
        options.owner = &random;
        options.listener = std::make_shared<Heard>();
        SharedStorePtr store;
        if (!Open(&store, path_, options).ok()) {
          ++mistakes;
          continue;
        }
        const std::string mine = "owner" + std::to_string(w);
        const std::string last = round == 0 ? "absent" : std::to_string(round - 1);
        mistakes += Get(*store, mine) == last ? 0 : 1;
        (void)store->TakeSnapshot();
        (void)store->BeginTransaction();
        std::unique_ptr<Iterator> iterator;
        mistakes += store->NewIterator(Namespace(*store), {}, Tier::kDisk, &iterator).ok() ? 0 : 1;
        iterator->Start();
        mistakes += Put(*store, mine, std::to_string(round)).ok() ? 0 : 1;
        const std::string filler = std::to_string(random.Next() % 500);
        mistakes += Put(*store, filler, std::string(100, 'f')).ok() ? 0 : 1;
        if (random.Next() % 4 == 0) store->Flush([](const Status&) {});
        if (random.Next() % 4 == 0) store->Compact(0, "", "", [](const Status&) {});
        if (random.Next() % 2 == 0) iterator.reset();
        if (random.Next() % 2 == 0) store->Leave();
        iterator.reset();
      }
    });
  }
  for (std::thread& owner : owners) owner.join();
  EXPECT_EQ(mistakes.load(), 0u);
  const SharedStorePtr store = MustOpen();
  EXPECT_EQ(store->Statistics().snapshots, 0u);
  std::vector<Finding> findings;
  ASSERT_TRUE(store->Verify(&findings).ok());
  EXPECT_TRUE(findings.empty());
  for (uint64_t w = 0; w < kOwners; ++w) {
    EXPECT_EQ(Get(*store, "owner" + std::to_string(w)), std::to_string(kRounds - 1));
  }
}

TEST_F(ThreadedSharedStore, OpeningsThatMeetShareOneEngineWhateverTheirPath) {
  fs::create_directory_symlink(path_, root_ + "/link");
  fs::create_directory(path_);
  constexpr int kRounds = 30;
  constexpr int kOwners = 6;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SharedStorePtr> stores(kOwners);
    std::vector<std::thread> owners;
    std::atomic<int> opened{0};
    for (int w = 0; w < kOwners; ++w) {
      owners.emplace_back([&, w] {
        const Status status =
            Open(&stores[static_cast<size_t>(w)], w % 2 == 0 ? path_ : root_ + "/link");
        opened += status.ok() ? 1 : 0;
      });
    }
    for (std::thread& owner : owners) owner.join();
    ASSERT_EQ(opened.load(), kOwners);
    const std::string value = std::to_string(round);
    ASSERT_TRUE(Put(*stores[0], "k", value).ok());
    for (const SharedStorePtr& store : stores) EXPECT_EQ(Get(*store, "k"), value);
    owners.clear();
    for (SharedStorePtr& store : stores) owners.emplace_back([&store] { store.reset(); });
    for (std::thread& owner : owners) owner.join();
  }
}

}  // namespace
}  // namespace ledgerstone
