// Opening read-only beside an owner at work: a hook between any two of the reader's operations lets
// the owner commit, flush, compact and reopen.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/random.h"
#include "env/tracing_env.h"
#include "testing/seed.h"
#include "testing/store_copies.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

// An owner, and every state that its store has gone through.
class Owner {
 public:
  explicit Owner(SimulatedEnv* env, uint64_t seed) : run_(env, seed), random_(seed) {
    run_.Open();
    run_.Create("a");
    run_.Create("b");
    for (int i = 0; i < 12; ++i) Commit();
  }

  void Commit() {
    ++commits_;
    const std::string key = "key" + std::to_string(random_.Below(40));
    run_.Write({{"a", key, std::string(250, 'x') + std::to_string(commits_)},
                {"b", "count", std::to_string(commits_)}},
               random_.OneIn(3) ? Durability::kDisk : Durability::kOs);
    states_.push_back(StoreStateText(run_.history().Newest()));
  }
  void Act() {
    switch (random_.Below(8)) {
      case 0:
        return run_.Flush();
      case 1:
        return run_.Compact();
      case 2:
        return run_.Reopen();
      case 3:
        return run_.world().scheduler().RunAll();
      default:
        return Commit();
    }
  }
  ScriptRun& run() { return run_; }
  size_t commits() const { return states_.size(); }
  // Whether `state` is one that the store had from commit `first` on.
  bool Had(const StoreState& state, size_t first) const {
    return std::find(states_.begin() + static_cast<ptrdiff_t>(first) - 1, states_.end(),
                     StoreStateText(state)) != states_.end();
  }

 private:
  ScriptRun run_;
  Random random_;
  uint64_t commits_ = 0;
  std::vector<std::string> states_;
};

// A store opened read-only through any environment.
class Reader {
 public:
  explicit Reader(Env* env) : scheduler_(9) {
    options_ = TinyStoreOptions();
    options_.read_only = true;
    options_.env = env;
    options_.scheduler = &scheduler_;
  }
  Status Open() { return Store::Open(options_, StoreWorld::kPath, &store_); }
  Status ReadAll(StoreState* state) {
    for (const NamespaceInfo& info : store_->Namespaces()) {
      std::unique_ptr<Iterator> iterator;
      LS_RETURN_IF_ERROR(store_->NewIterator(info.id, {}, Tier::kDisk, &iterator));
      KeyValues& entries = (*state)[info.name];
      for (iterator->Start(); iterator->Valid(); iterator->Next()) {
        entries[std::string(iterator->key())] = std::string(iterator->value());
      }
      LS_RETURN_IF_ERROR(iterator->status());
    }
    return Status::Ok();
  }
  Store& store() { return *store_; }

