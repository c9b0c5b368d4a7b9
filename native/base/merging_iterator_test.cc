// The merging iterator against a sorted vector, with random children and random walks.
#include "base/merging_iterator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "testing/seed.h"
#include "testing/vector_iterator.h"

namespace ledgerstone {
namespace {

using Entry = InternalEntry;

std::unique_ptr<InternalIterator> Source(std::vector<Entry> entries,
                                         size_t fail_at = VectorIterator::kNever) {
  return std::make_unique<VectorIterator>(std::move(entries), fail_at);
}

// Few user keys, so that children interleave versions of one key and share whole internal keys.
std::vector<std::vector<Entry>> RandomChildren(Random* random, size_t count) {
  std::vector<std::vector<Entry>> children(count);
  for (size_t child = 0; child < count; ++child) {
    const uint64_t size = random->Below(40);
    for (uint64_t i = 0; i < size; ++i) {
      std::string user_key(random->Below(3), 'k');
      user_key += static_cast<char>('a' + random->Below(6));
      children[child].push_back({MakeKey(user_key, 1 + random->Below(20)),
                                 std::to_string(child) + ":" + std::to_string(i)});
    }
    auto& entries = children[child];
    std::stable_sort(entries.begin(), entries.end(), EntryBefore);
    const auto same = [](const Entry& a, const Entry& b) { return a.key == b.key; };
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  }
  return children;
}

void WalkAgainstModel(Random* random) {
  const auto sources = RandomChildren(random, 2 + random->Below(7));
  std::vector<Entry> model;
  std::vector<std::unique_ptr<InternalIterator>> children;
  for (const auto& source : sources) {
    model.insert(model.end(), source.begin(), source.end());
    children.push_back(Source(source));
  }
  std::stable_sort(model.begin(), model.end(), EntryBefore);
  const auto merged = NewMergingIterator(std::move(children));
  size_t at = model.size();
  for (int step = 0; step < 400; ++step) {
    const uint64_t choice = at < model.size() ? random->Below(12) : 9 + random->Below(3);
    if (choice < 5) {
      merged->Next();
      ++at;
    } else if (choice < 9) {
      merged->Prev();
      at = at == 0 ? model.size() : at - 1;
    } else if (choice == 9) {
      merged->SeekToFirst();
      at = 0;
    } else if (choice == 10) {
      merged->SeekToLast();
      at = model.empty() ? 0 : model.size() - 1;
    } else {
      std::string user_key(random->Below(3), 'k');
      user_key += static_cast<char>('a' + random->Below(7));
      const Entry target{MakeKey(user_key, random->Below(22)), {}};
      merged->Seek(target.key);
      at = static_cast<size_t>(std::lower_bound(model.begin(), model.end(), target, EntryBefore) -
                               model.begin());
    }
    ASSERT_TRUE(merged->status().ok());
    ASSERT_EQ(merged->Valid(), at < model.size()) << "step " << step;
    if (at == model.size()) continue;
    ASSERT_EQ(merged->key(), model[at].key) << "step " << step;
    ASSERT_EQ(merged->value(), model[at].value) << "step " << step;
  }
}

TEST(MergingIterator, WalksLikeASortedVectorInBothDirections) {
  Random random(PrintedSeed(20240117));
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    WalkAgainstModel(&random);
    if (HasFatalFailure()) return;
  }
}

TEST(MergingIterator, GivesTheNewestVersionOfAKeyFirst) {
  std::vector<std::unique_ptr<InternalIterator>> children;
  children.push_back(Source({{MakeKey("a", 3), "old"}, {MakeKey("b", 9), "b"}}));
  children.push_back(
      Source({{MakeKey("a", 7, EntryKind::kDelete), ""}, {MakeKey("a", 1), "oldest"}}));
  const auto merged = NewMergingIterator(std::move(children));
  std::string seen;
  for (merged->SeekToFirst(); merged->Valid(); merged->Next()) {
    seen += InternalKeyText(merged->key()) + "; ";
  }
  EXPECT_EQ(seen, "'a' @7 delete; 'a' @3 put; 'a' @1 put; 'b' @9 put; ");
}

TEST(MergingIterator, EndsWithTheErrorOfAnyChildAndRecoversBySeeking) {
  std::vector<std::unique_ptr<InternalIterator>> children;
  children.push_back(Source({{MakeKey("a", 1), ""}, {MakeKey("c", 1), ""}}));
  children.push_back(Source({{MakeKey("b", 1), ""}, {MakeKey("d", 1), ""}}, 1));
  const auto merged = NewMergingIterator(std::move(children));
  merged->SeekToFirst();
  merged->Next();
  ASSERT_TRUE(merged->Valid());
  merged->Next();
  EXPECT_FALSE(merged->Valid());
  EXPECT_EQ(merged->status().code(), StatusCode::kIoError);
  merged->SeekToLast();
  EXPECT_FALSE(merged->Valid());
  EXPECT_EQ(merged->status().code(), StatusCode::kIoError);
  merged->Seek(MakeKey("b", 5));
  ASSERT_TRUE(merged->Valid());
  EXPECT_TRUE(merged->status().ok());
  EXPECT_EQ(UserKeyOf(merged->key()), "b");
}

TEST(MergingIterator, OfNothingIsAtItsEnd) {
  const auto merged = NewMergingIterator({});
  merged->SeekToFirst();
  EXPECT_FALSE(merged->Valid());
  EXPECT_TRUE(merged->status().ok());
  EXPECT_EQ(NewEmptyIterator(Status::Incomplete())->status().code(), StatusCode::kIncomplete);
}

}  // namespace
}  // namespace ledgerstone
