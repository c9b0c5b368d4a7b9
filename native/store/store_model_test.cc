// Thousands of random operations against sorted maps, for many option sets, with background work
// interleaved by a seed. LEDGERSTONE_SEED and LEDGERSTONE_OPS override.
#include <gtest/gtest.h>

#include "testing/seed.h"
#include "testing/space_model.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

using ModelState = std::map<std::string, ModelSpace>;

struct OptionSet {
  std::string name;
  StoreOptions store = TinyStoreOptions();
  NamespaceOptions space = {.merge = MergeOperator::kAppend};
};

OptionSet Named(const std::string& name, const std::function<void(OptionSet&)>& change) {
  OptionSet set;
  set.name = name;
  change(set);
  return set;
}

const std::vector<OptionSet>& OptionSets() {
  static const std::vector<OptionSet> sets = {
      Named("Tiny", [](OptionSet&) {}),
      Named("WiderGeneration", [](OptionSet& set) { set.store.generation_bytes = 16 << 10; }),
      Named("OneLevelBelow", [](OptionSet& set) { set.store.level_count = 2; }),
      Named("NoBlockCache", [](OptionSet& set) { set.store.use_block_cache = false; }),
      Named("Uncompressed",
            [](OptionSet& set) {
              set.space.compression = set.space.bottom_compression = Compression::kNone;
            }),
      Named("AllZstd", [](OptionSet& set) { set.space.compression = Compression::kZstd; }),
      Named("AllLz4", [](OptionSet& set) { set.space.bottom_compression = Compression::kLz4; }),
      Named("TinyBlocks", [](OptionSet& set) { set.store.block_bytes = 64; }),
      Named("NoFilter", [](OptionSet& set) { set.space.filter_bits_per_key = 0; }),
      Named("NoBackgroundCompaction",
            [](OptionSet& set) { set.store.compact_in_background = false; }),
  };
  return sets;
}

