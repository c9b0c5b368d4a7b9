// The past of a store against a model that keeps every state: random writes, with retention, over
// several option sets; feeds and snapshots from random old sequences; reopens, power cuts.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "base/namespace_options.h"
#include "store/batch_format.h"
#include "testing/change_log.h"
#include "testing/seed.h"
#include "testing/space_model.h"

namespace ledgerstone {
namespace {

struct OptionSet {
  std::string name;
  RetentionOptions retention;
  std::function<void(StoreOptions&)> change = [](StoreOptions&) {};
};

const std::vector<OptionSet>& OptionSets() {
  static const std::vector<OptionSet> sets = {
      {"KeepsAll", {.bytes = uint64_t{1} << 30}},
      {"KeepsFewSegments", {.bytes = 40 << 10}},
      {"KeepsForAWhile", {.age_millis = 600}},
      {"OneLevelBelow", {.bytes = 80 << 10}, [](StoreOptions& store) { store.level_count = 2; }},
      {"LargeGroups",
       {.bytes = 60 << 10},
       [](StoreOptions& store) { store.group_bytes_max = 64 << 10; }},
      {"NoBackgroundCompaction",
       {.bytes = 80 << 10},
       [](StoreOptions& store) { store.compact_in_background = false; }},
  };
  return sets;
}

using Spaces = std::map<NamespaceId, ModelSpace>;

void ApplyEntries(Slice bytes, Spaces* spaces) {
  BatchReader reader(bytes);
  for (BatchEntry entry; reader.Next(&entry);) {
    ModelSpace& space = (*spaces)[entry.namespace_id];
    const std::string key(entry.key);
    const std::string value(entry.value);
    if (entry.kind == EntryKind::kDelete) space.erase(key);
    if (entry.kind == EntryKind::kPut) space[key] = {value, 0, "", false};
    if (entry.kind == EntryKind::kPutExpiring)
      space[key] = {value.substr(kExpirySize), DecodeFixed64(value.data()), "", false};
    if (entry.kind == EntryKind::kMerge) {
      space[key].appended += value;
      space[key].merged = true;
    }
    if (entry.kind == EntryKind::kRangeDelete) {
      std::erase_if(space, [&](const auto& each) {
        return each.first >= key && (value.empty() || each.first < value);
      });
    }
    if (entry.kind == EntryKind::kDropNamespace) spaces->erase(entry.namespace_id);
  }
}

uint32_t CountEntries(Slice bytes) {
  BatchReader reader(bytes);
  uint32_t count = 0;
  for (BatchEntry entry; reader.Next(&entry);) ++count;
  return count;
}

class StoreChangesModel : public testing::TestWithParam<size_t> {
 protected:
  static constexpr size_t kSpaces = 2;

  struct Commit {
    GivenBatch batch;
    Spaces after;
  };
  struct Queued {
    std::string entries;
    Durability durability = Durability::kDisk;
    bool settled = false;
  };

  static StoreOptions OptionsOf(const OptionSet& set) {
    StoreOptions options = TinyStoreOptions();
    options.retention = set.retention;
    set.change(options);
    return options;
  }
  Store& store() { return world_.store(); }
  Sequence Newest() const { return history_.empty() ? 0 : history_.back().batch.last; }

  std::string RandomKey() {
    return "k" + std::to_string(random_.OneIn(2) ? random_.Below(6) : random_.Below(120));
  }

  void AddEntry(WriteBatch* batch) {
    const NamespaceId id = ids_[random_.Below(kSpaces)];
    const std::string key = RandomKey();
    const std::string value = std::string(random_.Below(90), 'v') + std::to_string(random_.Next());
    const uint64_t draw = random_.Below(100);
    if (draw < 20) return batch->Delete(id, key);
    if (draw < 40) return batch->Merge(id, key, value.substr(0, 6));
    if (draw < 50)
      return batch->PutExpiring(id, key, value, env_.WallMillis() + random_.Below(300));
    if (draw >= 55) return batch->Put(id, key, value);
    std::string begin = random_.OneIn(3) ? "" : RandomKey();
    std::string end = random_.OneIn(3) ? "" : RandomKey();
    if (!end.empty() && end < begin) std::swap(begin, end);
    if (!end.empty() && begin == end) end.push_back('\0');
    batch->DeleteRange(id, begin, end);
  }

