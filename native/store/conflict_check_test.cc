#include "store/conflict_check.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "ledgerstone/write_batch.h"
#include "testing/memory_env.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

constexpr NamespaceId kSpace = 3;

struct Written {
  NamespaceId space;
  std::string key;
  Sequence sequence;
};

ReadSetEntry KeyOf(NamespaceId id, Slice key) { return {id, true, KeyRange::Only(key)}; }

class ConflictCheck : public testing::Test {
 protected:
  GenerationPtr AddGeneration() {
    GenerationPtr generation =
        Generation::Create(Env::Posix(), &cache_, generations_.size() + 1, 8 << 20);
    for (const NamespaceId id : {kSpace, kSpace + 1}) generation->FindOrAdd(id);
    generations_.insert(generations_.begin(), generation);
    return generation;
  }
  void Put(const std::vector<std::string>& keys, NamespaceId space = kSpace) {
    std::vector<MemTable::Entry> entries;
    for (const std::string& key : keys) {
      written_.push_back({space, key, ++sequence_});
      entries.push_back({key, MakeTrailer(sequence_, EntryKind::kPut), "v"});
    }
    generations_.front()->Find(space)->InsertMany(entries);
    generations_.front()->last_sequence = sequence_;
  }
  bool Check(const ReadSetEntry& read, Sequence since) const {
    return ConflictWindow(generations_, 0).WasWrittenSince(read, since);
  }
  bool BruteForce(const ReadSetEntry& read, Sequence since) const {
    for (const Written& entry : written_) {
      if (entry.sequence > since && entry.space == read.namespace_id &&
          read.range.Contains(entry.key))
        return true;
    }
    return false;
  }

  BlockCache cache_{1 << 20};
  std::vector<GenerationPtr> generations_;
  std::vector<Written> written_;
  Sequence sequence_ = 0;
};

std::string RandomKey(Random* random) {
  std::string key;
  const uint64_t size = 1 + random->Below(3);
  for (uint64_t i = 0; i < size; ++i) key.push_back(static_cast<char>('a' + random->Below(6)));
  return key;
}

ReadSetEntry RandomRead(Random* random, std::string* lower, std::string* upper) {
  *lower = RandomKey(random);
  *upper = RandomKey(random);
  const auto space = static_cast<NamespaceId>(kSpace + random->Below(2));
  if (random->OneIn(3)) return KeyOf(space, *lower);
  if (*upper < *lower) lower->swap(*upper);
  ReadSetEntry read{space, false, {}};
  if (!random->OneIn(4)) read.range.lower = {*lower, random->OneIn(2), true};
  if (!random->OneIn(4)) read.range.upper = {*upper, random->OneIn(2), true};
  return read;
}

TEST_F(ConflictCheck, AKeyIsWrittenSinceOnlyBySequencesAboveTheRead) {
  AddGeneration();
  Put({"a", "b", "a"});
  EXPECT_TRUE(Check(KeyOf(kSpace, "a"), 2));
  EXPECT_FALSE(Check(KeyOf(kSpace, "a"), 3));
  EXPECT_TRUE(Check(KeyOf(kSpace, "b"), 1));
  EXPECT_FALSE(Check(KeyOf(kSpace, "b"), 2));
  EXPECT_FALSE(Check(KeyOf(kSpace, "c"), 0));
  EXPECT_FALSE(Check(KeyOf(kSpace + 1, "a"), 0));
}

TEST_F(ConflictCheck, ARangeEndsWhereItsBoundsSay) {
  AddGeneration();
  Put({"d"});
  const auto range = [](Slice lower, bool from, Slice upper, bool to) {
    return ReadSetEntry{kSpace, false, {{lower, from, true}, {upper, to, true}}};
  };
  EXPECT_TRUE(Check(range("d", true, "d", true), 0));
  EXPECT_FALSE(Check(range("d", false, "e", true), 0));
  EXPECT_FALSE(Check(range("c", true, "d", false), 0));
  EXPECT_TRUE(Check(range("c", false, "d", true), 0));
  EXPECT_TRUE(Check({kSpace, false, {}}, 0));
  EXPECT_FALSE(Check({kSpace, false, {}}, 1));
}

TEST_F(ConflictCheck, EveryAnswerIsThatOfABruteForce) {
  const uint64_t seed = PrintedSeed(11);
  Random random(seed);
  uint64_t conflicts = 0;
  for (int generation = 0; generation < 4; ++generation) {
    AddGeneration();
    for (int group = 0; group < 40; ++group) {
      std::vector<std::string> keys;
      for (uint64_t i = 0; i <= random.Below(30); ++i) keys.push_back(RandomKey(&random));
      if (random.OneIn(3)) std::sort(keys.begin(), keys.end());
      Put(keys, static_cast<NamespaceId>(kSpace + random.Below(2)));
      for (int i = 0; i < 50; ++i) {
        std::string lower;
        std::string upper;
        const ReadSetEntry read = RandomRead(&random, &lower, &upper);
        const Sequence since = sequence_ - random.Below(std::min<Sequence>(sequence_, 60) + 1);
        ASSERT_EQ(Check(read, since), BruteForce(read, since)) << lower << " " << upper;
        conflicts += BruteForce(read, since);
      }
    }
  }
  EXPECT_GT(conflicts, 500u);
  EXPECT_LT(conflicts, 7500u);
}

