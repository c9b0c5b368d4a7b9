#include "memtable/skiplist.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>
#include <vector>

#include "memtable/memtable.h"
#include "testing/memory_env.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kArenaBytes = 8 << 20;

struct ByInternalOrder {
  using Entry = std::pair<std::string, uint64_t>;
  bool operator()(const Entry& a, const Entry& b) const {
    return CompareInternal(a.first, a.second, b.first, b.second) < 0;
  }
};

struct OwnedEntry {
  std::string key;
  uint64_t trailer;
  std::string value;
};

// Keys that share nothing, a word, or all but their length.
std::string SomeKey(Random* random) {
  static constexpr const char* kPrefixes[] = {"", "account/", "account/0000000"};
  return kPrefixes[random->Below(3)] +
         std::string(1 + random->Below(12), static_cast<char>('a' + random->Below(4)));
}

std::vector<OwnedEntry> SomeEntries(Random* random, Sequence* sequence) {
  std::vector<OwnedEntry> entries;
  for (uint64_t left = 1 + random->Below(40); left > 0; --left) {
    const uint64_t trailer = MakeTrailer((*sequence)++, EntryKind::kPut);
    entries.push_back({SomeKey(random), trailer, std::string(random->Below(30), 'v')});
  }
  if (random->Below(3) == 0) {
    std::sort(entries.begin(), entries.end(), [](const OwnedEntry& a, const OwnedEntry& b) {
      return CompareInternal(a.key, a.trailer, b.key, b.trailer) < 0;
    });
  }
  return entries;
}

void InsertSomehow(const std::vector<OwnedEntry>& entries, Random* random, SkipList* list) {
  const bool together = random->OneIn(2);
  std::vector<SkipList::Entry> views;
  for (const OwnedEntry& entry : entries) {
    views.push_back({entry.key, entry.trailer, entry.value});
    if (!together) list->Insert(entry.key, entry.trailer, entry.value);
  }
  if (together) list->InsertMany(views);
}

// As a replay does: all at once, before anything else.
void AppendAll(const std::vector<OwnedEntry>& entries, SkipList* list) {
  for (const OwnedEntry& entry : entries) list->Append({entry.key, entry.trailer, entry.value});
  EXPECT_EQ(list->First(), nullptr) << "nobody sees them before they are in order";
  ASSERT_TRUE(list->LinkAppended(Env::Posix()));
}