  void Queue() {
    if (queued_.size() > 20) Settle();
    WriteBatch batch;
    for (uint64_t i = random_.OneIn(3) ? 1 + random_.Below(8) : 1; i > 0; --i) AddEntry(&batch);
    Queued& queued = queued_.emplace_back();
    queued.entries = batch.bytes();
    queued.durability = static_cast<Durability>(random_.Below(3));
    const WriteOptions options{.durability = queued.durability, .applied = {}};
    store().Write(batch.bytes(), batch.count(), options, [&queued](const Status& status) {
      EXPECT_TRUE(status.ok() || status.Is(StatusCode::kReadOnly) ||
                  status.Is(StatusCode::kOutcomeUnknown))
          << status.ToString();
      queued.settled = status.ok();
    });
  }

  void Remember(const GivenBatch& batch) {
    Spaces after = history_.empty() ? Spaces() : history_.back().after;
    ApplyEntries(batch.entries, &after);
    history_.push_back({batch, std::move(after)});
  }

  // Waits, and gives what was queued the sequences that end at the newest one.
  void Settle() {
    world_.scheduler().WaitUntil([&] { return queued_.empty() || queued_.back().settled; });
    Sequence count = 0;
    for (const Queued& queued : queued_) count += CountEntries(queued.entries);
    Sequence first = store().VisibleSequence() - count + 1;
    ASSERT_TRUE(count == 0 || first > Newest());
    for (const Queued& queued : queued_) {
      const Sequence last = first + CountEntries(queued.entries) - 1;
      Remember({first, last, queued.entries});
      first = last + 1;
    }
    queued_.clear();
  }

  void Create(size_t space) {
    const std::string name = "space" + std::to_string(space);
    const Sequence before = store().VisibleSequence();
    const auto known = store().Namespaces();
    ids_[space] = world_.Open(name, kOptions);
    for (const NamespaceInfo& info : known) {
      if (info.name == name) return;
    }
    world_.scheduler().WaitUntil([&] { return store().VisibleSequence() > before; });
    const Sequence sequence = store().VisibleSequence();
    std::string entry;
    AppendBatchEntry(
        &entry, {EntryKind::kCreateNamespace, ids_[space], name, EncodeNamespaceOptions(kOptions)});
    Remember({sequence, sequence, entry});
  }

  void DropOne() {
    Settle();
    const size_t space = random_.Below(kSpaces);
    ASSERT_TRUE(world_.Drop(ids_[space]).ok());
    std::string entry;
    AppendBatchEntry(&entry,
                     {EntryKind::kDropNamespace, ids_[space], "space" + std::to_string(space), {}});
    Remember({store().VisibleSequence(), store().VisibleSequence(), entry});
    Create(space);
  }

  void Open() {
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_GE(store().Floor(), floor_) << "the floor went down";
    floor_ = store().Floor();
  }
  void OpenSpaces() {
    for (size_t i = 0; i < kSpaces; ++i) Create(i);
  }

  void Reopen() {
    Settle();
    follower_.reset();
    ASSERT_TRUE(world_.Close().ok());
    Open();
    if (!HasFatalFailure()) OpenSpaces();
  }

  // What a durable reader was shown is there; what is there is whole batches in their order.
  void CutPower() {
    std::vector<GivenBatch> durable;
    ASSERT_TRUE(
        ReadChangesAfter(&store(), std::max(Newest(), store().Floor()), true, &durable).ok());
    follower_.reset();
    world_.Kill();
    const bool drop = random_.OneIn(2);
    env_.Crash(
        {random_.Next(), drop ? CrashMode::kDropUnsynced : CrashMode::kTearAndReorder, 512, false});
    Open();
    if (HasFatalFailure()) return;
    const Sequence visible = store().VisibleSequence();
    while (!history_.empty() && history_.back().batch.last > visible) history_.pop_back();
    std::vector<GivenBatch> more;
    ASSERT_TRUE(ReadChangesAfter(&store(), std::max(Newest(), floor_), false, &more).ok());
    ASSERT_GE(more.size(), durable.size());
    for (size_t i = 0; i < more.size(); ++i) {
      ASSERT_LT(i, queued_.size());
      ASSERT_EQ(more[i].entries, queued_[i].entries);
      ASSERT_TRUE(i >= durable.size() || more[i] == durable[i]) << i;
      Remember(more[i]);
    }
    for (size_t i = more.size(); i < queued_.size(); ++i)
      ASSERT_FALSE(queued_[i].settled && queued_[i].durability == Durability::kDisk);
    queued_.clear();
    OpenSpaces();
  }

