// A table against a sorted map: lookups, walks and seeks over all shapes of tables.
#include "sstable/table.h"

#include <gtest/gtest.h>

#include "testing/seed.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

std::string EntryText(const InternalIterator& iterator) {
  if (!iterator.Valid()) return iterator.status().ok() ? "end" : iterator.status().ToString();
  return std::string(iterator.key()) + "=" + std::string(iterator.value());
}

std::string EntryText(const TableModel& model, TableModel::const_iterator at) {
  return at == model.end() ? "end" : at->first + "=" + at->second;
}

void CheckWalks(Table* table, const TableModel& model, const TableReadOptions& options) {
  const auto iterator = table->NewIterator(options);
  iterator->SeekToFirst();
  for (auto at = model.begin(); at != model.end(); ++at, iterator->Next()) {
    ASSERT_EQ(EntryText(*iterator), EntryText(model, at));
  }
  ASSERT_EQ(EntryText(*iterator), "end");
  iterator->SeekToLast();
  for (auto at = model.rbegin(); at != model.rend(); ++at, iterator->Prev()) {
    ASSERT_EQ(EntryText(*iterator), at->first + "=" + at->second);
  }
  ASSERT_EQ(EntryText(*iterator), "end");
}

void CheckSeeks(Table* table, const TableModel& model, Random* random) {
  const auto iterator = table->NewIterator({});
  const TableModel others = RandomTableModel(random, 60);
  for (const TableModel* targets : {&model, &others}) {
    for (const auto& [target, unused] : *targets) {
      auto at = model.lower_bound(target);
      iterator->Seek(target);
      for (int step = 0; step < 4; ++step) {
        ASSERT_EQ(EntryText(*iterator), EntryText(model, at));
        if (at == model.end()) break;
        if (random->OneIn(2)) {
          ++at;
          iterator->Next();
        } else {
          at = at == model.begin() ? model.end() : std::prev(at);
          iterator->Prev();
        }
      }
    }
  }
}

void CheckLookups(Table* table, const TableModel& model, Random* random) {
  const TableModel others = RandomTableModel(random, 60);
  for (const TableModel* targets : {&model, &others}) {
    for (const auto& [target, unused] : *targets) {
      const Slice user_key = UserKeyOf(target);
      const Sequence own = TrailerSequence(TrailerOf(target));
      for (const Sequence sequence : {own, own - 1, own + 1, Sequence{0}, kSequenceMax}) {
        ASSERT_EQ(LookupText(table, user_key, sequence), ModelLookupText(model, user_key, sequence))
            << InternalKeyText(target) << " at " << sequence;
      }
    }
  }
}

TEST(Table, AnswersLikeASortedMapInEveryShape) {
  const uint64_t seed = PrintedSeed(20240611);
  for (uint64_t round = 0; round < 60; ++round) {
    Random random(seed + round);
    TableOptions options;
    options.compression = static_cast<Compression>(round % 3);
    options.block_bytes = round % 4 == 0 ? 64 : static_cast<uint32_t>(64 + random.Below(8000));
    options.restart_interval = static_cast<uint32_t>(1 + random.Below(16));
    options.hash_index = !random.OneIn(4);
    options.filter_bits_per_key = random.OneIn(4) ? 0 : static_cast<uint32_t>(1 + random.Below(20));
    SCOPED_TRACE("round " + std::to_string(round));
    TableWorld world(random.OneIn(3) ? 0 : 256 << 10);
    const TableModel model = RandomTableModel(&random, 1 + random.Below(600));
    const auto table = world.MustOpen(model, options);
    TableReadOptions walk;
    walk.fill_cache = random.OneIn(2);
    walk.readahead_bytes = static_cast<uint32_t>(random.Below(3) * 5000);
    CheckWalks(table.get(), model, walk);
    CheckSeeks(table.get(), model, &random);
    CheckLookups(table.get(), model, &random);
    const Status verified = table->Verify(&world.info().digest);
    ASSERT_TRUE(verified.ok()) << verified.ToString();
    if (HasFatalFailure()) return;
  }
}

