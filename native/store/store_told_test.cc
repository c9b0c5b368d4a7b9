// What the store says when the background fails, when it closes, and when it cut something.
#include <gtest/gtest.h>

#include <set>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreTold : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.Open().ok()); }

  std::vector<std::string> Files(const std::string& ending) {
    std::vector<std::string> files;
    for (const std::string& path : env_.ListImages()) {
      if (path.ends_with(ending)) files.push_back(path);
    }
    return files;
  }
  Status WriteDerived(NamespaceId id, Slice key, uint64_t position) {
    WriteBatch batch;
    batch.Put(id, key, "value");
    return world_.Write(batch, {.durability = Durability::kDisk, .applied = position});
  }
  uint64_t DeeperTables(const std::string& name) {
    uint64_t tables = 0;
    for (const NamespaceLevels& shown : world_.store().Levels()) {
      for (const LevelStatistics& level : shown.levels) {
        if (shown.name == name && level.level > 0) tables += level.files;
      }
    }
    return tables;
  }

  SimulatedEnv env_{9};
  StoreWorld world_{&env_, 9};
};

TEST_F(StoreTold, AWriterThatWouldWaitForAFailingCompactionHearsWhy) {
  const NamespaceId damaged = world_.Open("damaged");
  ASSERT_TRUE(world_.Put(damaged, "key", std::string(200, 'v')).ok());
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_EQ(Files(".sst").size(), 1u);
  env_.CorruptByte(Files(".sst").front(), 70, 0x40);

  Status status;
  for (int i = 0; i < 30 && status.ok(); ++i) {
    status = world_.Put(damaged, "key", std::string(200, 'v'));
    if (status.ok()) status = world_.Flush();
  }
  EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
  EXPECT_NE(status.ToString().find("level 0 is full"), std::string::npos) << status.ToString();
  EXPECT_FALSE(world_.store().Statistics().read_only);
  EXPECT_GT(world_.store().Statistics().background_errors, 0u);
}

TEST_F(StoreTold, ANamespaceIsCompactedThoughAnotherOnesTableIsDamaged) {
  const NamespaceId damaged = world_.Open("damaged");
  const NamespaceId sound = world_.Open("sound");
  ASSERT_TRUE(world_.Put(damaged, "key", std::string(200, 'v')).ok());
  ASSERT_TRUE(world_.Flush().ok());
  env_.CorruptByte(Files(".sst").front(), 70, 0x40);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(world_.Put(damaged, "key", std::string(200, 'v')).ok());
    ASSERT_TRUE(world_.Put(sound, "key", std::string(200, 'v')).ok());
    ASSERT_TRUE(world_.Flush().ok());
  }
  for (int step = 0; step < 200 && DeeperTables("sound") == 0; ++step)
    ASSERT_TRUE(world_.scheduler().RunOne());
  EXPECT_GT(DeeperTables("sound"), 0u);
  EXPECT_EQ(DeeperTables("damaged"), 0u);
}

TEST_F(StoreTold, AManifestsCutTailIsReported) {
  ASSERT_NE(world_.Open("a"), 0u);
  ASSERT_TRUE(world_.Flush().ok());
  world_.Kill();
  env_.Crash(
      {.seed = 1, .mode = CrashMode::kKeepAll, .unit = 512, .lose_directory_entries = false});
  const std::string manifest = Files(".manifest").back();
  const std::string bytes = *env_.ReadImage(manifest);
  env_.WriteImage(manifest, bytes + std::string(40, 'x'));
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.store().report().cut_bytes, 40u);
  EXPECT_EQ(world_.store().report().cut_offset, bytes.size());
  EXPECT_EQ(StoreWorld::PathOf(world_.store().report().cut_file), manifest);
}

TEST_F(StoreTold, AFailedLastFlushOfDerivedEntriesAndTheirSequencesStayUsedUp) {
  const NamespaceId id = world_.Open("derived", {.derived = true});
  ASSERT_TRUE(world_.Flush().ok());
  for (uint64_t position = 1; position <= 10; ++position)
    ASSERT_TRUE(WriteDerived(id, "key" + std::to_string(position), position).ok());
  const uint64_t used = world_.store().VisibleSequence();
  Fault fault;
  fault.kind = FaultKind::kNoSpace;
  fault.only_kind = DiskOperationKind::kCreate;
  fault.only_file_kind = "sst";
  fault.from_then_on = true;
  env_.SetFaultPlan(FaultPlan(fault));
  const Status closed = world_.Close();
  EXPECT_TRUE(closed.Is(StatusCode::kNoSpace)) << closed.ToString();
  env_.SetFaultPlan({});
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.store().report().applied, 0u);
  EXPECT_EQ(world_.Get(id, "key1"), std::nullopt);
  EXPECT_GE(world_.store().VisibleSequence(), used);
}

TEST_F(StoreTold, AFlushedPositionWithoutEntriesIsKept) {
  ASSERT_TRUE(world_.Write({}, {.durability = Durability::kDisk, .applied = 7}).ok());
  ASSERT_TRUE(world_.Flush().ok());
  EXPECT_EQ(world_.store().Applied(), 7u);
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.store().report().applied, 7u);
}

TEST_F(StoreTold, AGrownManifestIsBegunAnew) {
  ASSERT_TRUE(world_.Close().ok());
  world_.options().manifest_bytes_max = 1 << 10;
  ASSERT_TRUE(world_.Open().ok());
  const NamespaceId id = world_.Open("a");
  std::set<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(world_.Put(id, "key" + std::to_string(i), "value").ok());
    ASSERT_TRUE(world_.Flush().ok());
    const std::vector<std::string> manifests = Files(".manifest");
    ASSERT_EQ(manifests.size(), 1u);
    seen.insert(manifests.front());
  }
  EXPECT_GT(seen.size(), 2u);
  EXPECT_LT(world_.store().Statistics().manifest_bytes, 8u << 10);
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  for (int i = 0; i < 60; ++i) EXPECT_EQ(world_.Get(id, "key" + std::to_string(i)), "value");
}

}  // namespace
}  // namespace ledgerstone
