// Transactions on a store, one situation at a time.
#include <gtest/gtest.h>

#include <thread>

#include "ledgerstone/scheduler.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreTransaction : public testing::Test {
 protected:
  struct Outcome {
    bool settled = false;
    Status status;
  };

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    space_ = world_.Open("a");
    ASSERT_TRUE(world_.Put(space_, "x", "0").ok());
  }
  uint64_t Begin() { return world_.store().BeginTransaction(); }
  ReadSet Read(Slice key) const {
    ReadSet reads;
    reads.AddKey(space_, key);
    return reads;
  }
  void Queue(uint64_t transaction, const ReadSet& reads, Slice key, Slice value, Outcome* outcome) {
    WriteBatch batch;
    batch.Put(space_, key, value);
    TransactionCommit commit{transaction, reads.bytes(), batch.bytes(), batch.count()};
    commit.done = [outcome](const Status& status) { *outcome = {true, status}; };
    EXPECT_TRUE(world_.store().Commit({&commit, 1}).ok());
  }
  Status Commit(uint64_t transaction, const ReadSet& reads, Slice key, Slice value) {
    Outcome outcome;
    Queue(transaction, reads, key, value, &outcome);
    world_.scheduler().WaitUntil([&] { return outcome.settled; });
    return outcome.status;
  }

  SimulatedEnv env_{5};
  StoreWorld world_{&env_, 5};
  NamespaceId space_ = 0;
};

TEST_F(StoreTransaction, CommitsWhenNothingItReadWasWritten) {
  const uint64_t transaction = Begin();
  ASSERT_TRUE(world_.Put(space_, "y", "1").ok());
  EXPECT_TRUE(Commit(transaction, Read("x"), "x", "1").ok());
  EXPECT_EQ(world_.Get(space_, "x"), "1");
  EXPECT_EQ(world_.store().Statistics().snapshots, 0u);
}

TEST_F(StoreTransaction, ConflictsWhenAKeyItReadWasWrittenAndWritesNothing) {
  const uint64_t transaction = Begin();
  ASSERT_TRUE(world_.Put(space_, "x", "0").ok());
  EXPECT_TRUE(Commit(transaction, Read("x"), "y", "1").Is(StatusCode::kConflict));
  EXPECT_EQ(world_.Get(space_, "y"), std::nullopt);
  EXPECT_EQ(world_.store().Statistics().conflicts, 1u);
  EXPECT_EQ(world_.store().Statistics().snapshots, 0u);
}

TEST_F(StoreTransaction, ConflictsWithDeletesAndWithWritesOfWhatWasAbsent) {
  const uint64_t first = Begin();
  const uint64_t second = Begin();
  ASSERT_TRUE(world_.Delete(space_, "x").ok());
  ASSERT_TRUE(world_.Put(space_, "new", "1").ok());
  EXPECT_TRUE(Commit(first, Read("x"), "y", "1").Is(StatusCode::kConflict));
  EXPECT_TRUE(Commit(second, Read("new"), "y", "1").Is(StatusCode::kConflict));
}

TEST_F(StoreTransaction, BlindWritesNeverConflict) {
  const uint64_t transaction = Begin();
  ASSERT_TRUE(world_.Put(space_, "x", "1").ok());
  EXPECT_TRUE(Commit(transaction, ReadSet(), "x", "2").ok());
  EXPECT_EQ(world_.Get(space_, "x"), "2");
}

TEST_F(StoreTransaction, OfOneGroupAreCheckedAgainstEachOtherAndToldInOrder) {
  const uint64_t first = Begin();
  const uint64_t second = Begin();
  const uint64_t third = Begin();
  const uint64_t groups = world_.store().Statistics().groups;
  const uint64_t sequence = world_.store().VisibleSequence();
  std::vector<int> order;
  std::vector<StatusCode> codes;
  const auto commit = [&](uint64_t transaction, Slice read, Slice key, int number) {
    WriteBatch batch;
    batch.Put(space_, key, std::to_string(number));
    const ReadSet reads = Read(read);
    TransactionCommit one{transaction, reads.bytes(), batch.bytes(), batch.count()};
    one.done = [&, number](const Status& status) {
      order.push_back(number);
      codes.push_back(status.code());
    };
    EXPECT_TRUE(world_.store().Commit({&one, 1}).ok());
  };
  commit(first, "x", "x", 1);
  commit(second, "x", "y", 2);
  commit(third, "y", "z", 3);
  world_.scheduler().WaitUntil([&] { return order.size() == 3; });
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(codes, (std::vector<StatusCode>{StatusCode::kOk, StatusCode::kConflict,
                                            StatusCode::kOk}));
  EXPECT_EQ(world_.store().Statistics().groups, groups + 1);
  EXPECT_EQ(world_.store().VisibleSequence(), sequence + 2);
  EXPECT_EQ(world_.Get(space_, "y"), std::nullopt);
}