TEST_F(ConflictCheck, ARangeDeleteIsAWriteOfEveryKeyInIt) {
  const auto range = [](Slice lower, bool from, Slice upper, bool to) {
    return ReadSetEntry{kSpace, false, {{lower, from, true}, {upper, to, true}}};
  };
  AddGeneration()->AddRangeDelete(kSpace, {"c", "f", ++sequence_});
  generations_.front()->last_sequence = sequence_;
  WriteBatch batch;
  batch.DeleteRange(kSpace, "c", "f");
  GroupWrites group;
  group.Add(batch.bytes());
  const auto expect = [&](const ReadSetEntry& read, bool touched) {
    EXPECT_EQ(Check(read, 0), touched) << read.range.lower.key << " " << read.range.upper.key;
    EXPECT_EQ(group.Touch(read), touched) << read.range.lower.key << " " << read.range.upper.key;
    EXPECT_FALSE(Check(read, sequence_));
  };
  expect(KeyOf(kSpace, "b"), false);
  expect(KeyOf(kSpace, "c"), true);
  expect(KeyOf(kSpace, "ezz"), true);
  expect(KeyOf(kSpace, "f"), false);
  expect(KeyOf(kSpace + 1, "d"), false);
  expect(range("a", true, "c", false), false);
  expect(range("a", true, "c", true), true);
  expect(range("e", false, "z", true), true);
  expect(range("f", true, "z", true), false);
  expect({kSpace, false, {}}, true);
}

TEST_F(ConflictCheck, ADroppedNamespaceIsAConflict) {
  AddGeneration()->dropped.push_back(kSpace);
  generations_.front()->last_sequence = ++sequence_;
  EXPECT_TRUE(Check(KeyOf(kSpace, "a"), 0));
  EXPECT_FALSE(Check(KeyOf(kSpace, "a"), 1));
  EXPECT_FALSE(Check(KeyOf(kSpace + 1, "a"), 0));
}

TEST_F(ConflictCheck, ATransactionOlderThanTheWindowConflicts) {
  AddGeneration();
  GroupWrites group;
  ReadSet reads;
  reads.AddKey(kSpace, "a");
  const ConflictWindow window(generations_, 7);
  EXPECT_TRUE(CheckReads(reads.bytes(), 6, window, &group).Is(StatusCode::kConflict));
  EXPECT_TRUE(CheckReads(reads.bytes(), 7, window, &group).ok());
}

TEST_F(ConflictCheck, WritesAheadInTheGroupCountLikeABruteForce) {
  const uint64_t seed = PrintedSeed(12);
  Random random(seed);
  uint64_t conflicts = 0;
  for (int round = 0; round < 200; ++round) {
    GroupWrites group;
    std::vector<WriteBatch> batches(1 + random.Below(6));
    written_.clear();
    for (WriteBatch& batch : batches) {
      for (uint64_t i = 0; i <= random.Below(4); ++i) {
        const auto space = static_cast<NamespaceId>(kSpace + random.Below(2));
        written_.push_back({space, RandomKey(&random), 1});
        if (random.OneIn(3)) {
          batch.Delete(space, written_.back().key);
        } else {
          batch.Put(space, written_.back().key, "v");
        }
      }
      group.Add(batch.bytes());
      for (int i = 0; i < 10; ++i) {
        std::string lower;
        std::string upper;
        const ReadSetEntry read = RandomRead(&random, &lower, &upper);
        ASSERT_EQ(group.Touch(read), BruteForce(read, 0)) << lower << " " << upper;
        conflicts += BruteForce(read, 0);
      }
    }
  }
  EXPECT_GT(conflicts, 500u);
}

TEST(ReadSetFormat, GivesBackWhatWasAdded) {
  ReadSet reads;
  reads.AddKey(1, "key");
  reads.AddRange(300, {"from", false, true}, {"to", true, true});
  reads.AddRange(2, {}, {"to", false, true});
  ReadSetReader reader(reads.bytes());
  ReadSetEntry read;
  ASSERT_TRUE(reader.Next(&read));
  EXPECT_TRUE(read.single_key);
  EXPECT_EQ(read.range.lower.key, "key");
  ASSERT_TRUE(reader.Next(&read));
  EXPECT_EQ(read.namespace_id, 300u);
  EXPECT_FALSE(read.single_key || read.range.lower.inclusive || !read.range.upper.inclusive);
  EXPECT_EQ(read.range.upper.key, "to");
  ASSERT_TRUE(reader.Next(&read));
  EXPECT_FALSE(read.range.lower.set || read.range.upper.inclusive);
  EXPECT_FALSE(reader.Next(&read));
  EXPECT_TRUE(reader.whole());
}

TEST(ReadSetFormat, CutAtEachLengthOrWithABadShapeItIsNotWhole) {
  ReadSet reads;
  reads.AddRange(300, {"from", false, true}, {"to", true, true});
  ReadSetEntry read;
  for (size_t size = 1; size < reads.bytes().size(); ++size) {
    ReadSetReader reader(Slice(reads.bytes()).substr(0, size));
    EXPECT_FALSE(reader.Next(&read)) << size;
    EXPECT_FALSE(reader.whole()) << size;
  }
  ReadSetReader bad(Slice("\x01\x11", 2));
  EXPECT_FALSE(bad.Next(&read));
  EXPECT_FALSE(bad.whole());
}

}  // namespace
}  // namespace ledgerstone
