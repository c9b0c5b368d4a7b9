#include "memtable/memtable.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <unordered_map>

#include "testing/seed.h"
#include "testing/vector_iterator.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kArenaBytes = 32 << 20;

struct Version {
  EntryKind kind;
  std::string value;
};
// Each key's versions, the newest first.
using Model = std::map<std::string, std::map<Sequence, Version, std::greater<>>>;

std::string KeyOf(uint64_t number) { return "key" + std::to_string(number); }

class MemTableModel {
 public:
  MemTableModel(uint64_t seed, uint64_t keys)
      : random_(seed), keys_(keys), arena_(Arena::Create(Env::Posix(), kArenaBytes)) {}

  void InsertSome(bool replay = false) {
    std::vector<std::string> keys, values;
    const uint64_t count = 1 + random_.Below(60);
    for (uint64_t i = 0; i < count; ++i) {
      keys.push_back(KeyOf(random_.Below(keys_)));
      values.push_back("value" + std::to_string(sequence_ + i));
    }
    std::vector<MemTable::Entry> entries;
    for (uint64_t i = 0; i < count; ++i) {
      const EntryKind kind = random_.Below(4) == 0 ? EntryKind::kDelete : EntryKind::kPut;
      const Slice value = kind == EntryKind::kDelete ? Slice() : Slice(values[i]);
      entries.push_back({keys[i], MakeTrailer(sequence_, kind), value});
      model_[keys[i]][sequence_++] = {kind, std::string(value)};
    }
    if (replay) {
      for (const MemTable::Entry& entry : entries)
        table_.Append(entry.user_key, entry.trailer, entry.value);
      ASSERT_TRUE(table_.LinkAppended(Env::Posix()));
    } else {
      table_.InsertMany(entries);
    }
  }

  void Compare(uint64_t number) {
    const std::string key = KeyOf(number);
    const Sequence at = random_.Below(3) == 0 ? random_.Below(sequence_ + 1) : sequence_;
    const MemTableLookup found = table_.Get(key, at);
    const auto versions = model_.find(key);
    const auto end =
        versions == model_.end() ? decltype(versions->second.end()){} : versions->second.end();
    const auto expected = versions == model_.end() ? end : versions->second.lower_bound(at);
    if (versions == model_.end() || expected == end) {
      EXPECT_EQ(found.outcome, MemTableLookup::Outcome::kAbsent) << key << " at " << at;
    } else {
      const bool deleted = expected->second.kind == EntryKind::kDelete;
      EXPECT_EQ(found.outcome,
                deleted ? MemTableLookup::Outcome::kDeleted : MemTableLookup::Outcome::kFound);
      EXPECT_EQ(found.sequence, expected->first) << key << " at " << at;
      EXPECT_EQ(found.value, expected->second.value);
    }
    const bool newer = versions != model_.end() && versions->second.begin()->first > at;
    EXPECT_EQ(table_.HasNewer(key, at), newer) << key << " since " << at;
  }

  void CompareAll() {
    for (uint64_t number = 0; number < keys_ + 10; ++number) Compare(number);
  }
  MemTable& table() { return table_; }
  std::atomic<uint64_t>& index_bytes() { return index_bytes_; }
  Sequence sequence() const { return sequence_; }
  Model& model() { return model_; }
  Random& random() { return random_; }

 private:
  Random random_;
  const uint64_t keys_;
  std::unique_ptr<Arena> arena_;
  std::atomic<uint64_t> index_bytes_{0};
  MemTable table_{arena_.get(), 7, &index_bytes_};
  Model model_;
  Sequence sequence_ = 1;
};

