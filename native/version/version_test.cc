#include "version/version.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "testing/level_map.h"
#include "testing/seed.h"
#include "testing/tree_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr TableReadOptions kMemoryOnly{Tier::kMemory, true, 0};

std::string Lookup(const Tree& tree, Slice key, Sequence sequence,
                   const TableReadOptions& options = {}) {
  TableLookup lookup;
  const Status status = tree.Get(key, sequence, options, &lookup);
  if (!status.ok()) return std::string(StatusCodeName(status.code()));
  if (lookup.outcome == TableLookup::Outcome::kFound) return std::string(lookup.value);
  return lookup.outcome == TableLookup::Outcome::kDeleted ? "deleted" : "absent";
}

std::string Numbers(const std::vector<TableFilePtr>& files) {
  std::string text;
  for (const auto& file : files) text += std::to_string(file->meta().number) + " ";
  return text;
}

struct GetExample {
  TreeWorld world;
  Tree tree;
  GetExample() {
    tree.levels[0] = {world.MakeTable(Entries("a9 m8-")), world.MakeTable(Entries("a6 m5 z7"))};
    tree.levels[5] = {world.MakeTable(Entries("a4 c4")), world.MakeTable(Entries("m3 n3-"))};
    tree.levels[6] = {world.MakeTable(Entries("a1 b1 n1")), world.MakeTable(Entries("p2 z2"))};
  }
};

TEST(TreeGet, FindsTheNewestVersionAtOrBelowTheSequence) {
  GetExample example;
  const Tree& tree = example.tree;
  EXPECT_EQ(Lookup(tree, "a", 100), "a9");
  EXPECT_EQ(Lookup(tree, "a", 8), "a6");
  EXPECT_EQ(Lookup(tree, "a", 5), "a4");
  EXPECT_EQ(Lookup(tree, "a", 3), "a1");
  EXPECT_EQ(Lookup(tree, "a", 0), "absent");
  EXPECT_EQ(Lookup(tree, "m", 100), "deleted");
  EXPECT_EQ(Lookup(tree, "m", 7), "m5");
  EXPECT_EQ(Lookup(tree, "n", 100), "deleted");
  EXPECT_EQ(Lookup(tree, "n", 2), "n1");
  EXPECT_EQ(Lookup(tree, "z", 100), "z7");
  EXPECT_EQ(Lookup(tree, "z", 6), "z2");
  EXPECT_EQ(Lookup(tree, "o", 100), "absent");
  EXPECT_EQ(Lookup(tree, "zz", 100), "absent");
  EXPECT_EQ(Lookup(tree, "", 100), "absent");
}

TEST(TreeGet, AnswersFromMemoryOnlyWhatMemoryHolds) {
  GetExample example;
  EXPECT_EQ(Lookup(example.tree, "a", 100, kMemoryOnly), "INCOMPLETE");
  EXPECT_EQ(Lookup(example.tree, "a", 100), "a9");
  EXPECT_EQ(Lookup(example.tree, "a", 100, kMemoryOnly), "a9");
  EXPECT_EQ(Lookup(example.tree, "c", 100, kMemoryOnly), "INCOMPLETE");
  EXPECT_EQ(Lookup(example.tree, "zz", 100, kMemoryOnly), "absent") << "no table covers it";
}

TEST(TreeGet, GivesTheErrorOfADamagedTable) {
  GetExample example;
  const TableMeta& meta = example.tree.levels[0][0]->meta();
  example.world.env().CorruptByte("db/" + TableName(meta.number), kFileHeaderSize + 1, 1);
  EXPECT_EQ(Lookup(example.tree, "a", 100), "CORRUPTION");
  EXPECT_EQ(Lookup(example.tree, "z", 100), "z7");
}

TEST(TreeGet, TriesAFailedOpenAgain) {
  GetExample example;
  Fault fault = Fault::ErrorAt(0);
  fault.only_kind = DiskOperationKind::kOpenRead;
  example.world.env().SetFaultPlan(FaultPlan(fault));
  EXPECT_EQ(Lookup(example.tree, "a", 100), "IO_ERROR");
  EXPECT_EQ(Lookup(example.tree, "a", 100), "a9");
}