TEST_F(StoreTransaction, ARangeSeesPhantomsInsideItAndNoneBeyond) {
  ReadSet reads;
  reads.AddRange(space_, {"k1", true, true}, {"k5", false, true});
  const uint64_t inside = Begin();
  const uint64_t beyond = Begin();
  ASSERT_TRUE(world_.Put(space_, "k3", "phantom").ok());
  EXPECT_TRUE(Commit(inside, reads, "y", "1").Is(StatusCode::kConflict));
  ReadSet later;
  later.AddRange(space_, {"k3", false, true}, {});
  ReadSet before;
  before.AddRange(space_, {}, {"k3", false, true});
  EXPECT_TRUE(Commit(beyond, before, "y", "1").ok());
  const uint64_t again = Begin();
  ASSERT_TRUE(world_.Put(space_, "k2", "phantom").ok());
  EXPECT_TRUE(Commit(again, later, "k9", "1").ok());
}

TEST_F(StoreTransaction, StaysOpenOverFlushesAndIsStillChecked) {
  const uint64_t conflicting = Begin();
  const uint64_t sound = Begin();
  ASSERT_TRUE(world_.Put(space_, "x", "1").ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world_.Put(space_, "other", "1").ok());
    ASSERT_TRUE(world_.Flush().ok());
  }
  EXPECT_TRUE(Commit(conflicting, Read("x"), "y", "1").Is(StatusCode::kConflict));
  EXPECT_TRUE(Commit(sound, Read("z"), "z", "1").ok());
}

TEST_F(StoreTransaction, OutlivingTheWindowConflictsThoughNothingWasWritten) {
  ASSERT_TRUE(world_.Close().ok());
  world_.options().transaction_window_bytes = 1;
  ASSERT_TRUE(world_.Open().ok());
  const uint64_t transaction = Begin();
  ASSERT_TRUE(world_.Put(space_, "other", "1").ok());
  ASSERT_TRUE(world_.Flush().ok());
  const Status status = Commit(transaction, Read("x"), "y", "1");
  EXPECT_TRUE(status.Is(StatusCode::kConflict));
  EXPECT_NE(status.message().find("older"), std::string::npos) << status.ToString();
  EXPECT_TRUE(Commit(Begin(), Read("x"), "y", "1").ok());
}

TEST_F(StoreTransaction, KeepsFlushedMemoryOnlyWhileOneIsOpen) {
  const auto reserved = [&] { return world_.store().Statistics().cache_reserved_bytes; };
  const uint64_t transaction = Begin();
  ASSERT_TRUE(world_.Put(space_, "y", "1").ok());
  ASSERT_TRUE(world_.Flush().ok());
  const uint64_t kept = reserved();
  EXPECT_TRUE(world_.store().ReleaseSnapshot(transaction));
  EXPECT_LT(reserved(), kept);
}

TEST_F(StoreTransaction, ThatReadADroppedNamespaceConflicts) {
  const NamespaceId other = world_.Open("b");
  ReadSet reads;
  reads.AddKey(other, "k");
  const uint64_t transaction = Begin();
  Outcome dropped;
  Outcome outcome;
  world_.store().DropNamespace(other, [&](const Status& s) { dropped = {true, s}; });
  Queue(transaction, reads, "y", "1", &outcome);
  world_.scheduler().WaitUntil([&] { return dropped.settled && outcome.settled; });
  EXPECT_TRUE(dropped.status.ok());
  EXPECT_TRUE(outcome.status.Is(StatusCode::kConflict)) << outcome.status.ToString();
}

