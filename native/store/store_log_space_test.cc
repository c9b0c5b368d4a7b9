// Zeros put ahead of the write-ahead log: a store that dies with them finds every write and calls
// nothing lost, and no log keeps them.
#include <gtest/gtest.h>

#include "env/simulated_env.h"
#include "log/format.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreLogSpace : public testing::Test {
 protected:
  void Open() {
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    id_ = world_.Open("a");
    ASSERT_NE(id_, 0u);
  }
  void Put(int number) {
    ASSERT_TRUE(world_.Put(id_, "key" + std::to_string(number), "value").ok());
  }
  // The process dies; the machine goes on.
  void Kill() {
    world_.Kill();
    env_.Crash({.mode = CrashMode::kKeepAll, .lose_directory_entries = false});
  }
  std::vector<std::string> Logs() const {
    std::vector<std::string> logs;
    for (const std::string& path : env_.ListImages()) {
      if (path.ends_with(".wal")) logs.push_back(path);
    }
    return logs;
  }
  bool EndsInZeros(const std::string& path) const {
    return env_.ReadImage(path)->ends_with(std::string(log::kRecordHeaderSize, '\0'));
  }

  SimulatedEnv env_{5};
  StoreWorld world_{&env_};
  NamespaceId id_ = 0;
};

TEST_F(StoreLogSpace, IsThereWhileSmallWritesAreSyncedAndGoneAfterACleanClose) {
  Open();
  Put(1);
  ASSERT_EQ(Logs().size(), 1u);
  const size_t length = env_.ReadImage(Logs()[0])->size();
  EXPECT_TRUE(EndsInZeros(Logs()[0]));
  for (int i = 2; i < 9; ++i) Put(i);
  EXPECT_EQ(env_.ReadImage(Logs()[0])->size(), length) << "written into the zeros";
  ASSERT_TRUE(world_.Close().ok());
  EXPECT_FALSE(EndsInZeros(Logs()[0]));
  Open();
  EXPECT_TRUE(world_.store().report().clean_close);
}

TEST_F(StoreLogSpace, IsNoCutWhenTheProcessDies) {
  Open();
  for (int i = 0; i < 5; ++i) Put(i);
  Kill();
  EXPECT_TRUE(EndsInZeros(Logs()[0]));
  Open();
  EXPECT_EQ(world_.store().report().cut_bytes, 0u);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(world_.Get(id_, "key" + std::to_string(i)), "value") << i;
  }
  for (const std::string& event : world_.events()) {
    EXPECT_EQ(event.find("tail cut"), std::string::npos) << event;
  }
}

TEST_F(StoreLogSpace, DoesNotAddUpOverAHundredDeaths) {
  for (int life = 0; life < 100; ++life) {
    Open();
    if (HasFailure()) return;
    ASSERT_EQ(world_.store().report().cut_bytes, 0u) << life;
    Put(life);
    if (life % 3 == 0) world_.scheduler().RunAll();
    const std::vector<std::string> logs = Logs();
    for (size_t i = 0; i + 1 < logs.size(); ++i) EXPECT_FALSE(EndsInZeros(logs[i])) << logs[i];
    Kill();
  }
  Open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(world_.Get(id_, "key" + std::to_string(i)), "value") << i;
  }
  world_.scheduler().RunAll();
  uint64_t bytes = 0;
  for (const std::string& path : Logs()) bytes += env_.ReadImage(path)->size();
  EXPECT_LT(bytes, uint64_t{8} << 10);
}

TEST_F(StoreLogSpace, IsNotMadeForWritesThatNobodySyncs) {
  Open();
  const size_t length = env_.ReadImage(Logs()[0])->size();
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(world_.Put(id_, "key" + std::to_string(i), "value", Durability::kOs).ok());
  }
  EXPECT_FALSE(EndsInZeros(Logs().back())) << "of " << length;
}

TEST_F(StoreLogSpace, ADiskThatHasNoRoomForItIsNoFailure) {
  Fault fault;
  fault.kind = FaultKind::kNoSpace;
  fault.only_kind = DiskOperationKind::kExtend;
  fault.from_then_on = true;
  env_.SetFaultPlan(FaultPlan(fault));
  Open();
  for (int i = 0; i < 20; ++i) Put(i);
  EXPECT_GT(env_.faults_fired(), 0u);
  ASSERT_TRUE(world_.Close().ok());
  Open();
  EXPECT_EQ(world_.Get(id_, "key19"), "value");
}

}  // namespace
}  // namespace ledgerstone
