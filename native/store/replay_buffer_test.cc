#include "store/replay_buffer.h"

#include <gtest/gtest.h>

#include "base/arena.h"
#include "testing/memory_env.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kArenaBytes = uint64_t{256} << 20;

// Memory of which only the first `grants` pieces are given.
class ScarceEnv final : public MemoryEnv {
 public:
  char* AllocatePages(size_t size) override {
    if (grants_ == 0) return nullptr;
    --grants_;
    return MemoryEnv::AllocatePages(size);
  }
  void Grant(int pieces) { grants_ = pieces; }

 private:
  int grants_ = 1000;
};

class ReplayBufferTest : public testing::Test {
 protected:
  // Keeps a payload of `size` bytes whose first ones are `key`, and adds the key from the copy.
  Status Replay(ReplayBuffer* buffer, MemTable* table, const std::string& key, size_t size) {
    std::string payload(size, '.');
    payload.replace(0, key.size(), key);
    Slice kept;
    LS_RETURN_IF_ERROR(buffer->Keep(payload, &kept));
    EXPECT_EQ(kept, Slice(payload));
    buffer->Add(table, kept.substr(0, key.size()), MakeTrailer(++sequence_, EntryKind::kPut), "v");
    return Status::Ok();
  }

  ScarceEnv env_;
  std::unique_ptr<Arena> arena_ = Arena::Create(Env::Posix(), kArenaBytes);
  Sequence sequence_ = 0;
};

TEST_F(ReplayBufferTest, HoldsPayloadsOfAnySizeUntilTheyAreInserted) {
  MemTable table(arena_.get(), 1);
  ReplayBuffer buffer(&env_);
  const size_t sizes[] = {100, size_t{20} << 20, size_t{20} << 20, size_t{40} << 20, 7};
  for (size_t i = 0; i < std::size(sizes); ++i) {
    ASSERT_TRUE(Replay(&buffer, &table, "key" + std::to_string(i), sizes[i]).ok());
  }
  Slice nothing("x");
  ASSERT_TRUE(buffer.Keep("", &nothing).ok());
  EXPECT_TRUE(nothing.empty());
  buffer.Insert();
  EXPECT_EQ(table.entry_count(), std::size(sizes));
  for (size_t i = 0; i < std::size(sizes); ++i) {
    const MemTableLookup found = table.Get("key" + std::to_string(i), sequence_);
    EXPECT_EQ(found.outcome, MemTableLookup::Outcome::kFound) << i;
  }
}

TEST_F(ReplayBufferTest, KeepsAnEmptyPayloadWithoutMemory) {
  env_.Grant(0);
  ReplayBuffer buffer(&env_);
  Slice kept("x");
  ASSERT_TRUE(buffer.Keep("", &kept).ok());
  EXPECT_TRUE(kept.empty());
}

TEST_F(ReplayBufferTest, TellsThatThereIsNoMemoryAndLosesNothingItHeld) {
  MemTable table(arena_.get(), 1);
  env_.Grant(1);
  ReplayBuffer buffer(&env_);
  ASSERT_TRUE(Replay(&buffer, &table, "first", 100).ok());
  EXPECT_TRUE(Replay(&buffer, &table, "large", size_t{40} << 20).Is(StatusCode::kNoMemory));
  EXPECT_TRUE(Replay(&buffer, &table, "small", 5).Is(StatusCode::kNoMemory));
  EXPECT_EQ(table.entry_count(), 1u) << "inserted before its memory went";
  env_.Grant(1);
  ASSERT_TRUE(Replay(&buffer, &table, "later", 100).ok());
  buffer.Insert();
  EXPECT_EQ(table.entry_count(), 2u);
}

TEST_F(ReplayBufferTest, InsertsByItselfWhenItHoldsManyEntries) {
  constexpr uint64_t kEntries = (uint64_t{1} << 19) + 1;
  MemTable evens(arena_.get(), 1);
  MemTable odds(arena_.get(), 2);
  ReplayBuffer buffer(&env_);
  Slice kept;
  ASSERT_TRUE(buffer.Keep("some key", &kept).ok());
  for (uint64_t i = 0; i < kEntries; ++i) {
    buffer.Add(i % 2 == 0 ? &evens : &odds, kept, MakeTrailer(i + 1, EntryKind::kPut), "");
  }
  EXPECT_EQ(evens.entry_count() + odds.entry_count(), kEntries - 1);
  buffer.Insert();
  EXPECT_EQ(evens.entry_count(), kEntries / 2 + 1);
  EXPECT_EQ(odds.entry_count(), kEntries / 2);
}

}  // namespace
}  // namespace ledgerstone