TEST(Table, FindsEveryVersionOfAKeyThatSpansRunsAndBlocks) {
  for (const uint32_t block_bytes : {64u, 300u, 4096u}) {
    TableModel model;
    for (Sequence s = 10; s <= 2000; s += 10) model[InternalKey("k", s)] = "v" + std::to_string(s);
    model[InternalKey("j", 5)] = "before";
    model[InternalKey("l", 5)] = "behind";
    TableWorld world;
    TableOptions options;
    options.block_bytes = block_bytes;
    options.restart_interval = 4;
    const auto table = world.MustOpen(model, options);
    for (Sequence s = 0; s <= 2010; ++s) {
      ASSERT_EQ(LookupText(table.get(), "k", s), ModelLookupText(model, "k", s)) << s;
    }
    EXPECT_EQ(LookupText(table.get(), "l", 5), "found @5 'behind'");
  }
}

TEST(Table, TellsWhatItHolds) {
  TableWorld world;
  TableModel model;
  model[InternalKey("a", 9)] = "one";
  model[InternalKey("b", 4, EntryKind::kDelete)] = "";
  model[InternalKey("c", 12)] = "three";
  const auto table = world.MustOpen(model, {});
  const TableInfo& info = world.info();
  EXPECT_EQ(info.file_size, world.bytes().size());
  EXPECT_EQ(info.entry_count, 3u);
  EXPECT_EQ(info.tombstone_count, 1u);
  EXPECT_EQ(info.raw_key_bytes, 27u);
  EXPECT_EQ(info.raw_value_bytes, 8u);
  EXPECT_EQ(info.smallest, InternalKey("a", 9));
  EXPECT_EQ(info.largest, InternalKey("c", 12));
  EXPECT_EQ(info.smallest_sequence, 4u);
  EXPECT_EQ(info.largest_sequence, 12u);
  EXPECT_GT(table->MemoryBytes(), 0u);
  EXPECT_EQ(world.cache().GetStatistics().reserved_bytes, table->MemoryBytes());
}

TEST(Table, WithoutEntriesIsEmptyAndSound) {
  TableWorld world;
  const auto table = world.MustOpen({}, {});
  const auto iterator = table->NewIterator({});
  iterator->SeekToFirst();
  EXPECT_EQ(EntryText(*iterator), "end");
  iterator->SeekToLast();
  EXPECT_EQ(EntryText(*iterator), "end");
  iterator->Seek(InternalKey("a", 1));
  EXPECT_EQ(EntryText(*iterator), "end");
  EXPECT_EQ(LookupText(table.get(), "a", 1), "absent");
  EXPECT_TRUE(table->Verify(&world.info().digest).ok());
}

TEST(Table, FromMemoryAloneSaysIncompleteUntilTheDiskWasAsked) {
  TableWorld world;
  TableModel model;
  model[InternalKey("a", 1)] = "one";
  const auto table = world.MustOpen(model, {});
  TableReadOptions memory;
  memory.tier = Tier::kMemory;
  TableLookup lookup;
  EXPECT_TRUE(table->Get("a", 1, memory, &lookup).IsIncomplete());
  const auto iterator = table->NewIterator(memory);
  iterator->SeekToFirst();
  EXPECT_FALSE(iterator->Valid());
  EXPECT_TRUE(iterator->status().IsIncomplete());
  EXPECT_EQ(world.statistics().blocks_read, 0u);
  EXPECT_EQ(LookupText(table.get(), "a", 1), "found @1 'one'");
  EXPECT_EQ(LookupText(table.get(), "a", 1, memory), "found @1 'one'");
  iterator->SeekToFirst();
  EXPECT_TRUE(iterator->Valid());
  EXPECT_EQ(world.statistics().blocks_read, 1u);
}

