// The drop rules against brute force: every snapshot sees the same before and after, and nothing is
// kept that the rules let go.
#include "compaction/entry_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "testing/seed.h"
#include "testing/tree_world.h"

namespace ledgerstone {
namespace {

std::vector<InternalEntry> Filter(const std::vector<InternalEntry>& entries,
                                  const EntryRules& rules, const std::string& bottom) {
  std::vector<InternalEntry> kept;
  EntryFilter filter(
      rules, [&](Slice key) { return bottom.find(key) != std::string::npos; },
      [&](Slice user_key, uint64_t trailer, Slice value) {
        InternalEntry& entry = kept.emplace_back();
        AppendInternalKey(&entry.key, user_key, trailer);
        entry.value = value;
        return Status::Ok();
      });
  for (const InternalEntry& entry : entries)
    EXPECT_TRUE(filter.Add(UserKeyOf(entry.key), TrailerOf(entry.key), entry.value).ok());
  EXPECT_TRUE(filter.Finish().ok());
  return kept;
}

std::vector<InternalEntry> Filter(const std::vector<InternalEntry>& entries,
                                  const std::vector<Sequence>& snapshots,
                                  const std::string& bottom) {
  EntryRules rules;
  rules.snapshots = snapshots;
  return Filter(entries, rules, bottom);
}

// `bottom`: the user keys, one letter each, below which nothing lies.
std::string Kept(const std::string& entries, const std::vector<Sequence>& snapshots,
                 const std::string& bottom = "") {
  return EntriesText(Filter(Entries(entries), snapshots, bottom));
}

TEST(EntryFilter, KeepsTheNewestVersionForEachSnapshot) {
  EXPECT_EQ(Kept("a9 a7 a5 a3 a1", {9}), "a9");
  EXPECT_EQ(Kept("a9 a7 a5 a3 a1", {4, 9}), "a9 a3");
  EXPECT_EQ(Kept("a9 a7 a5 a3 a1", {3, 7, 9}), "a9 a7 a3");
  EXPECT_EQ(Kept("a9 b8 a7", {9}), "a9 b8 a7");
}

TEST(EntryFilter, KeepsWhatIsNotVisibleYet) {
  EXPECT_EQ(Kept("a9 a8 a7 a3 a1", {7}), "a9 a8 a7");
  EXPECT_EQ(Kept("a9- a8", {7}, "a"), "a9- a8");
}

TEST(EntryFilter, KeepsEverythingWithoutSnapshots) {
  EXPECT_EQ(Kept("a9- a8 b2-", {}, "ab"), "a9- a8 b2-");
}

TEST(EntryFilter, DropsATombstoneThatEverySnapshotSeesAtTheBottom) {
  EXPECT_EQ(Kept("a9- a7 b3-", {9}, "ab"), "");
  EXPECT_EQ(Kept("a9- a7 b3-", {9}, "b"), "a9-");
  EXPECT_EQ(Kept("a9- a7", {8, 9}, "a"), "a9- a7");
  EXPECT_EQ(Kept("a9- a7- a5", {7, 9}, "a"), "a9-");
}

// What a reader at `snapshot` finds; "deeper" stands for older data below, for keys not at the
// bottom.
std::string Visible(const std::vector<InternalEntry>& entries, char key, Sequence snapshot,
                    const std::string& bottom) {
  for (const InternalEntry& entry : entries) {
    const uint64_t trailer = TrailerOf(entry.key);
    if (UserKeyOf(entry.key) != Slice(&key, 1) || TrailerSequence(trailer) > snapshot) continue;
    return TrailerKind(trailer) == EntryKind::kDelete ? "absent" : entry.value;
  }
  return bottom.find(key) != std::string::npos ? "absent" : "deeper";
}

// Rules a and b of the header, by their words.
bool Droppable(const std::vector<InternalEntry>& entries, size_t at,
               const std::vector<Sequence>& snapshots, const std::string& bottom) {
  const auto sequence = [&](size_t i) { return TrailerSequence(TrailerOf(entries[i].key)); };
  const Slice key = UserKeyOf(entries[at].key);
  if (snapshots.empty() || sequence(at) > snapshots.back()) return false;
  for (size_t newer = 0; newer < at; ++newer) {
    if (UserKeyOf(entries[newer].key) != key) continue;
    bool seen_by_all = true;
    for (const Sequence snapshot : snapshots) {
      if (snapshot >= sequence(at) && snapshot < sequence(newer)) seen_by_all = false;
    }
    if (seen_by_all) return true;
  }
  return TrailerKind(TrailerOf(entries[at].key)) == EntryKind::kDelete &&
         sequence(at) <= snapshots.front() && bottom.find(key) != std::string::npos;
}

void CompareWithBruteForce(Random* random) {
  std::vector<InternalEntry> entries;
  for (Sequence sequence = 1; sequence <= 24; ++sequence) {
    const std::string key(1, static_cast<char>('a' + random->Below(4)));
    const EntryKind kind = random->OneIn(3) ? EntryKind::kDelete : EntryKind::kPut;
    entries.push_back({MakeKey(key, sequence, kind), std::to_string(sequence)});
  }
  std::sort(entries.begin(), entries.end(), EntryBefore);
  std::set<Sequence> drawn;
  for (uint64_t i = random->Below(6); i > 0; --i) drawn.insert(random->Below(26));
  const std::vector<Sequence> snapshots(drawn.begin(), drawn.end());
  std::string bottom;
  for (const char key : {'a', 'b', 'c', 'd'}) {
    if (random->OneIn(2)) bottom += key;
  }
  const auto kept = Filter(entries, snapshots, bottom);
  // Readers at a snapshot, and any that may come after the last one.
  std::set<Sequence> readers = drawn;
  for (Sequence later = snapshots.empty() ? 0 : snapshots.back(); later <= 26; ++later) {
    readers.insert(later);
  }
  for (const Sequence reader : readers) {
    for (const char key : {'a', 'b', 'c', 'd'}) {
      ASSERT_EQ(Visible(kept, key, reader, bottom), Visible(entries, key, reader, bottom))
          << key << " @" << reader;
    }
  }
  std::vector<InternalEntry> expected;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!Droppable(entries, i, snapshots, bottom)) expected.push_back(entries[i]);
  }
  ASSERT_EQ(EntriesText(kept), EntriesText(expected));
}

TEST(EntryFilter, DropsExactlyWhatNoSnapshotCanMiss) {
  Random random(PrintedSeed(20240118));
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(round);
    CompareWithBruteForce(&random);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace ledgerstone
