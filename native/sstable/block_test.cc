// Block builder, point lookup and iterator.
#include "sstable/block.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "sstable/block_builder.h"
#include "sstable/block_iterator.h"
#include "sstable/format.h"
#include "testing/seed.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

const std::string kFile = "000007.sst";

std::string BuildBlock(const TableModel& model, uint32_t restart_interval, bool hash_index) {
  BlockBuilder builder(restart_interval, hash_index);
  for (const auto& [key, value] : model) builder.Add(key, Hash64(UserKeyOf(key)), value);
  const size_t estimated = builder.EstimatedSize();
  const std::string contents(builder.Finish());
  EXPECT_EQ(estimated, contents.size());
  return contents;
}

BlockCache::Handle Pin(const std::string& contents) {
  BlockCache::Entry* const entry = BlockCache::Allocate(contents.size());
  std::copy(contents.begin(), contents.end(), BlockCache::MutableData(entry));
  return BlockCache::Adopt(entry);
}

std::string FindText(const BlockView& view, Slice user_key, Sequence sequence) {
  BlockEntry entry;
  switch (view.Find(user_key, Hash64(user_key), MakeSeekTrailer(sequence), &entry)) {
    case BlockView::Found::kEntry:
      return "@" + std::to_string(TrailerSequence(entry.trailer())) + " " +
             std::string(entry.value());
    case BlockView::Found::kAbsent:
    case BlockView::Found::kNotHere: return "none";
    case BlockView::Found::kDamaged: return "damaged";
  }
  return "no outcome";
}

std::string ModelText(const TableModel& model, Slice user_key, Sequence sequence) {
  std::string target;
  AppendInternalKey(&target, user_key, MakeSeekTrailer(sequence));
  const auto at = model.lower_bound(target);
  if (at == model.end() || UserKeyOf(at->first) != user_key) return "none";
  return "@" + std::to_string(TrailerSequence(TrailerOf(at->first))) + " " + at->second;
}

TableModel GoldenModel() {
  TableModel model;
  model[InternalKey("ab", 3)] = "x";
  model[InternalKey("ab", 2, EntryKind::kDelete)] = "";
  model[InternalKey("abc", 5)] = "yz";
  return model;
}

TEST(Block, HasTheseBytes) {
  const std::string expected =
      "00" "0a" "01" "6162" "0103000000000000" "78"       // "ab" @3 put, restart point
      "02" "08" "00" "0002000000000000"                   // "ab" @2 delete shares "ab"
      "00" "0b" "02" "616263" "0105000000000000" "797a"   // "abc" @5 put, restart point
      "00000000" "19000000"                               // restart points at 0 and 25
      "fffffe" "0300"                                     // both keys fall into bucket 2: collision
      "02000080";                                         // two restart points, with hash index
  EXPECT_EQ(HexBytes(BuildBlock(GoldenModel(), 2, true)), expected);
}

TEST(Block, LookupsAgreeWithASortedMapWithAndWithoutHashIndex) {
  const uint64_t seed = PrintedSeed(77);
  size_t with_hash_index = 0;
  for (uint64_t round = 0; round < 300; ++round) {
    Random random(seed + round);
    const TableModel model = RandomTableModel(&random, 1 + random.Below(120));
    const std::string contents =
        BuildBlock(model, static_cast<uint32_t>(1 + random.Below(16)), random.OneIn(2));
    BlockView view;
    ASSERT_TRUE(view.Parse(contents));
    with_hash_index += view.has_hash_index() ? 1 : 0;
    const TableModel others = RandomTableModel(&random, 30);
    for (const TableModel* targets : {&model, &others}) {
      for (const auto& [key, unused] : *targets) {
        const Sequence own = TrailerSequence(TrailerOf(key));
        for (const Sequence sequence : {own, own - 1, own + 1, kSequenceMax}) {
          ASSERT_EQ(FindText(view, UserKeyOf(key), sequence),
                    ModelText(model, UserKeyOf(key), sequence))
              << "round " << round << " " << InternalKeyText(key) << " at " << sequence;
        }
      }
    }
  }
  EXPECT_GT(with_hash_index, 50u);
}