TEST(Table, FilterAnswersForAbsentKeysWithoutReadingABlock) {
  TableWorld world;
  TableModel model;
  for (int i = 0; i < 1000; ++i) model[InternalKey("key" + std::to_string(i), 5)] = "value";
  const auto table = world.MustOpen(model, {});
  int excluded = 0;
  for (int i = 0; i < 1000; ++i) {
    TableLookup lookup;
    ASSERT_TRUE(table->Get("other" + std::to_string(i), 9, {}, &lookup).ok());
    EXPECT_EQ(lookup.outcome, TableLookup::Outcome::kAbsent);
    excluded += lookup.filter_excluded ? 1 : 0;
  }
  EXPECT_GT(excluded, 960);
  const Table::Statistics& statistics = world.statistics();
  EXPECT_EQ(statistics.filter_checks, 1000u);
  EXPECT_EQ(statistics.filter_useful, static_cast<uint64_t>(excluded));
  EXPECT_EQ(statistics.filter_useful + statistics.filter_false_positives, 1000u);
}

TEST(Table, AFoundValueOutlivesTheTableAndItsCachePlace) {
  TableWorld world;
  TableModel model;
  model[InternalKey("a", 1)] = std::string(100, 'x');
  auto table = world.MustOpen(model, {});
  TableLookup lookup;
  ASSERT_TRUE(table->Get("a", 1, {}, &lookup).ok());
  table.reset();
  world.cache().EraseFile(7);
  EXPECT_EQ(world.cache().GetStatistics().used_bytes, 0u);
  EXPECT_EQ(world.cache().GetStatistics().reserved_bytes, 0u);
  EXPECT_EQ(lookup.value, std::string(100, 'x'));
}

TEST(Table, KeepsAValueLargerThanItsBlocksInOneBlock) {
  TableWorld world;
  TableModel model;
  model[InternalKey("a", 1)] = "small";
  model[InternalKey("b", 1)] = std::string(5 << 20, 'b');
  model[InternalKey("c", 1)] = "small";
  for (const auto compression : {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    TableOptions options;
    options.compression = compression;
    const auto table = world.MustOpen(model, options);
    EXPECT_EQ(LookupText(table.get(), "b", 1), ModelLookupText(model, "b", 1));
    EXPECT_TRUE(table->Verify(&world.info().digest).ok());
    EXPECT_EQ(world.bytes().size() < 1 << 20, compression != Compression::kNone);
  }
}

TEST(Table, OffsetsRiseWithTheKeysAndSpanTheData) {
  TableWorld world;
  TableModel model;
  for (int i = 1000; i < 2000; ++i) {
    model[InternalKey(std::to_string(i), 5)] = std::string(100, 'v');
  }
  TableOptions options;
  options.compression = Compression::kNone;
  const auto table = world.MustOpen(model, options);
  uint64_t previous = 0;
  for (const auto& [key, unused] : model) {
    const uint64_t offset = table->ApproximateOffset(key);
    ASSERT_GE(offset, previous);
    previous = offset;
  }
  EXPECT_LT(table->ApproximateOffset(InternalKey("0", 1)), 100u);
  EXPECT_GT(table->ApproximateOffset(InternalKey("9", 1)), 100'000u);
  EXPECT_NEAR(static_cast<double>(table->ApproximateOffset(InternalKey("1500", 1))), 55'000, 5'000);
}

TEST(Table, DumpsItsPartsAndEntries) {
  TableWorld world;
  TableModel model;
  model[InternalKey("a", 9)] = "one";
  model[InternalKey("b", 4, EntryKind::kDelete)] = "";
  const auto table = world.MustOpen(model, {});
  std::string text;
  ASSERT_TRUE(table->Dump(true, &text).ok());
  for (const char* part : {"table 000007.sst: number 7", "block 0: offset 48", "'a' @9 put 'one'",
                           "'b' @4 delete", "filter: offset", "entries = 2",
                           "largest_key = 'b' @4"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace ledgerstone
