// Salvage: whatever byte is damaged, whatever file is gone, each entry either comes out as it was
// or lies in the list of what was lost; nothing comes out that was never written.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "testing/seed.h"
#include "testing/store_copies.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

constexpr char kTarget[] = "/salvaged";

// A store with tables on several levels and a log tail, and all that is known of it.
class Salvaged : public testing::Test {
 protected:
  void SetUp() override {
    run_.Open();
    run_.Create("a");
    run_.Create("b");
    Random random(seed_);
    for (int i = 0; i < 90; ++i) {
      std::string value = std::to_string(i) + ":";
      for (int c = 0; c < 120; ++c) value.push_back(static_cast<char>('a' + random.Below(26)));
      const std::string space = random.OneIn(3) ? "b" : "a";
      Put(space, "key" + std::to_string(100 + random.Below(60)), value);
      if (i % 9 == 4) Put(space, "key" + std::to_string(100 + random.Below(60)), std::nullopt);
      if (i == 80) run_.world().scheduler().RunAll();
    }
    ASSERT_TRUE(run_.world().Close().ok());
    image_ = env_.Snapshot();
    newest_ = run_.history().Newest();
  }
  void Put(const std::string& space, const std::string& key, std::optional<std::string> value) {
    if (value.has_value()) {
      run_.Put(space, key, *value);
      written_[space + key].insert(*value);
    } else {
      run_.Delete(space, key);
    }
    sequences_[space + key] = run_.world().store().VisibleSequence();
  }
  std::vector<std::string> Files(const std::string& suffix) const {
    std::vector<std::string> files;
    for (const std::string& file : env_.ListImages()) {
      if (file.starts_with("/store/") && file.ends_with(suffix)) files.push_back(file);
    }
    return files;
  }
  Status Run() {
    report_ = {};
    state_.clear();
    StepwiseScheduler scheduler(3);
    StoreOptions options = TinyStoreOptions();
    options.env = &env_;
    options.scheduler = &scheduler;
    LS_RETURN_IF_ERROR(Salvage(options, StoreWorld::kPath, kTarget, &report_));
    const CopyLook look = LookAtCopy(env_, kTarget);
    state_ = look.state;
    return look.status;
  }
  bool Covered(const std::string& space, const std::string& key) const {
    const uint64_t sequence = sequences_.at(space + key);
    for (const SalvageLoss& loss : report_.losses) {
      if (loss.file.ends_with(".wal")) {
        if (sequence >= loss.first_sequence &&
            (loss.last_sequence == 0 || sequence <= loss.last_sequence)) {
          return true;
        }
      } else if (loss.file.ends_with(".sst")) {
        if (!loss.namespace_name.empty() && loss.namespace_name != space) continue;
        if ((!loss.from_known || loss.from <= key) && (!loss.to_known || key <= loss.to)) {
          return true;
        }
      }
    }
    return false;
  }
  std::optional<std::string> Found(const std::string& space, const std::string& key) const {
    const auto entries = state_.find(space);
    if (entries == state_.end()) return std::nullopt;
    const auto found = entries->second.find(key);
    return found == entries->second.end() ? std::nullopt : std::optional(found->second);
  }
  // Returns how many keys were lost.
  size_t ExpectExact() {
    size_t lost = 0;
    for (const auto& [place, sequence] : sequences_) {
      const std::string space = place.substr(0, 1);
      const std::string key = place.substr(1);
      const auto& entries = newest_.at(space);
      const auto expected = entries.find(key);
      const std::optional<std::string> found = Found(space, key);
      const bool same =
          expected == entries.end() ? !found.has_value() : found == std::optional(expected->second);
      if (same) continue;
      ++lost;
      EXPECT_TRUE(Covered(space, key)) << space << " " << key << " is lost and not listed";
      if (found.has_value()) {
        EXPECT_TRUE(written_[place].contains(*found)) << key << " was never written so";
      }
    }
    return lost;
  }

  const uint64_t seed_ = PrintedSeed(61);
  SimulatedEnv env_{seed_};
  ScriptRun run_{&env_, seed_};
  SimulatedEnv::Image image_ = env_.Snapshot();
  std::map<std::string, std::set<std::string>> written_;  // by namespace and key
  std::map<std::string, uint64_t> sequences_;
  StoreState newest_;
  SalvageReport report_;
  StoreState state_;
};