TEST(Tree, ListsOverlappingTables) {
  TableContext context;
  const LevelMap map = ParseLevelMap("L0: 6=a-d 5=x-z 4=c-y L5: 3=b-d 2=f-h 1=k-m", &context);
  EXPECT_EQ(Numbers(map.tree().Overlapping(0, "a", "b")), "6 ");
  EXPECT_EQ(Numbers(map.tree().Overlapping(0, "d", "x")), "6 5 4 ");
  EXPECT_EQ(Numbers(map.tree().Overlapping(5, "d", "f")), "3 2 ");
  EXPECT_EQ(Numbers(map.tree().Overlapping(5, "e", "e")), "");
  EXPECT_EQ(Numbers(map.tree().Overlapping(5, "a", "zz")), "3 2 1 ");
  EXPECT_EQ(Numbers(map.tree().Overlapping(6, "a", "zz")), "");
}

TEST(Tree, KnowsWhereNothingLiesDeeper) {
  TableContext context;
  const LevelMap map = ParseLevelMap("L0: 6=a-z L5: 3=b-d L6: 1=k-m", &context);
  EXPECT_FALSE(map.tree().IsBottomFor(0, "c"));
  EXPECT_FALSE(map.tree().IsBottomFor(4, "d"));
  EXPECT_TRUE(map.tree().IsBottomFor(5, "c"));
  EXPECT_FALSE(map.tree().IsBottomFor(5, "k"));
  EXPECT_TRUE(map.tree().IsBottomFor(6, "k"));
  EXPECT_TRUE(map.tree().IsBottomFor(0, "e"));
}

void WalkLevel(InternalIterator* iterator, const std::vector<InternalEntry>& model,
               Random* random) {
  VectorIterator expected(model);
  for (int step = 0; step < 500; ++step) {
    const uint64_t choice = expected.Valid() ? random->Below(12) : 9 + random->Below(3);
    const std::string target =
        MakeKey("key" + std::to_string(random->Below(120)), random->Below(10));
    const auto move = [&](InternalIterator* at) {
      if (choice < 5) at->Next();
      if (choice >= 5 && choice < 9) at->Prev();
      if (choice == 9) at->SeekToFirst();
      if (choice == 10) at->SeekToLast();
      if (choice == 11) at->Seek(target);
    };
    move(iterator);
    move(&expected);
    ASSERT_TRUE(iterator->status().ok());
    ASSERT_EQ(iterator->Valid(), expected.Valid()) << "step " << step;
    if (!expected.Valid()) continue;
    ASSERT_EQ(iterator->key(), expected.key()) << "step " << step;
    ASSERT_EQ(iterator->value(), expected.value()) << "step " << step;
  }
}

TEST(LevelIterator, WalksItsTablesLikeOneSortedVector) {
  Random random(PrintedSeed(20240120));
  TreeWorld world;
  std::vector<TableFilePtr> files;
  std::vector<InternalEntry> model;
  for (int table = 0; table < 6; ++table) {
    std::vector<InternalEntry> entries;
    for (int key = 10 + table * 15; key < 10 + table * 15 + 9; ++key) {
      for (Sequence sequence = 1 + random.Below(4); sequence > 0; --sequence) {
        entries.push_back({MakeKey("key" + std::to_string(key), sequence), std::to_string(key)});
      }
    }
    files.push_back(world.MakeTable(entries));
    model.insert(model.end(), entries.begin(), entries.end());
  }
  std::sort(model.begin(), model.end(), EntryBefore);
  const auto iterator = NewLevelIterator(files, {});
  WalkLevel(iterator.get(), model, &random);
}