  std::vector<GivenBatch> ExpectedAfter(Sequence after) const {
    std::vector<GivenBatch> expected;
    for (const Commit& commit : history_) {
      if (commit.batch.last > after) expected.push_back(commit.batch);
    }
    return expected;
  }

  // A sequence of the past, now and then inside a batch, or about the floor.
  Sequence RandomPast() {
    if (floor_ > 8 && random_.OneIn(4)) return std::min(floor_ + random_.Below(9) - 4, Newest());
    const GivenBatch& batch = history_[random_.Below(history_.size())].batch;
    return batch.first + random_.Below(batch.last - batch.first + 1);
  }

  void CheckReplay() {
    Settle();
    const Sequence after = RandomPast();
    std::vector<GivenBatch> given;
    const Status status = ReadChangesAfter(&store(), after, false, &given);
    floor_ = store().Floor();
    if (after < floor_) {
      ASSERT_TRUE(status.Is(StatusCode::kNotRetained)) << status.ToString();
      ASSERT_EQ(status.expected(), std::to_string(floor_));
      return;
    }
    ASSERT_TRUE(status.ok()) << status.ToString();
    const auto expected = ExpectedAfter(after);
    ASSERT_EQ(SequencesText(given), SequencesText(expected)) << "after " << after;
    ASSERT_TRUE(given == expected);
    ++replays_;
  }

  // A reader that looks now and then; one that retention overtook begins anew.
  void Follow() {
    if (follower_ == nullptr) {
      followed_from_ = store().VisibleSequence();
      ASSERT_TRUE(store().NewChangeReader({.after = followed_from_}, &follower_).ok());
      seen_.clear();
    }
    const Status status = ReadChanges(follower_.get(), 64 + random_.Below(2000), &seen_);
    if (status.ok()) return;
    ASSERT_TRUE(status.Is(StatusCode::kNotRetained)) << status.ToString();
    ++overtaken_;
    follower_.reset();
  }
  void CheckFollower() {
    Settle();
    Follow();
    if (HasFatalFailure() || follower_ == nullptr) return;
    ASSERT_TRUE(seen_ == ExpectedAfter(followed_from_))
        << SequencesText(seen_) << "\nexpected\n"
        << SequencesText(ExpectedAfter(followed_from_));
  }

