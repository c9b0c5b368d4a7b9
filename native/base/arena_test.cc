#include "base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "env/simulated_env.h"

namespace ledgerstone {
namespace {

TEST(ArenaTest, GivesZeroedRunsThatDoNotOverlap) {
  SimulatedEnv env;
  const auto arena = Arena::Create(&env, 64 << 10);
  ASSERT_NE(arena, nullptr);
  uint64_t end = 0;
  for (uint64_t size = 1; size < 200; ++size) {
    const uint32_t offset = arena->Allocate(size);
    ASSERT_GT(offset, 0u);
    ASSERT_GE(offset * Arena::kUnit, end);
    char* const bytes = arena->At(offset);
    EXPECT_TRUE(std::all_of(bytes, bytes + size, [](char c) { return c == 0; })) << size;
    std::fill(bytes, bytes + size, 'x');
    end = offset * Arena::kUnit + size;
  }
  EXPECT_EQ(arena->used() + arena->remaining(), arena->capacity());
}

TEST(ArenaTest, CanBeFilledToTheLastByteAndNoFurther) {
  SimulatedEnv env;
  const auto arena = Arena::Create(&env, 4096);
  ASSERT_NE(arena, nullptr);
  const uint32_t offset = arena->Allocate(arena->remaining());
  EXPECT_EQ(arena->remaining(), 0u);
  arena->At(offset)[4096 - Arena::kUnit - 1] = 'x';
  EXPECT_DEATH((void)arena->Allocate(1), "");
}

TEST(ArenaTest, GivesItsPagesBack) {
  SimulatedEnv env;
  {
    const auto arena = Arena::Create(&env, 1 << 20);
    EXPECT_GE(env.live_page_bytes(), uint64_t{1} << 20);
  }
  EXPECT_EQ(env.live_page_bytes(), 0u);
}

}  // namespace
}  // namespace ledgerstone