TEST(SkipList, SamplesARangeInOrderAndAllOfItWhereItIsSmall) {
  Random random(PrintedSeed(6));
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  SkipList list(arena.get(), 9);
  const auto key_of = [](uint64_t number) { return "key" + std::to_string(100'000 + number); };
  constexpr uint64_t kKeys = 20'000;
  for (uint64_t i = 0; i < kKeys; ++i) {
    list.Insert(key_of(i), MakeTrailer(i + 1, EntryKind::kPut), "v");
  }
  const uint64_t before_all = MakeSeekTrailer(kSequenceMax);
  for (int round = 0; round < 500; ++round) {
    const uint64_t size = random.OneIn(2) ? random.Below(16) : random.Below(kKeys);
    const uint64_t from = random.Below(kKeys - size);
    const std::string lower = key_of(from);
    const std::string upper = key_of(from + size);
    const SkipList::Place begin{lower, before_all};
    const SkipList::Place end{upper, before_all};
    uint64_t each = 0;
    const auto nodes = list.Sample(&begin, &end, 16, &each);
    if (size < 16) {
      EXPECT_EQ(each, 1u);
      ASSERT_EQ(nodes.size(), size);
    } else {
      ASSERT_GE(nodes.size(), 16u);
      EXPECT_LE(nodes.size(), 200u);
      EXPECT_NEAR(static_cast<double>(each * nodes.size()) / static_cast<double>(size), 1, 1.5);
    }
    Slice last;
    for (const SkipList::Node* node : nodes) {
      const Slice key = SkipList::UserKey(node);
      EXPECT_TRUE(lower <= key && key < upper && last < key) << key;
      last = key;
    }
  }
  uint64_t each = 0;
  EXPECT_GE(list.Sample(nullptr, nullptr, 16, &each).size(), 16u);
  EXPECT_GE(each, kKeys / 1000);
}

// Memory that is not given as long as the test says so.
class ScarceEnv final : public MemoryEnv {
 public:
  char* AllocatePages(size_t size) override {
    return scarce ? nullptr : MemoryEnv::AllocatePages(size);
  }
  bool scarce = false;
};

TEST(SkipList, WithoutMemoryToSortInWhatWasAppendedWaits) {
  ScarceEnv env;
  const auto arena = Arena::Create(&env, kArenaBytes);
  SkipList list(arena.get(), 3);
  ASSERT_TRUE(list.LinkAppended(&env)) << "nothing was appended";
  for (const char* key : {"b", "c", "a"}) {
    list.Append({key, MakeTrailer(1, EntryKind::kPut), "of " + std::string(key)});
  }
  env.scarce = true;
  EXPECT_FALSE(list.LinkAppended(&env));
  EXPECT_EQ(list.First(), nullptr);
  env.scarce = false;
  ASSERT_TRUE(list.LinkAppended(&env));
  std::string seen;
  for (const SkipList::Node* node = list.First(); node != nullptr; node = list.Next(node))
    seen += std::string(SkipList::UserKey(node)) + ": " + std::string(SkipList::Value(node)) + "; ";
  EXPECT_EQ(seen, "a: of a; b: of b; c: of c; ");
}

TEST(SkipList, WhatWasAppendedIsFoundOnEveryLevelAndInTheOrderOfTheLog) {
  Random random(PrintedSeed(17));
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  SkipList list(arena.get(), 5);
  std::vector<OwnedEntry> entries;
  for (Sequence sequence = 1; sequence <= 20'000; ++sequence) {
    const std::string key = "key" + std::to_string(random.Below(5000));
    entries.push_back({key, MakeTrailer(sequence, EntryKind::kPut), "v"});
  }
  AppendAll(entries, &list);
  const SkipList::Node* node = list.LastInserted();
  for (size_t i = entries.size(); i-- > 0; node = list.InsertedBefore(node)) {
    ASSERT_NE(node, nullptr);
    ASSERT_EQ(SkipList::Trailer(node), entries[i].trailer);
    ASSERT_EQ(list.Seek(entries[i].key, entries[i].trailer), node);
  }
  EXPECT_EQ(node, nullptr);
  uint64_t each = 0;
  EXPECT_GE(list.Sample(nullptr, nullptr, 16, &each).size(), 16u);
  EXPECT_GE(each, entries.size() / 1000) << "few nodes stand for many";
}

TEST(SkipList, AgreesWithASortedMap) {
  const uint64_t first_seed = PrintedSeed(1);
  for (uint64_t seed = first_seed; seed < first_seed + 50; ++seed) {
    const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
    SkipList list(arena.get(), seed);
    Random random(seed);
    std::map<ByInternalOrder::Entry, std::string, ByInternalOrder> model;
    const bool replayed = random.OneIn(2);
    for (Sequence sequence = 1; sequence <= 2000;) {
      const std::vector<OwnedEntry> entries = SomeEntries(&random, &sequence);
      if (replayed && model.empty()) {
        AppendAll(entries, &list);
      } else {
        InsertSomehow(entries, &random, &list);
      }
      for (const OwnedEntry& entry : entries) model[{entry.key, entry.trailer}] = entry.value;
    }
    const SkipList::Node* node = list.First();
    for (const auto& [entry, value] : model) {
      ASSERT_NE(node, nullptr);
      ASSERT_EQ(SkipList::UserKey(node), entry.first);
      ASSERT_EQ(SkipList::Trailer(node), entry.second);
      ASSERT_EQ(SkipList::Value(node), value);
      node = list.Next(node);
    }
    EXPECT_EQ(node, nullptr);
    for (int i = 0; i < 500; ++i) {
      const std::string key = SomeKey(&random);
      const uint64_t trailer = MakeSeekTrailer(random.Below(2100));
      const auto at = model.lower_bound({key, trailer});
      const SkipList::Node* found = list.Seek(key, trailer);
      ASSERT_EQ(found == nullptr, at == model.end());
      if (found != nullptr) {
        ASSERT_EQ(SkipList::Trailer(found), at->first.second);
      }
      const SkipList::Node* before = list.SeekBefore(key, trailer);
      ASSERT_EQ(before == nullptr, at == model.begin());
      if (before != nullptr) {
        ASSERT_EQ(SkipList::Trailer(before), std::prev(at)->first.second);
      }
    }
    ASSERT_EQ(SkipList::Trailer(list.Last()), model.rbegin()->first.second);
  }
}

TEST(SkipList, GoesOnFromTheLastOfManyInserted) {
  const uint64_t seed = PrintedSeed(3);
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const auto arena = Arena::Create(Env::Posix(), 1 << 16);
    SkipList list(arena.get(), random.Next());
    Sequence sequence = 1;
    std::vector<OwnedEntry> entries = SomeEntries(&random, &sequence);
    std::vector<SkipList::Entry> views;
    for (const OwnedEntry& entry : entries)
      views.push_back({entry.key, entry.trailer, entry.value});
    list.InsertMany(views);
    std::string key = entries.back().key;
    for (int i = 0; i < 4; ++i) {
      key.push_back('+');
      entries.push_back({key, MakeTrailer(sequence++, EntryKind::kPut), ""});
      list.Insert(key, entries.back().trailer, "");
    }
    for (const OwnedEntry& entry : entries) {
      const SkipList::Node* found = list.Seek(entry.key, entry.trailer);
      ASSERT_NE(found, nullptr);
      ASSERT_EQ(SkipList::Trailer(found), entry.trailer) << "round " << round;
    }
  }
}

TEST(MemTable, AnswersWithTheNewestVersionAtOrBelowASequence) {
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  MemTable memtable(arena.get(), 1);
  memtable.Insert("key", 5, EntryKind::kPut, "five");
  memtable.Insert("key", 9, EntryKind::kDelete, "");
  memtable.Insert("key", 12, EntryKind::kPut, "twelve");
  EXPECT_EQ(memtable.Get("key", 4).outcome, MemTableLookup::Outcome::kAbsent);
  EXPECT_EQ(memtable.Get("key", 8).value, "five");
  EXPECT_EQ(memtable.Get("key", 11).outcome, MemTableLookup::Outcome::kDeleted);
  EXPECT_EQ(memtable.Get("key", 99).value, "twelve");
  EXPECT_EQ(memtable.Get("ke", 99).outcome, MemTableLookup::Outcome::kAbsent);
  EXPECT_EQ(memtable.entry_count(), 3u);
}

TEST(ThreadedSkipList, ReadersSeeWholeSortedEntriesWhileOneWriterInserts) {
  const uint64_t seed = PrintedSeed(2);
  const auto arena = Arena::Create(Env::Posix(), kArenaBytes);
  SkipList list(arena.get(), seed);
  std::atomic<Sequence> written{0};
  constexpr Sequence kEntries = 20'000;
  std::vector<std::thread> readers;
  std::atomic<uint64_t> bad{0};
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      for (Sequence promised = 0; promised < kEntries;) {
        promised = written.load(std::memory_order_acquire);
        Sequence seen = 0;
        std::string last;
        uint64_t last_trailer = 0;
        for (const auto* node = list.First(); node != nullptr; node = list.Next(node)) {
          const Slice key = SkipList::UserKey(node);
          const uint64_t trailer = SkipList::Trailer(node);
          if (!last.empty() && CompareInternal(last, last_trailer, key, trailer) >= 0) ++bad;
          if (SkipList::Value(node) != key) ++bad;
          if (TrailerSequence(trailer) <= promised) ++seen;
          last.assign(key);
          last_trailer = trailer;
        }
        if (seen != promised) ++bad;
      }
    });
  }
  Random random(seed);
  for (Sequence sequence = 1; sequence <= kEntries;) {
    std::vector<std::string> keys;
    std::vector<SkipList::Entry> entries;
    for (uint64_t i = std::min(1 + random.Below(20), kEntries + 1 - sequence); i > 0; --i)
      keys.push_back("key" + std::to_string(random.Below(5000)));
    for (const std::string& key : keys)
      entries.push_back({key, MakeTrailer(sequence++, EntryKind::kPut), key});
    list.InsertMany(entries);
    written.store(sequence - 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(bad.load(), 0u);
}

}  // namespace
}  // namespace ledgerstone