TEST_F(Salvaged, AWholeStoreComesOutWhole) {
  const std::vector<std::string> before = env_.ListImages();
  const Status status = Run();
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(StoreStateText(state_), StoreStateText(newest_));
  EXPECT_TRUE(report_.losses.empty());
  EXPECT_TRUE(report_.unknowns.empty());
  EXPECT_TRUE(report_.manifest_whole);
  EXPECT_GT(report_.tables, 3u);
  EXPECT_GT(report_.records, 0u);
  ASSERT_EQ(report_.namespaces.size(), 2u);
  EXPECT_EQ(report_.entries, newest_["a"].size() + newest_["b"].size());
  for (const std::string& file : before) EXPECT_TRUE(env_.ReadImage(file).has_value()) << file;
}

TEST_F(Salvaged, CallsSpacePreparedInTheNewestLogNoLossAndInAnEarlierOneALoss) {
  ASSERT_EQ(Files(".wal").size(), 1u);
  const std::string log = Files(".wal")[0];
  const std::string whole = *env_.ReadImage(log);
  env_.WriteImage(log, whole + std::string(5000, '\0'));
  ASSERT_TRUE(Run().ok());
  EXPECT_TRUE(report_.losses.empty());

  env_.Restore(image_);
  env_.WriteImage(log, whole + std::string(5000, '\0'));
  env_.WriteImage("/store/000999.wal", "a later one");
  ASSERT_TRUE(Run().ok());
  const auto in_log = [&](const SalvageLoss& loss) { return log.ends_with(loss.file); };
  const auto loss = std::find_if(report_.losses.begin(), report_.losses.end(), in_log);
  ASSERT_NE(loss, report_.losses.end());
  EXPECT_EQ(loss->begin, whole.size());
}

