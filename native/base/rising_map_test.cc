#include "base/rising_map.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

std::map<uint64_t, int> Contents(const RisingMap<int>& rising) {
  std::map<uint64_t, int> contents;
  rising.ForEach([&](uint64_t key, int value) {
    EXPECT_TRUE(contents.empty() || contents.rbegin()->first < key);
    contents[key] = value;
  });
  return contents;
}

TEST(RisingMap, AgreesWithAMap) {
  Random random(PrintedSeed(8080));
  RisingMap<int> rising;
  std::map<uint64_t, int> model;
  uint64_t next = 1;
  for (int step = 0; step < 20000; ++step) {
    const bool growing = step / 1000 % 2 == 0;
    if (random.Below(10) < (growing ? 7u : 3u)) {
      next += 1 + random.Below(3);
      rising.Add(next, step);
      model[next] = step;
    } else {
      const uint64_t key = 1 + random.Below(next);
      ASSERT_EQ(rising.Erase(key), model.erase(key) > 0);
    }
    const uint64_t key = 1 + random.Below(next + 2);
    const int* const found = rising.Find(key);
    const auto wanted = model.find(key);
    ASSERT_EQ(found != nullptr, wanted != model.end());
    if (found != nullptr) {
      ASSERT_EQ(*found, wanted->second);
    }
    ASSERT_EQ(rising.size(), model.size());
    ASSERT_EQ(rising.empty(), model.empty());
    if (!model.empty()) {
      ASSERT_EQ(rising.front(), model.begin()->second);
    }
    if (step % 100 == 0) {
      ASSERT_EQ(Contents(rising), model);
    }
  }
}

TEST(RisingMap, TakesKeysInAnyOrderOutAgain) {
  RisingMap<int> rising;
  for (int key = 1; key <= 1000; ++key) rising.Add(static_cast<uint64_t>(key), key);
  for (int key = 1000; key > 0; key -= 2) EXPECT_TRUE(rising.Erase(static_cast<uint64_t>(key)));
  EXPECT_EQ(rising.size(), 500u);
  EXPECT_EQ(rising.front(), 1);
  for (int key = 1; key <= 1000; key += 2) EXPECT_TRUE(rising.Erase(static_cast<uint64_t>(key)));
  EXPECT_TRUE(rising.empty());
  EXPECT_FALSE(rising.Erase(5));
  rising.Add(1001, 7);
  EXPECT_EQ(rising.front(), 7);
}

}  // namespace
}  // namespace ledgerstone