TEST(Block, HasAHashIndexOnlyUpTo253RestartPoints) {
  TableModel model;
  for (int i = 0; i < 253; ++i) model[InternalKey(std::to_string(i), 1)] = "";
  BlockView view;
  const std::string most = BuildBlock(model, 1, true);
  ASSERT_TRUE(view.Parse(most));
  EXPECT_TRUE(view.has_hash_index());
  EXPECT_EQ(FindText(view, "252", 1), "@1 ");
  model[InternalKey("x", 1)] = "";
  const std::string more = BuildBlock(model, 1, true);
  ASSERT_TRUE(view.Parse(more));
  EXPECT_FALSE(view.has_hash_index());
  EXPECT_EQ(FindText(view, "x", 1), "@1 ");
}

TEST(Block, KeysWhoseVersionsSpanRunsAreCollisions) {
  TableModel model;
  for (Sequence s = 1; s <= 9; ++s) model[InternalKey("k", s)] = std::to_string(s);
  const std::string contents = BuildBlock(model, 2, true);
  BlockView view;
  ASSERT_TRUE(view.Parse(contents));
  ASSERT_TRUE(view.has_hash_index());
  for (Sequence s = 1; s <= 9; ++s) {
    EXPECT_EQ(FindText(view, "k", s), "@" + std::to_string(s) + " " + std::to_string(s));
  }
  EXPECT_EQ(FindText(view, "k", 0), "none");
}

// The checksum keeps damaged bytes out; should some come in, no byte outside the block is touched
// and every walk ends.
TEST(Block, DamagedContentsNeverLeadOutside) {
  const std::string whole = BuildBlock(GoldenModel(), 2, true);
  const auto walk = [](const std::string& contents) {
    BlockIterator iterator;
    iterator.Open(Pin(contents), &kFile, 0);
    int steps = 0;
    for (iterator.SeekToFirst(); iterator.Valid() && steps < 1000; iterator.Next()) ++steps;
    for (iterator.SeekToLast(); iterator.Valid() && steps < 1000; iterator.Prev()) ++steps;
    iterator.Seek(InternalKey("abc", 5));
    BlockView view;
    if (view.Parse(contents)) FindText(view, "abc", 5);
    return steps;
  };
  EXPECT_EQ(walk(whole), 6);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_LT(walk(whole.substr(0, size)), 1000) << size;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int mask = 1; mask < 256; ++mask) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ mask);
      ASSERT_LT(walk(flipped), 1000) << "byte " << i << " mask " << mask;
    }
  }
}

TEST(Block, WithAnUnsoundLayoutIsCorruption) {
  const std::string unsound[] = {"", std::string(4, '\xff'), std::string("\1\0\0\0", 4)};
  for (const std::string& contents : unsound) {
    BlockIterator iterator;
    iterator.Open(Pin(contents), &kFile, 4096);
    iterator.SeekToFirst();
    EXPECT_FALSE(iterator.Valid());
    EXPECT_TRUE(iterator.status().Is(StatusCode::kCorruption));
    EXPECT_EQ(iterator.status().place().offset, 4096u);
  }
}

TEST(BlockDeathTest, RefusesKeysThatDoNotRise) {
  BlockBuilder builder(16, true);
  builder.Add(InternalKey("b", 5), 0, "");
  EXPECT_DEATH(builder.Add(InternalKey("b", 5), 0, ""), "check failed");
  EXPECT_DEATH(builder.Add(InternalKey("b", 6), 0, ""), "check failed");
  EXPECT_DEATH(builder.Add(InternalKey("a", 1), 0, ""), "check failed");
}

}  // namespace
}  // namespace ledgerstone
