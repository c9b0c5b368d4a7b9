// L0 waits for what more flushes bring, and is merged without them once none comes.
#include <gtest/gtest.h>

#include <functional>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kPatience = 1'000'000;

class StorePatience : public testing::Test {
 protected:
  static StoreOptions Patient() {
    StoreOptions options = TinyStoreOptions();
    options.l0_patience_micros = kPatience;
    return options;
  }

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    space_ = world_.Open("a");
  }

  void Reopen(const std::function<void(StoreOptions&)>& change) {
    ASSERT_TRUE(world_.Close().ok());
    change(world_.options());
    ASSERT_TRUE(world_.Open().ok());
    space_ = world_.Open("a");
  }
  // Overwrites the same keys, flushes, and lets run what need not wait.
  void AddTable() {
    for (int i = 0; i < 8; ++i) {
      const std::string value = "value " + std::to_string(++written_);
      ASSERT_TRUE(world_.Put(space_, "key" + std::to_string(i), value, Durability::kOs).ok());
    }
    ASSERT_TRUE(world_.Flush().ok());
    world_.scheduler().RunAll();
  }
  size_t Tables() {
    for (const NamespaceLevels& tree : world_.store().Statistics().namespaces) {
      for (const LevelStatistics& level : tree.levels) {
        if (tree.name == "a" && level.level == 0) return level.files;
      }
    }
    return 0;
  }
  void RunDelayed() {
    while (world_.scheduler().RunOne()) {
    }
  }

  SimulatedEnv env_{7};
  StoreWorld world_{&env_, 1, Patient()};
  NamespaceId space_ = 0;
  int written_ = 0;
};

TEST_F(StorePatience, L0IsMergedAtTwiceItsTriggerWhileFlushesFollowEachOther) {
  for (const size_t tables : {1u, 2u, 3u, 0u, 1u}) {
    AddTable();
    EXPECT_EQ(Tables(), tables);
  }
}

TEST_F(StorePatience, L0IsMergedAtItsTriggerOnceNoFlushComes) {
  AddTable();
  AddTable();
  EXPECT_EQ(Tables(), 2u);
  const uint64_t before = env_.NowMicros();
  RunDelayed();
  EXPECT_EQ(Tables(), 0u);
  EXPECT_GE(env_.NowMicros() - before, kPatience / 2) << "and not before";
}

TEST_F(StorePatience, L0IsMergedForItsBytesOnceNoFlushComes) {
  Reopen([](StoreOptions& options) {
    options.l0_compaction_trigger = 4;
    options.level_base_bytes = 1 << 10;
  });
  AddTable();
  AddTable();
  EXPECT_EQ(Tables(), 2u) << "together more than a KiB, less than two";
  RunDelayed();
  EXPECT_EQ(Tables(), 0u);
}

TEST_F(StorePatience, BelowItsTriggerL0IsLeftAlone) {
  AddTable();
  RunDelayed();
  EXPECT_EQ(Tables(), 1u);
  EXPECT_EQ(world_.scheduler().delayed_count(), 0u);
}

TEST_F(StorePatience, WritersAreNotSlowedDownForIt) {
  Reopen([](StoreOptions& options) { options.l0_slowdown_trigger = 3; });
  for (const size_t tables : {1u, 2u, 0u}) {
    AddTable();
    EXPECT_EQ(Tables(), tables);
  }
}

TEST_F(StorePatience, ManualCompactionDoesNotWait) {
  AddTable();
  AddTable();
  ASSERT_TRUE(world_.Compact(space_).ok());
  EXPECT_EQ(Tables(), 0u);
}

TEST_F(StorePatience, ClosingDoesNotWait) {
  AddTable();
  AddTable();
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.Get(space_, "key7"), "value 16");
}

}  // namespace
}  // namespace ledgerstone