  void CheckSnapshot() {
    Settle();
    const Sequence at = RandomPast();
    uint64_t snapshot = 0;
    const Status status = store().TakeSnapshotAt(at, &snapshot);
    floor_ = store().Floor();
    if (at < floor_) {
      ASSERT_TRUE(status.Is(StatusCode::kNotRetained)) << status.ToString();
      return;
    }
    ASSERT_TRUE(status.ok()) << status.ToString();
    snapshots_.emplace_back(snapshot, at);
    CheckState(snapshot, at);
    if (random_.OneIn(2)) ReleaseSnapshots();
  }
  void CheckState(uint64_t snapshot, Sequence at) {
    // The last one that began at or before it; a sequence in no batch is what came before.
    const auto begins_later = [&](const Commit& each) { return each.batch.first > at; };
    auto commit = std::find_if(history_.begin(), history_.end(), begins_later);
    ASSERT_NE(commit, history_.begin());
    --commit;
    uint64_t sequence = 0;
    ASSERT_TRUE(store().SnapshotSequence(snapshot, &sequence).ok());
    ASSERT_EQ(sequence, std::max(at, commit->batch.last)) << "not the batch's end";
    for (const NamespaceId id : ids_) {
      const auto space = commit->after.find(id);
      const auto expected =
          space == commit->after.end() ? KeyValues() : ValuesAt(space->second, env_.WallMillis());
      std::vector<std::pair<std::string, std::string>> entries;
      IterateOptions options;
      options.snapshot_id = snapshot;
      ASSERT_TRUE(world_.Scan(id, options, &entries).ok());
      ASSERT_EQ(KeyValues(entries.begin(), entries.end()), expected) << "at " << at;
      const std::string key = RandomKey();
      const auto found = expected.find(key);
      ASSERT_EQ(world_.Get(id, key, snapshot),
                found == expected.end() ? std::nullopt : std::optional(found->second));
    }
    ++snapshots_checked_;
  }
  // Those taken earlier stay what they were, whatever has become of the floor.
  void CheckOldSnapshots() {
    for (const auto& [snapshot, at] : snapshots_) {
      uint64_t sequence = 0;
      ASSERT_TRUE(store().SnapshotSequence(snapshot, &sequence).ok());
      CheckState(snapshot, sequence);
      if (HasFatalFailure()) return;
    }
  }
  void ReleaseSnapshots() {
    for (const auto& [snapshot, at] : snapshots_) store().ReleaseSnapshot(snapshot);
    snapshots_.clear();
  }

  void Step() {
    const uint64_t draw = random_.Below(1000);
    if (draw < 450) return Queue();
    if (draw < 560) return Settle();
    if (draw < 640) return CheckReplay();
    if (draw < 720) return CheckSnapshot();
    if (draw < 740) return CheckOldSnapshots();
    if (draw < 800) return Follow();
    if (draw < 830) return CheckFollower();
    if (draw < 930) return (void)world_.scheduler().RunOne();
    if (draw < 950) return env_.SetWallMillis(env_.WallMillis() + random_.Below(80));
    if (draw < 970) return Expect(world_.Flush());
    if (draw < 980) return Expect(world_.Compact(random_.OneIn(2) ? 0 : ids_[0]));
    if (draw < 984) return DropOne();
    ReleaseSnapshots();
    if (draw < 992) return Reopen();
    CutPower();
  }
  void Expect(const Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

  static inline const NamespaceOptions kOptions{.merge = MergeOperator::kAppend};

  const uint64_t seed_ = PrintedSeed(86) + GetParam();
  SimulatedEnv env_{seed_};
  StoreWorld world_{&env_, seed_, OptionsOf(OptionSets().at(GetParam()))};
  Random random_{seed_};
  std::array<NamespaceId, kSpaces> ids_{};
  std::vector<Commit> history_;
  std::deque<Queued> queued_;
  Sequence floor_ = 0;
  std::vector<std::pair<uint64_t, Sequence>> snapshots_;
  std::unique_ptr<ChangeReader> follower_;
  Sequence followed_from_ = 0;
  std::vector<GivenBatch> seen_;
  uint64_t replays_ = 0;
  uint64_t overtaken_ = 0;
  uint64_t snapshots_checked_ = 0;
};

TEST_P(StoreChangesModel, EveryKeptStateAndBatchIsAsItWas) {
  Open();
  OpenSpaces();
  const uint64_t operations = std::getenv("LEDGERSTONE_LONG") != nullptr ? 20000 : 2500;
  for (uint64_t i = 0; i < operations; ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    Step();
    if (HasFatalFailure()) return;
  }
  ReleaseSnapshots();
  follower_.reset();
  Settle();
  const Status verified = world_.VerifyClean();
  EXPECT_TRUE(verified.ok()) << verified.ToString();
  EXPECT_GT(replays_, 10u);
  EXPECT_GT(snapshots_checked_, 20u);
  EXPECT_EQ(store().Floor() > 0, OptionSets().at(GetParam()).name != "KeepsAll");
  EXPECT_TRUE(world_.Close().ok());
}

INSTANTIATE_TEST_SUITE_P(Options, StoreChangesModel, testing::Range(size_t{0}, OptionSets().size()),
                         [](const auto& set) { return OptionSets().at(set.param).name; });

}  // namespace
}  // namespace ledgerstone