// Entries of rising keys, cut into tables; what tables hold is older or newer than a tombstone.
TEST(LevelIterator, SkipsWhatARangeTombstoneErasesAsAWalkWould) {
  const uint64_t first_seed = PrintedSeed(73);
  for (uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed));
    Random random(seed);
    TreeWorld world(seed);
    std::vector<TableFilePtr> files;
    std::vector<InternalEntry> all;
    const auto key_of = [](uint64_t number) { return "k" + std::to_string(1000 + number); };
    uint64_t number = 0;
    for (uint64_t table = 0; table < 1 + random.Below(6); ++table) {
      std::vector<InternalEntry> entries;
      const Sequence newest = 10 + random.Below(30);
      const uint64_t count = 1 + random.Below(60);
      for (uint64_t i = 0; i < count; ++i, ++number) {
        for (Sequence sequence = newest - random.Below(10); sequence > 0;
             sequence -= std::min<Sequence>(sequence, 1 + random.Below(40))) {
          entries.push_back({MakeKey(key_of(number), sequence), "v"});
        }
      }
      all.insert(all.end(), entries.begin(), entries.end());
      files.push_back(world.MakeTable(entries));
    }
    for (int i = 0; i < 200; ++i) {
      RangeTombstone tombstone{key_of(random.Below(number)), key_of(number + 1), random.Below(50)};
      if (random.OneIn(3)) tombstone.begin.clear();
      if (random.OneIn(3)) tombstone.end.clear();
      if (random.OneIn(3)) tombstone.end = tombstone.begin + "x";
      const std::string from = MakeKey(key_of(random.Below(number)), random.Below(50));
      const bool forward = random.OneIn(2);
      const auto level = NewLevelIterator(files, {});
      VectorIterator walk(all);
      for (InternalIterator* iterator : {level.get(), static_cast<InternalIterator*>(&walk)}) {
        iterator->Seek(from);
        if (iterator->Valid() && !forward) iterator->Prev();
      }
      level->SkipErased(tombstone, forward);
      while (walk.Valid() && tombstone.Erases(walk.key())) forward ? walk.Next() : walk.Prev();
      ASSERT_EQ(level->Valid(), walk.Valid()) << i;
      ASSERT_TRUE(level->status().ok());
      if (!walk.Valid()) continue;
      ASSERT_EQ(level->key(), walk.key()) << i;
    }
  }
}

TEST(LevelIterator, OfNoTablesIsAtItsEnd) {
  const auto iterator = NewLevelIterator({}, {});
  iterator->SeekToFirst();
  EXPECT_FALSE(iterator->Valid());
  iterator->SeekToLast();
  EXPECT_FALSE(iterator->Valid());
  EXPECT_TRUE(iterator->status().ok());
}

TEST(LevelIterator, IsIncompleteWhereMemoryEndsAndGoesOnAfterADiskRead) {
  TreeWorld world;
  const std::vector<TableFilePtr> files = {world.MakeTable(Entries("a1")),
                                           world.MakeTable(Entries("b2"))};
  Tree tree;
  tree.levels[6] = files;
  const auto memory = NewLevelIterator(files, kMemoryOnly);
  memory->SeekToFirst();
  EXPECT_FALSE(memory->Valid());
  EXPECT_TRUE(memory->status().IsIncomplete());
  EXPECT_EQ(Lookup(tree, "a", 9), "a1");
  memory->SeekToFirst();
  ASSERT_TRUE(memory->Valid());
  EXPECT_EQ(memory->value(), "a1");
  memory->Next();
  EXPECT_FALSE(memory->Valid());
  EXPECT_TRUE(memory->status().IsIncomplete());
}

TEST(Tree, GivesOneIteratorPerL0TableAndPerDeeperLevel) {
  GetExample example;
  std::vector<std::unique_ptr<InternalIterator>> iterators;
  example.tree.AddIterators({}, &iterators);
  EXPECT_EQ(iterators.size(), 4u);
}

TEST(LevelsText, DrawsTheLevelsOfEachNamespace) {
  TableContext context;
  LevelMap map = ParseLevelMap("L0: 5=a-c*8192/50 4=b-d*8192 L6: 3=a-z*66560", &context);
  auto other = std::make_shared<Tree>();
  other->info.id = 2;
  other->info.name = "rates";
  map.version.trees[2] = other;
  EXPECT_EQ(LevelsText(map.version),
            "default  3 tables, 81 MiB, 300 entries\n"
            "  L0  |#####                 2 tables    16 MiB    200 entries, "
            "50 of them tombstones\n"
            "  L6  |####################  1 table     65 MiB    100 entries\n"
            "\n"
            "rates  no tables\n");
  EXPECT_EQ(LevelsText(Version()), "no namespaces\n");
  EXPECT_EQ(LevelSummary(map.tree()), "L0:2 L6:1");
  EXPECT_EQ(LevelSummary(*other), "empty");
}

}  // namespace
}  // namespace ledgerstone