TEST_F(StoreTransaction, ThatOnlyReadsCommitsWithoutAWrite) {
  const uint64_t before = world_.store().VisibleSequence();
  const uint64_t transaction = Begin();
  Outcome outcome;
  const ReadSet reads = Read("x");
  TransactionCommit commit{transaction, reads.bytes()};
  commit.done = [&](const Status& status) { outcome = {true, status}; };
  EXPECT_TRUE(world_.store().Commit({&commit, 1}).ok());
  world_.scheduler().WaitUntil([&] { return outcome.settled; });
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(world_.store().VisibleSequence(), before);
  EXPECT_FALSE(world_.store().ReleaseSnapshot(transaction));
}

TEST_F(StoreTransaction, IsRefusedForDerivedNamespacesEndedTransactionsAndPlainSnapshots) {
  const NamespaceId derived = world_.Open("d", {.derived = true});
  ReadSet reads;
  reads.AddKey(derived, "k");
  EXPECT_TRUE(Commit(Begin(), reads, "y", "1").Is(StatusCode::kInvalidArgument));
  const uint64_t ended = Begin();
  EXPECT_TRUE(Commit(ended, Read("x"), "y", "1").ok());
  EXPECT_TRUE(Commit(ended, Read("x"), "y", "2").Is(StatusCode::kClosed));
  const uint64_t snapshot = world_.store().TakeSnapshot();
  EXPECT_TRUE(Commit(snapshot, Read("x"), "y", "2").Is(StatusCode::kClosed));
}

TEST_F(StoreTransaction, AnEntrysVersionIsItsSequenceInMemoryAndInTables) {
  ASSERT_TRUE(world_.Put(space_, "v", "1").ok());
  const uint64_t written = world_.store().VisibleSequence();
  for (int i = 0; i < 3; ++i) {
    PinnedValue value;
    Presence presence = Presence::kAbsent;
    ASSERT_TRUE(world_.store().Get(space_, "v", {}, &presence, &value).ok());
    EXPECT_EQ(value.sequence(), written);
    ASSERT_TRUE(world_.Put(space_, "other", "1").ok());
    ASSERT_TRUE((i == 0 ? world_.Flush() : world_.Compact()).ok());
  }
}

// Every increment that was told to have happened is there, whatever ran beside it.
TEST(ThreadedStoreTransaction, IncrementsOfManyThreadsAreNeverLost) {
  SimulatedEnv env(3);
  StoreOptions options = TinyStoreOptions();
  options.env = &env;
  std::unique_ptr<Store> store;
  ASSERT_TRUE(Store::Open(options, "/store", &store).ok());
  NamespaceId id = 0;
  ASSERT_TRUE(store->OpenNamespace("a", {}, &id).ok());
  std::atomic<int> committed{0};
  const auto increment = [&] {
    const uint64_t transaction = store->BeginTransaction();
    PinnedValue value;
    Presence presence = Presence::kAbsent;
    ASSERT_TRUE(
        store->Get(id, "n", {.tier = Tier::kDisk, .snapshot_id = transaction}, &presence, &value)
            .ok());
    const int before = presence == Presence::kFound ? std::stoi(std::string(value.value())) : 0;
    ReadSet reads;
    reads.AddKey(id, "n");
    WriteBatch batch;
    batch.Put(id, "n", std::to_string(before + 1));
    std::atomic<bool> settled{false};
    TransactionCommit commit{transaction, reads.bytes(), batch.bytes(), 1, Durability::kOs};
    commit.done = [&](const Status& status) {
      if (status.ok()) ++committed;
      settled = true;
      settled.notify_all();
    };
    EXPECT_TRUE(store->Commit({&commit, 1}).ok());
    settled.wait(false);
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) increment();
    });
  }
  for (std::thread& thread : threads) thread.join();
  PinnedValue value;
  Presence presence = Presence::kAbsent;
  ASSERT_TRUE(store->Get(id, "n", {}, &presence, &value).ok());
  EXPECT_EQ(std::string(value.value()), std::to_string(committed.load()));
  EXPECT_GT(committed.load(), 0);
  EXPECT_TRUE(store->Close().ok());
}

}  // namespace
}  // namespace ledgerstone