uint64_t Operations(uint64_t usual) {
  const char* const given = std::getenv("LEDGERSTONE_OPS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

class StoreModel : public testing::TestWithParam<size_t> {
 protected:
  static constexpr size_t kSpaces = 3;

  const OptionSet& set() const { return OptionSets().at(GetParam()); }
  std::string SpaceName(size_t space) const { return "space" + std::to_string(space); }
  std::string RandomKey() {
    // Half of the writes go to a few keys, so that versions pile up.
    const uint64_t number = random_.OneIn(2) ? random_.Below(8) : random_.Below(300);
    return "k" + std::to_string(number);
  }
  std::string RandomValue() {
    return std::string(random_.Below(120), static_cast<char>('a' + random_.Below(26))) +
           std::to_string(random_.Below(1000));
  }

  void OpenAll() {
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    for (size_t i = 0; i < kSpaces; ++i) {
      ids_[i] = world_.Open(SpaceName(i), set().space);
      ASSERT_NE(ids_[i], 0u);
      (void)model_[SpaceName(i)];
    }
  }

  void Expect(const Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

  void AddEntry(size_t space, WriteBatch* batch) {
    const NamespaceId id = ids_[space];
    ModelSpace& model = model_[SpaceName(space)];
    const std::string key = RandomKey();
    const std::string value = RandomValue();
    const uint64_t draw = random_.Below(100);
    if (draw < 20) {
      batch->Delete(id, key);
      model.erase(key);
    } else if (draw < 40) {
      batch->Merge(id, key, value.substr(0, 8));
      model[key].appended += value.substr(0, 8);
      model[key].merged = true;
    } else if (draw < 55) {
      const uint64_t expires_at = env_.WallMillis() + 1 + random_.Below(200);
      batch->PutExpiring(id, key, value, expires_at);
      model[key] = {value, expires_at, "", false};
    } else if (draw < 58) {
      EraseRange(id, &model, batch);
    } else {
      batch->Put(id, key, value);
      model[key] = {value, 0, "", false};
    }
  }

  void EraseRange(NamespaceId id, ModelSpace* model, WriteBatch* batch) {
    std::string begin = random_.OneIn(10) ? "" : RandomKey();
    std::string end = random_.OneIn(10) ? "" : RandomKey();
    if (!end.empty() && end < begin) std::swap(begin, end);
    if (!end.empty() && begin == end) end.push_back('\0');
    batch->DeleteRange(id, begin, end);
    std::erase_if(*model, [&](const auto& entry) {
      return entry.first >= begin && (end.empty() || entry.first < end);
    });
  }

  void WriteSome(uint64_t entries) {
    WriteBatch batch;
    for (uint64_t i = 0; i < entries; ++i) AddEntry(random_.Below(kSpaces), &batch);
    const auto durability = static_cast<Durability>(random_.Below(3));
    const Status status = world_.Write(batch, {.durability = durability, .applied = {}});
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  // A view: the newest one, or a snapshot and the model as it was.
  const ModelState& View(uint64_t* snapshot) {
    *snapshot = 0;
    if (snapshots_.empty() || random_.OneIn(2)) return model_;
    auto at = snapshots_.begin();
    std::advance(at, random_.Below(snapshots_.size()));
    *snapshot = at->first;
    return at->second;
  }

  void CheckGet() {
    uint64_t snapshot = 0;
    const ModelState& expected = View(&snapshot);
    const size_t space = random_.Below(kSpaces);
    const std::string key = RandomKey();
    const ModelSpace& entries = expected.at(SpaceName(space));
    const auto found = entries.find(key);
    const auto wanted =
        found == entries.end() ? std::nullopt : found->second.ValueAt(env_.WallMillis());
    ASSERT_EQ(world_.Get(ids_[space], key, snapshot), wanted) << key;
  }

  void CheckRange() {
    IterateOptions options;
    const ModelState& expected = View(&options.snapshot_id);
    options.lower = {RandomKey(), random_.OneIn(2), random_.OneIn(2)};
    options.upper = {RandomKey(), random_.OneIn(2), random_.OneIn(2)};
    options.reverse = random_.OneIn(2);
    const size_t space = random_.Below(kSpaces);
    std::vector<std::pair<std::string, std::string>> wanted;
    for (const auto& [key, value] : ValuesAt(expected.at(SpaceName(space)), env_.WallMillis())) {
      const auto& [lower, upper] = std::tie(options.lower, options.upper);
      if (lower.set && (lower.inclusive ? key < lower.key : key <= lower.key)) continue;
      if (upper.set && (upper.inclusive ? key > upper.key : key >= upper.key)) continue;
      wanted.emplace_back(key, value);
    }
    if (options.reverse) std::reverse(wanted.begin(), wanted.end());
    std::vector<std::pair<std::string, std::string>> entries;
    ASSERT_TRUE(world_.Scan(ids_[space], options, &entries).ok());
    ASSERT_EQ(entries, wanted);
  }

  void DropOne() {
    const size_t space = random_.Below(kSpaces);
    ASSERT_TRUE(world_.Drop(ids_[space]).ok());
    ids_[space] = world_.Open(SpaceName(space), set().space);
    model_[SpaceName(space)].clear();
    // A snapshot says nothing about a namespace that is gone.
    ReleaseSnapshots();
  }

  // Over a part of the keys, or beside them all.
  void Ingest() {
    const size_t space = random_.Below(kSpaces);
    std::map<std::string, std::string> entries;
    const std::string prefix = random_.OneIn(4) ? "z" : "k";
    const uint64_t from = random_.Below(300);
    const uint64_t count = random_.Below(60);
    for (uint64_t i = 0; i < count; ++i)
      entries[prefix + std::to_string(from + random_.Below(80))] = RandomValue();
    IngestReport report;
    const uint64_t before = world_.store().VisibleSequence();
    Expect(world_.Ingest(ids_[space], {entries.begin(), entries.end()}, &report));
    ASSERT_EQ(report.entries, entries.size());
    ASSERT_EQ(report.sequence, world_.store().VisibleSequence());
    ASSERT_EQ(report.sequence > before, !entries.empty());
    for (const auto& [key, value] : entries) model_[SpaceName(space)][key] = {value, 0, "", false};
  }

  void TakeSnapshot() {
    if (snapshots_.size() < 4) snapshots_[world_.store().TakeSnapshot()] = model_;
  }

  void ReleaseSnapshots() {
    for (const auto& [id, state] : snapshots_) EXPECT_TRUE(world_.store().ReleaseSnapshot(id));
    snapshots_.clear();
  }

  void Step() {
    const uint64_t draw = random_.Below(1000);
    if (draw < 420) return WriteSome(1);
    if (draw < 480) return WriteSome(1 + random_.Below(12));
    if (draw < 800) return CheckGet();
    if (draw < 850) return CheckRange();
    if (draw < 930) return (void)world_.scheduler().RunOne();
    if (draw < 935) return Ingest();
    if (draw < 942) return env_.SetWallMillis(env_.WallMillis() + random_.Below(60));
    if (draw < 965) return TakeSnapshot();
    if (draw < 975) return ReleaseSnapshots();
    if (draw < 987) return Expect(world_.Flush());
    if (draw < 993) return Expect(world_.Compact(random_.OneIn(2) ? 0 : ids_[0]));
    if (draw < 996) return DropOne();
    ReleaseSnapshots();
    Expect(world_.Close());
    OpenAll();
  }

  const uint64_t seed_ = PrintedSeed(4711);
  SimulatedEnv env_{seed_};
  StoreWorld world_{&env_, seed_, set().store};
  Random random_{seed_ + GetParam()};
  std::array<NamespaceId, kSpaces> ids_{};
  ModelState model_;
  std::map<uint64_t, ModelState> snapshots_;
};

TEST_P(StoreModel, AgreesWithSortedMaps) {
  OpenAll();
  const uint64_t operations = Operations(3000);
  for (uint64_t i = 0; i < operations; ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    Step();
    if (HasFatalFailure()) return;
  }
  StoreState state;
  ASSERT_TRUE(world_.ReadAll(&state).ok());
  for (const auto& [name, space] : model_)
    EXPECT_EQ(state[name], ValuesAt(space, env_.WallMillis())) << name;
  const Status verified = world_.VerifyClean();
  EXPECT_TRUE(verified.ok()) << verified.ToString();
  EXPECT_GT(world_.store().Statistics().flushes, 0u);
  EXPECT_TRUE(world_.Close().ok());
}

INSTANTIATE_TEST_SUITE_P(Options, StoreModel, testing::Range(size_t{0}, OptionSets().size()),
                         [](const auto& option_set) {
                           return OptionSets().at(option_set.param).name;
                         });

}  // namespace
}  // namespace ledgerstone