TEST_F(Salvaged, ListsExactlyWhatADamagedTableOrLogLost) {
  size_t lost = 0;
  size_t runs = 0;
  std::vector<std::string> files = Files(".sst");
  for (const std::string& log : Files(".wal")) files.push_back(log);
  for (const std::string& file : files) {
    const size_t size = env_.ReadImage(file)->size();
    for (size_t offset = 0; offset < size; offset += 29) {
      SCOPED_TRACE(file + ", byte " + std::to_string(offset));
      env_.Restore(image_);
      env_.CorruptByte(file, offset, 0x21);
      const Status status = Run();
      ASSERT_TRUE(status.ok()) << status.ToString();
      ++runs;
      const size_t keys = ExpectExact();
      EXPECT_LT(keys, 30u) << "one byte takes one block or record with it, not the file";
      lost += keys;
      EXPECT_TRUE(report_.manifest_whole);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(runs, 100u);
  EXPECT_GT(lost, runs / 4);
}

TEST_F(Salvaged, ListsWhatAMissingFileLost) {
  std::vector<std::string> files = Files(".sst");
  for (const std::string& log : Files(".wal")) files.push_back(log);
  size_t missing = 0;
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    env_.Restore(image_);
    env_.RemoveImage(file);
    const Status status = Run();
    ASSERT_TRUE(status.ok()) << status.ToString();
    bool named = false;
    for (const SalvageLoss& loss : report_.losses) {
      if ("/store/" + loss.file != file) continue;
      named = true;
      EXPECT_NE(loss.reason.find("missing"), std::string::npos) << loss.reason;
    }
    missing += named ? 1 : 0;
    ExpectExact();
  }
  EXPECT_GT(missing, 3u);
}

TEST_F(Salvaged, ATableWithoutIndexIsReadBlockByBlock) {
  for (const std::string& file : Files(".sst")) {
    SCOPED_TRACE(file);
    env_.Restore(image_);
    const std::string bytes = *env_.ReadImage(file);
    env_.CorruptByte(file, bytes.size() - 3, 1);  // the footer
    ASSERT_TRUE(Run().ok());
    EXPECT_EQ(ExpectExact(), 0u) << "no data block was damaged";
    env_.Restore(image_);
    env_.WriteImage(file, Slice(bytes).substr(0, bytes.size() - 200));
    ASSERT_TRUE(Run().ok());
    ExpectExact();
    EXPECT_FALSE(report_.losses.empty());
  }
}

TEST_F(Salvaged, WorksWithoutCurrent) {
  env_.RemoveImage("/store/CURRENT");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(StoreStateText(state_), StoreStateText(newest_));
  ASSERT_EQ(report_.losses.size(), 1u);
  EXPECT_EQ(report_.losses.front().file, "CURRENT");
}

// Without a manifest tables have no namespace: each comes out by itself, and no entry is lost.
TEST_F(Salvaged, WorksWithoutManifestAndSaysWhatCannotBeKnown) {
  env_.RemoveImage("/store/CURRENT");
  for (const std::string& file : Files(".manifest")) env_.RemoveImage(file);
  const Status status = Run();
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_FALSE(report_.manifest_whole);
  EXPECT_EQ(report_.unknowns.size(), 2u);
  for (const auto& [space, entries] : newest_) {
    for (const auto& [key, value] : entries) {
      bool found = false;
      for (const auto& [name, salvaged] : state_) {
        const auto at = salvaged.find(key);
        found |= at != salvaged.end() && at->second == value;
      }
      EXPECT_TRUE(found) << space << " " << key;
    }
  }
  for (const SalvagedNamespace& space : report_.namespaces) {
    EXPECT_FALSE(space.named) << space.name;
    EXPECT_TRUE(space.name.starts_with("salvaged.")) << space.name;
  }
}

TEST_F(Salvaged, ReadsOnWhateverByteOfTheManifestIsDamaged) {
  const std::string file = Files(".manifest").front();
  const size_t size = env_.ReadImage(file)->size();
  for (size_t offset = 0; offset < size; offset += 17) {
    SCOPED_TRACE("byte " + std::to_string(offset));
    env_.Restore(image_);
    env_.CorruptByte(file, offset, 0x04);
    const Status status = Run();
    ASSERT_TRUE(status.ok()) << status.ToString();
    for (const auto& [space, entries] : newest_) {
      for (const auto& [key, value] : entries) {
        bool found = false;
        for (const auto& [name, salvaged] : state_) {
          const auto at = salvaged.find(key);
          found |= at != salvaged.end() && at->second == value;
        }
        ASSERT_TRUE(found) << space << " " << key;
      }
    }
  }
}

TEST_F(Salvaged, LeavesOutDroppedAndDerivedNamespaces) {
  run_.Open();
  run_.Create("sums", true);
  run_.Derived(5, {{"sums", "total", "9"}});
  run_.Drop("b");
  ASSERT_TRUE(run_.world().Close().ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_TRUE(state_.contains("a"));
  EXPECT_FALSE(state_.contains("b"));
  EXPECT_FALSE(state_.contains("sums"));
  ASSERT_EQ(report_.unknowns.size(), 1u);
  EXPECT_NE(report_.unknowns.front().find("'sums' is derived"), std::string::npos);
}

// Merges on what they stand on, range deletes and expiry come through as they were.
TEST_F(Salvaged, KeepsMergesRangeDeletesAndExpiry) {
  StoreWorld& world = run_.world();
  ASSERT_TRUE(world.Open().ok());
  NamespaceOptions appending;
  appending.merge = MergeOperator::kAppend;
  const NamespaceId id = world.Open("log", appending);
  const uint64_t soon = env_.WallMillis() + 1'000'000'000;
  WriteBatch first;
  first.Put(id, "a", "1");
  first.Put(id, "gone", "1");
  first.PutExpiring(id, "later", "x", soon);
  ASSERT_TRUE(world.Write(first).ok());
  ASSERT_TRUE(world.Flush().ok());
  WriteBatch second;
  second.Merge(id, "a", "2");
  second.Merge(id, "b", "3");
  second.Merge(id, "later", "y");
  second.DeleteRange(id, "g", "h");
  ASSERT_TRUE(world.Write(second).ok());
  ASSERT_TRUE(world.Flush().ok());
  WriteBatch third;
  third.Merge(id, "a", "4");
  ASSERT_TRUE(world.Write(third).ok());
  StoreState before;
  ASSERT_TRUE(world.ReadAll(&before).ok());
  EXPECT_EQ(before["log"], (KeyValues{{"a", "124"}, {"b", "3"}, {"later", "xy"}}));
  ASSERT_TRUE(world.Close().ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_TRUE(report_.losses.empty());
  EXPECT_EQ(StoreStateText(state_), StoreStateText(before));
}

TEST_F(Salvaged, RefusesAnOwnedSourceAFullTargetAndNothingAtAll) {
  std::unique_ptr<DirectoryLock> lock;
  ASSERT_TRUE(env_.LockDirectory(StoreWorld::kPath, "LOCK", &lock).ok());
  EXPECT_TRUE(Run().Is(StatusCode::kLocked));
  lock.reset();
  ASSERT_TRUE(env_.CreateDirectory(kTarget).ok());
  env_.WriteImage("/salvaged/mine", "");
  EXPECT_TRUE(Run().Is(StatusCode::kInvalidArgument));
  ASSERT_TRUE(env_.CreateDirectory("/empty").ok());
  SalvageReport report;
  StoreOptions options = TinyStoreOptions();
  options.env = &env_;
  EXPECT_TRUE(Salvage(options, "/empty", "/other", &report).Is(StatusCode::kNotFound));
  EXPECT_FALSE(ImageExists(env_, "/other"));
  EXPECT_FALSE(ImageExists(env_, "/other.partial"));
}

}  // namespace
}  // namespace ledgerstone