TEST(MemTable, PointReadsAgreeWithAMapOfVersionsAtEverySequence) {
  const uint64_t seed = PrintedSeed(91);
  for (const uint64_t keys : {3u, 100u, 20'000u}) {
    MemTableModel world(seed + keys, keys);
    for (int round = 0; round < 400; ++round) {
      world.InsertSome();
      for (int i = 0; i < 20; ++i) world.Compare(world.random().Below(keys + 10));
      if (::testing::Test::HasFailure()) return;
    }
    world.CompareAll();
  }
}

TEST(MemTable, IndexGrowsWithTheKeysAndNotWithTheirVersions) {
  MemTableModel few(1, 10);
  MemTableModel many(1, 100'000);
  for (int round = 0; round < 500; ++round) {
    few.InsertSome();
    many.InsertSome();
  }
  EXPECT_LE(few.index_bytes().load(), 2048u);
  const uint64_t keys = many.model().size();
  EXPECT_GE(many.index_bytes().load(), keys * 8);
  EXPECT_LE(many.index_bytes().load(), keys * 8 * 6) << "the last table, and those before it";
}

// Two keys whose index hashes are equal: among a few hundred thousand there are some.
std::pair<std::string, std::string> KeysOfOneHash() {
  std::unordered_map<uint32_t, uint64_t> seen;
  for (uint64_t number = 0;; ++number) {
    const auto [other, fresh] = seen.emplace(KeyIndex::HashOf(KeyOf(number)), number);
    if (!fresh) return {KeyOf(other->second), KeyOf(number)};
  }
}

TEST(MemTable, KeysOfOneHashStayApart) {
  const auto [first, second] = KeysOfOneHash();
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  MemTable table(arena.get(), 1);
  table.Insert(first, 1, EntryKind::kPut, "of the first");
  EXPECT_EQ(table.Get(second, 9).outcome, MemTableLookup::Outcome::kAbsent);
  table.Insert(second, 2, EntryKind::kPut, "of the second");
  EXPECT_EQ(table.Get(first, 9).value, "of the first");
  EXPECT_EQ(table.Get(second, 9).value, "of the second");
}

TEST(MemTable, AfterAReplayReadsDescendTheList) {
  MemTableModel world(PrintedSeed(5), 50);
  world.InsertSome(true);
  world.CompareAll();
  for (int round = 0; round < 20; ++round) world.InsertSome();
  world.CompareAll();
}

// Skips, from random places, what range tombstones of random ages erase.
void CompareSkips(MemTableModel* world, int times) {
  Random& random = world->random();
  const auto walk = world->table().NewIterator();
  const auto skip = world->table().NewIterator();
  for (int i = 0; i < times; ++i) {
    const Sequence newest = world->sequence();
    const Sequence sequence = random.OneIn(2) ? newest - random.Below(20) : random.Below(newest);
    RangeTombstone tombstone{KeyOf(random.Below(90)), KeyOf(random.Below(90)), sequence};
    if (random.OneIn(3)) tombstone.begin.clear();
    if (random.OneIn(3) || tombstone.end <= tombstone.begin) tombstone.end.clear();
    const bool forward = random.OneIn(2);
    const std::string from = MakeKey(KeyOf(random.Below(90)), random.Below(newest));
    for (InternalIterator* iterator : {walk.get(), skip.get()}) {
      iterator->Seek(from);
      if (iterator->Valid() && !forward) iterator->Prev();
    }
    skip->SkipErased(tombstone, forward);
    walk->InternalIterator::SkipErased(tombstone, forward);
    ASSERT_EQ(skip->Valid(), walk->Valid()) << i;
    if (walk->Valid()) {
      ASSERT_EQ(skip->key(), walk->key()) << i;
    }
  }
}

TEST(MemTable, SkipsWhatARangeTombstoneErasesAsAWalkWould) {
  const uint64_t first_seed = PrintedSeed(33);
  for (uint64_t seed = first_seed; seed < first_seed + 60; ++seed) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed));
    MemTableModel world(seed, 90);
    const bool replayed = seed % 5 == 0;
    for (uint64_t round = 0; round < 1 + seed % 8; ++round)
      world.InsertSome(replayed && round == 0);
    CompareSkips(&world, 200);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(ThreadedMemTable, ReadersFindTheNewestWrittenVersionWhileTheIndexGrows) {
  const uint64_t seed = PrintedSeed(12);
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  MemTable table(arena.get(), seed);
  constexpr uint64_t kKeys = 4000;
  constexpr Sequence kEntries = 40'000;
  std::atomic<Sequence> written{0};
  std::atomic<uint64_t> bad{0};
  std::vector<std::thread> readers;
  for (uint64_t r = 0; r < 3; ++r) {
    readers.emplace_back([&, r] {
      Random random(seed + r);
      for (Sequence promised = 0; promised < kEntries;) {
        promised = written.load(std::memory_order_acquire);
        // Entry s is of key s % kKeys, so the newest at `promised` is known.
        const uint64_t key = random.Below(kKeys);
        const Sequence newest = promised < key ? 0 : promised - (promised - key) % kKeys;
        const MemTableLookup found = table.Get(KeyOf(key), promised);
        const Sequence sequence =
            found.outcome == MemTableLookup::Outcome::kAbsent ? 0 : found.sequence;
        if (sequence != newest) ++bad;
        if (sequence != 0 && found.value != KeyOf(sequence)) ++bad;
      }
    });
  }
  Random random(seed);
  for (Sequence sequence = 1; sequence <= kEntries;) {
    std::vector<std::string> keys, values;
    std::vector<MemTable::Entry> entries;
    const Sequence first = sequence;
    const uint64_t count = std::min(1 + random.Below(40), kEntries + 1 - sequence);
    for (uint64_t i = 0; i < count; ++i, ++sequence) {
      keys.push_back(KeyOf(sequence % kKeys));
      values.push_back(KeyOf(sequence));
    }
    for (uint64_t i = 0; i < count; ++i)
      entries.push_back({keys[i], MakeTrailer(first + i, EntryKind::kPut), values[i]});
    table.InsertMany(entries);
    written.store(sequence - 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(bad.load(), 0u);
}

}  // namespace
}  // namespace ledgerstone
