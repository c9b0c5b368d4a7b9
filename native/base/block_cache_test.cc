#include "base/block_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include "base/random.h"

namespace ledgerstone {
namespace {

BlockCache::Entry* Block(const std::string& bytes) {
  BlockCache::Entry* const entry = BlockCache::Allocate(bytes.size());
  std::memcpy(BlockCache::MutableData(entry), bytes.data(), bytes.size());
  return entry;
}

std::string BytesOf(const BlockCache::Handle& handle) {
  return handle ? std::string(handle.data(), handle.size()) : "(none)";
}

TEST(BlockCache, GivesBackWhatWasPutIn) {
  BlockCache cache(1 << 20);
  EXPECT_FALSE(cache.Lookup({1, 2}));
  EXPECT_EQ(BytesOf(cache.Insert({1, 2}, Block("one"))), "one");
  EXPECT_EQ(BytesOf(cache.Insert({1, 3}, Block("two"))), "two");
  EXPECT_EQ(BytesOf(cache.Insert({2, 2}, Block("three"))), "three");
  EXPECT_EQ(BytesOf(cache.Lookup({1, 2})), "one");
  EXPECT_EQ(BytesOf(cache.Lookup({1, 3})), "two");
  EXPECT_EQ(BytesOf(cache.Lookup({2, 2})), "three");
  const auto statistics = cache.GetStatistics();
  EXPECT_EQ(statistics.hits, 3u);
  EXPECT_EQ(statistics.misses, 1u);
  EXPECT_EQ(statistics.inserts, 3u);
  EXPECT_GT(statistics.used_bytes, 3u + 3u + 5u);
}

TEST(BlockCache, KeepsTheFirstOfTwoBlocksForOnePlace) {
  BlockCache cache(1 << 20);
  const auto first = cache.Insert({1, 2}, Block("first"));
  const auto second = cache.Insert({1, 2}, Block("other"));
  EXPECT_EQ(BytesOf(second), "first");
  EXPECT_EQ(second.data(), first.data());
  EXPECT_EQ(cache.GetStatistics().inserts, 1u);
}

TEST(BlockCache, StaysWithinItsCapacity) {
  for (const uint64_t capacity : {uint64_t{64} << 10, uint64_t{16} << 20}) {
    BlockCache cache(capacity);
    for (uint64_t i = 0; i < 3 * capacity / 4096; ++i) {
      cache.Insert({1, i * 4096}, Block(std::string(4096, 'b')));
      ASSERT_LE(cache.GetStatistics().used_bytes, capacity);
    }
    EXPECT_GT(cache.GetStatistics().used_bytes, capacity * 8 / 10);
    EXPECT_GT(cache.GetStatistics().evictions, 0u);
  }
}

TEST(BlockCache, AScanDoesNotPushOutWhatIsReadAgain) {
  BlockCache cache(64 << 10);
  for (uint64_t i = 0; i < 4; ++i) cache.Insert({1, i}, Block(std::string(4096, 'h')));
  for (uint64_t i = 0; i < 100; ++i) {
    for (uint64_t hot = 0; hot < 4; ++hot) ASSERT_TRUE(cache.Lookup({1, hot})) << i;
    cache.Insert({2, i}, Block(std::string(4096, 's')));
  }
}

TEST(BlockCache, APinnedBlockIsNotEvictedAndOutlivesErasure) {
  BlockCache cache(16 << 10);
  const auto pinned = cache.Insert({1, 1}, Block(std::string(4096, 'p')));
  for (uint64_t i = 0; i < 50; ++i) cache.Insert({2, i}, Block(std::string(4096, 'x')));
  EXPECT_TRUE(cache.Lookup({1, 1}));
  cache.EraseFile(1);
  EXPECT_FALSE(cache.Lookup({1, 1}));
  EXPECT_EQ(BytesOf(pinned), std::string(4096, 'p'));
}

TEST(BlockCache, WhenNothingCanBeEvictedABlockIsHandedOutButNotKept) {
  BlockCache cache(10 << 10);
  std::vector<BlockCache::Handle> pins;
  for (uint64_t i = 0; i < 5; ++i) {
    pins.push_back(cache.Insert({1, i}, Block(std::string(4096, static_cast<char>('0' + i)))));
  }
  for (uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(BytesOf(pins[i]), std::string(4096, static_cast<char>('0' + i)));
  }
  EXPECT_EQ(cache.GetStatistics().inserts, 2u);
  EXPECT_LE(cache.GetStatistics().used_bytes, 10u << 10);
}

TEST(BlockCache, WithoutCapacityKeepsNothing) {
  BlockCache cache(0);
  EXPECT_EQ(BytesOf(cache.Insert({1, 1}, Block("bytes"))), "bytes");
  EXPECT_FALSE(cache.Lookup({1, 1}));
  EXPECT_EQ(cache.GetStatistics().used_bytes, 0u);
}

TEST(BlockCache, ABlockLargerThanTheCacheLeavesTheOthersAlone) {
  BlockCache cache(64 << 10);
  cache.Insert({1, 1}, Block("small"));
  EXPECT_EQ(cache.Insert({1, 2}, Block(std::string(1 << 20, 'L'))).size(), 1u << 20);
  EXPECT_EQ(BytesOf(cache.Lookup({1, 1})), "small");
  EXPECT_FALSE(cache.Lookup({1, 2}));
}

TEST(BlockCache, ReservedBytesShrinkTheRoomAtTheNextInsert) {
  BlockCache cache(64 << 10);
  for (uint64_t i = 0; i < 14; ++i) cache.Insert({1, i}, Block(std::string(4096, 'b')));
  cache.Reserve(48 << 10);
  cache.Insert({1, 99}, Block(std::string(4096, 'b')));
  EXPECT_LE(cache.GetStatistics().used_bytes, 16u << 10);
  EXPECT_EQ(cache.GetStatistics().reserved_bytes, 48u << 10);
  cache.Reserve(1 << 20);
  EXPECT_EQ(BytesOf(cache.Insert({1, 100}, Block("more"))), "more");
  EXPECT_EQ(cache.GetStatistics().used_bytes, 0u);
  cache.Release((48 << 10) + (1 << 20));
  EXPECT_EQ(cache.GetStatistics().reserved_bytes, 0u);
}

TEST(BlockCache, ErasesAFilesBlocksAndNoOthers) {
  BlockCache cache(64 << 20);
  for (uint64_t i = 0; i < 3000; ++i) cache.Insert({1 + i % 3, i}, Block("b"));
  cache.EraseFile(2);
  for (uint64_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(static_cast<bool>(cache.Lookup({1 + i % 3, i})), i % 3 != 1) << i;
  }
}

TEST(BlockCache, AShrunkBlockShowsOnlyItsFirstBytes) {
  BlockCache::Entry* const entry = Block("contents and trailer");
  BlockCache::Shrink(entry, 8);
  EXPECT_EQ(BytesOf(BlockCache::Adopt(entry)), "contents");
}

TEST(BlockCache, CopiedAndMovedHandlesPinTheSameBlock) {
  BlockCache::Handle first = BlockCache::Adopt(Block("pinned"));
  BlockCache::Handle copy = first;
  BlockCache::Handle moved = std::move(first);
  EXPECT_FALSE(first);
  moved = copy;
  copy.Reset();
  EXPECT_EQ(BytesOf(moved), "pinned");
}

TEST(BlockCache, CountsOnlyTheLookUpsThatItIsToldToCount) {
  using Counting = BlockCache::Counting;
  BlockCache cache(1 << 20);
  cache.Insert({1, 2}, Block("one"));
  for (const Counting counting : {Counting::kAll, Counting::kHits, Counting::kNothing}) {
    EXPECT_TRUE(cache.Lookup({1, 2}, counting));
    EXPECT_FALSE(cache.Lookup({1, 9}, counting));
  }
  EXPECT_EQ(cache.GetStatistics().hits, 2u);
  EXPECT_EQ(cache.GetStatistics().misses, 1u);
}

TEST(BlockCache, CountsTheBytesOfBlocksThatSomebodyHolds) {
  BlockCache cache(1 << 20);
  const auto pinned = [&] { return cache.GetStatistics().pinned_bytes; };
  auto first = cache.Insert({1, 2}, Block("one"));
  const uint64_t charge = pinned();
  EXPECT_EQ(charge, cache.GetStatistics().used_bytes);
  auto second = cache.Lookup({1, 2});
  auto copy = second;
  EXPECT_EQ(pinned(), charge) << "once, however many hold it";
  first.Reset();
  second.Reset();
  EXPECT_EQ(pinned(), charge);
  copy.Reset();
  EXPECT_EQ(pinned(), 0u);
  EXPECT_GT(cache.GetStatistics().used_bytes, 0u);
  first = cache.Lookup({1, 2});
  EXPECT_EQ(pinned(), charge);
  cache.EraseFile(1);
  EXPECT_EQ(pinned(), 0u) << "what was erased is no longer the cache's";
  second = first;
  second.Reset();
  first.Reset();
  EXPECT_EQ(pinned(), 0u);
  BlockCache::Handle adopted = BlockCache::Adopt(Block("two"));
  second = adopted;
  EXPECT_EQ(pinned(), 0u);
}

TEST(BlockCache, AHintFindsItsBlockUntilTheBlockLeaves) {
  BlockCache::Hint hint;
  BlockCache cache(1 << 20);
  const BlockKey key{1, 2};
  using Counting = BlockCache::Counting;
  const auto found = [&] { return BytesOf(cache.Lookup(key, Counting::kAll, &hint)); };
  EXPECT_EQ(found(), "(none)");
  cache.Insert(key, Block("first"), &hint);
  EXPECT_EQ(found(), "first");
  cache.EraseFile(1);
  EXPECT_EQ(found(), "(none)");
  cache.Insert(key, Block("second"));
  EXPECT_EQ(found(), "second") << "found by its key, and remembered";
  cache.Clear();
  EXPECT_EQ(found(), "(none)");
  EXPECT_EQ(cache.GetStatistics().hits, 2u);
  EXPECT_EQ(cache.GetStatistics().misses, 3u);
}

TEST(BlockCache, AForgottenHintIsNotTouchedAgain) {
  BlockCache cache(1 << 20);
  const BlockKey key{1, 2};
  auto first = std::make_unique<BlockCache::Hint>();
  BlockCache::Hint second;
  using Counting = BlockCache::Counting;
  cache.Insert(key, Block("one"), first.get());
  EXPECT_EQ(BytesOf(cache.Lookup(key, Counting::kAll, &second)), "one");
  cache.Forget(key, first.get());
  first.reset();
  EXPECT_EQ(BytesOf(cache.Lookup(key, Counting::kAll, &second)), "one");
  cache.EraseFile(1);
  EXPECT_FALSE(cache.Lookup(key, Counting::kAll, &second));
  cache.Forget(key, &second);
}

TEST(ThreadedBlockCache, NeverShowsAnotherBlocksBytes) {
  std::vector<BlockCache::Hint> hints(3 * 60);  // none for the fourth file
  BlockCache cache(256 << 10);
  const auto work = [&cache, &hints](uint64_t seed) {
    Random random(seed);
    for (int i = 0; i < 20'000; ++i) {
      const BlockKey key{random.Below(4), random.Below(60)};
      const auto expected = static_cast<char>(key.file_number * 60 + key.offset);
      const size_t number = key.file_number * 60 + key.offset;
      BlockCache::Hint* const hint = number < hints.size() ? &hints[number] : nullptr;
      BlockCache::Handle handle = cache.Lookup(key, BlockCache::Counting::kAll, hint);
      if (!handle) handle = cache.Insert(key, Block(std::string(2000, expected)), hint);
      const BlockCache::Handle copy = handle;
      handle.Reset();
      if (copy.data()[0] != expected || copy.data()[1999] != expected) {
        ADD_FAILURE() << "wrong bytes";
      }
      if (random.OneIn(500)) cache.EraseFile(random.Below(4));
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.GetStatistics().used_bytes, 256u << 10);
}

}  // namespace
}  // namespace ledgerstone