 private:
  StepwiseScheduler scheduler_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST(StoreReadOnly, SeesWhatTheOwnerHasWrittenAndWritesNothing) {
  SimulatedEnv env(1);
  Owner owner(&env, 1);
  std::vector<std::string> operations;
  TracingEnv traced(&env, {StoreWorld::kPath, true},
                    [&](const std::string& line) { operations.push_back(line); });
  Reader reader(&traced);
  ASSERT_TRUE(reader.Open().ok());
  StoreState state;
  ASSERT_TRUE(reader.ReadAll(&state).ok());
  EXPECT_TRUE(owner.Had(state, owner.commits()));
  EXPECT_EQ(reader.store().report().cut_bytes, 0u);
  EXPECT_TRUE(reader.store().Close().ok());
  EXPECT_GT(operations.size(), 10u);
  for (const std::string& line : operations) {
    const std::string verb = line.substr(0, line.find(' '));
    EXPECT_TRUE(verb == "open" || verb == "read" || verb == "exists" || verb == "size" ||
                verb == "list")
        << line;
  }
}

TEST(StoreReadOnly, KeepsItsStateWhileTheOwnerRemovesWhatItWasReadFrom) {
  SimulatedEnv env(2);
  Owner owner(&env, 2);
  Reader reader(&env);
  const size_t then = owner.commits();
  ASSERT_TRUE(reader.Open().ok());
  for (int i = 0; i < 60; ++i) owner.Commit();
  owner.run().Compact();
  owner.run().Reopen();
  owner.run().world().scheduler().RunAll();
  StoreState state;
  const Status read = reader.ReadAll(&state);
  ASSERT_TRUE(read.ok()) << read.ToString();
  EXPECT_TRUE(owner.Had(state, then));
  EXPECT_FALSE(owner.Had(state, then + 1));
}

// At each operation of opening in turn, the owner does something: between any two of them files
// may appear, grow, be cut, be replaced or go.
TEST(StoreReadOnly, SeesOneStateHoweverTheOwnerIsInterleaved) {
  const uint64_t seed = PrintedSeed(51);
  uint64_t retried = 0;
  for (uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    SimulatedEnv env(seed + round);
    Owner owner(&env, seed + round);
    Random random(seed + round);
    uint64_t operations = 0;
    uint64_t acts = 0;
    const uint64_t period = 1 + random.Below(12);
    TracingEnv traced(&env, {StoreWorld::kPath, true}, [&](const std::string&) {
      // An owner that never rests could keep a reader out for ever; this one rests in the end.
      if (++operations % period != 0 || acts > 120) return;
      for (uint64_t burst = random.Below(6); burst > 0; --burst, ++acts) owner.Act();
    });
    const size_t first = owner.commits();
    Reader reader(&traced);
    const Status opened = reader.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    StoreState state;
    const Status read = reader.ReadAll(&state);
    ASSERT_TRUE(read.ok()) << read.ToString();
    ASSERT_TRUE(owner.Had(state, first)) << StoreStateText(state);
    retried += operations > 150 ? 1 : 0;
  }
  EXPECT_GT(retried, 0u) << "no open had to begin again";
}

// The last bytes of log and manifest may be half there: every length of both is tried.
TEST(StoreReadOnly, EndsWhereAnUnfinishedRecordBegins) {
  SimulatedEnv env(3);
  Owner owner(&env, 3);
  owner.run().Flush();
  owner.Commit();
  owner.Commit();
  const size_t last = owner.commits();
  std::string log;
  for (const std::string& file : env.ListImages()) {
    if (file.starts_with("/store/") && file.ends_with(".wal")) log = file;
  }
  const std::string bytes = *env.ReadImage(log);
  size_t shorter = 0;
  for (size_t length = 0; length <= bytes.size(); ++length) {
    const std::unique_ptr<SimulatedEnv> clone = env.Clone();
    clone->WriteImage(log, Slice(bytes).substr(0, length));
    Reader reader(clone.get());
    const Status opened = reader.Open();
    ASSERT_TRUE(opened.ok()) << length << ": " << opened.ToString();
    StoreState state;
    ASSERT_TRUE(reader.ReadAll(&state).ok());
    ASSERT_TRUE(owner.Had(state, last - 2)) << length;
    shorter += owner.Had(state, last) ? 0 : 1;
    EXPECT_EQ(clone->ReadImage(log), bytes.substr(0, length)) << "the tail is left as it is";
  }
  EXPECT_GT(shorter, bytes.size() / 2);
}

TEST(StoreReadOnly, TellsRealDamageAtOnce) {
  SimulatedEnv env(4);
  Owner owner(&env, 4);
  owner.run().Compact();
  ASSERT_TRUE(owner.run().world().Close().ok());
  std::string table;
  for (const std::string& file : env.ListImages()) {
    if (file.ends_with(".sst")) table = file;
  }
  uint64_t operations = 0;
  TracingEnv traced(&env, {StoreWorld::kPath, true}, [&](const std::string&) { ++operations; });
  env.RemoveImage(table);
  Reader reader(&traced);
  const Status opened = reader.Open();
  EXPECT_TRUE(opened.Is(StatusCode::kCorruption)) << opened.ToString();
  EXPECT_EQ(StoreWorld::PathOf(opened.place().file), table);
  EXPECT_LT(operations, 60u) << "a directory that does not change is not read a hundred times";
}

// The real system: one owner, readers that open hundreds of times beside it.
TEST(ThreadedStoreReadOnly, OpensBesideAnOwnerThatFlushesAndCompacts) {
  std::string name = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
  const std::string path = ::mkdtemp(name.data());
  std::unique_ptr<Store> store;
  ASSERT_TRUE(Store::Open(TinyStoreOptions(), path, &store).ok());
  NamespaceId left = 0;
  NamespaceId right = 0;
  ASSERT_TRUE(store->OpenNamespace("left", {}, &left).ok());
  ASSERT_TRUE(store->OpenNamespace("right", {}, &right).ok());
  std::atomic<uint64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (uint64_t i = 1; !stop.load(); ++i) {
      WriteBatch batch;
      batch.Put(left, "count", std::to_string(i));
      batch.Put(left, "key" + std::to_string(i % 97), std::string(200, 'v'));
      batch.Put(right, "count", std::to_string(i));
      ASSERT_TRUE(store->Write(batch, {.durability = Durability::kOs, .applied = {}}).ok());
      acknowledged.store(i);
    }
  });
  while (acknowledged.load() == 0) std::this_thread::yield();
  StoreOptions options = TinyStoreOptions();
  options.read_only = true;
  for (int round = 0; round < 300; ++round) {
    const uint64_t least = acknowledged.load();
    std::unique_ptr<Store> reader;
    const Status opened = Store::Open(options, path, &reader);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    PinnedValue a;
    PinnedValue b;
    Presence presence = Presence::kAbsent;
    ASSERT_TRUE(reader->Get(left, "count", {}, &presence, &a).ok());
    ASSERT_EQ(presence, Presence::kFound);
    ASSERT_TRUE(reader->Get(right, "count", {}, &presence, &b).ok());
    ASSERT_EQ(a.value(), b.value());
    ASSERT_GE(std::stoull(std::string(a.value())), least);
  }
  stop.store(true);
  writer.join();
  EXPECT_TRUE(store->Close().ok());
  store.reset();
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace ledgerstone
