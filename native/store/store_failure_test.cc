// Fail-stop, a full disk, and files that are missing, damaged or not ours.
#include <gtest/gtest.h>

#include "base/coding.h"
#include "base/crc32c.h"
#include "log/format.h"
#include "testing/log_builder.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreFailure : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    id_ = world_.Open("a");
    ASSERT_TRUE(world_.Put(id_, "kept", "value").ok());
  }
  void Fail(DiskOperationKind kind, const std::string& file,
            FaultKind fault_kind = FaultKind::kIoError, bool from_then_on = false) {
    Fault fault;
    fault.kind = fault_kind;
    fault.only_kind = kind;
    fault.only_file_kind = file;
    fault.from_then_on = from_then_on;
    env_.SetFaultPlan(FaultPlan(fault));
  }
  // The write fails, the store stays readable and says why it refuses the next one.
  void ExpectFailStop() {
    EXPECT_TRUE(world_.Put(id_, "lost", "value").Is(StatusCode::kOutcomeUnknown));
    EXPECT_EQ(world_.Get(id_, "lost"), std::nullopt);
    ExpectReadOnly();
  }
  void ExpectReadOnly() {
    const Status refused = world_.Put(id_, "late", "value");
    EXPECT_TRUE(refused.Is(StatusCode::kReadOnly)) << refused.ToString();
    EXPECT_EQ(refused.error_number(), 5) << refused.ToString();
    EXPECT_EQ(world_.Get(id_, "kept"), "value");
    EXPECT_TRUE(world_.store().Statistics().read_only);
    EXPECT_FALSE(world_.Close().ok());
    EXPECT_EQ(env_.misuse().total(), 0u);
    env_.SetFaultPlan({});
    ASSERT_TRUE(world_.Open().ok());
    EXPECT_EQ(world_.Get(id_, "kept"), "value");
  }
  std::string NewestFile(const std::string& ending) {
    std::string newest;
    for (const std::string& path : env_.ListImages()) {
      if (path.ends_with(ending)) newest = path;
    }
    return newest;
  }
  void ExpectCorruption(const std::string& path) {
    const Status status = world_.Open();
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
    EXPECT_EQ(status.place().file, path.substr(path.find_last_of('/') + 1)) << status.ToString();
  }

  SimulatedEnv env_{9};
  StoreWorld world_{&env_, 9};
  NamespaceId id_ = 0;
};

TEST_F(StoreFailure, AFailedLogAppendStopsWriting) {
  Fail(DiskOperationKind::kAppend, "wal");
  ExpectFailStop();
}

TEST_F(StoreFailure, AFailedLogSyncStopsWriting) {
  Fail(DiskOperationKind::kSync, "wal");
  ExpectFailStop();
}

TEST_F(StoreFailure, AFailedManifestWriteStopsWriting) {
  Fail(DiskOperationKind::kSync, "manifest");
  EXPECT_FALSE(world_.Flush().ok());
  ExpectReadOnly();
}

TEST_F(StoreFailure, AFullDiskIsToldAndForgottenOnceThereIsSpace) {
  Fail(DiskOperationKind::kCreate, "sst", FaultKind::kNoSpace, true);
  Status status;
  for (int i = 0; i < 60 && status.ok(); ++i) {
    status = world_.Put(id_, "key" + std::to_string(i), std::string(600, 'v'), Durability::kOs);
  }
  EXPECT_TRUE(status.Is(StatusCode::kNoSpace)) << status.ToString();
  const NamespaceId late = world_.Open("late");
  ASSERT_NE(late, 0u);
  EXPECT_TRUE(world_.Put(late, "key", std::string(6000, 'v')).Is(StatusCode::kNoSpace));
  EXPECT_EQ(world_.Get(id_, "kept"), "value");
  env_.SetFaultPlan({});
  while (world_.store().Statistics().immutable_generations > 0)
    ASSERT_TRUE(world_.scheduler().RunOne());
  EXPECT_TRUE(world_.Put(late, "key", "value").ok());
  EXPECT_EQ(world_.Get(late, "key"), "value");
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(world_.Get(late, "key"), "value");
}

TEST_F(StoreFailure, ACleanlyClosedLogThatChangedIsCorruption) {
  ASSERT_TRUE(world_.Close().ok());
  const SimulatedEnv::Image image = env_.Snapshot();
  const std::string log = NewestFile(".wal");
  const std::string bytes = *env_.ReadImage(log);
  for (size_t size = 0; size < bytes.size(); ++size) {
    env_.Restore(image);
    env_.WriteImage(log, Slice(bytes).substr(0, size));
    ExpectCorruption(log);
  }
  for (size_t offset = 0; offset < bytes.size(); ++offset) {
    env_.Restore(image);
    env_.CorruptByte(log, offset, 0x10);
    ExpectCorruption(log);
  }
}

TEST_F(StoreFailure, ATornLastRecordIsCutAndReported) {
  ASSERT_TRUE(world_.Put(id_, "torn", "value", Durability::kOs).ok());
  world_.Kill();
  env_.Crash(
      {.seed = 1, .mode = CrashMode::kKeepAll, .unit = 512, .lose_directory_entries = false});
  const SimulatedEnv::Image image = env_.Snapshot();
  const std::string log = NewestFile(".wal");
  const std::string bytes = *env_.ReadImage(log);
  const size_t record = bytes.rfind("torn") - bytes.rfind("torn") % 8 - log::kRecordHeaderSize;
  const size_t end = record + log::ContentBeyond(bytes, record);
  for (size_t size = record + 1; size < end; ++size) {
    env_.Restore(image);
    const Slice torn = Slice(bytes).substr(0, size);
    env_.WriteImage(log, torn);
    ASSERT_TRUE(world_.Open().ok());
    EXPECT_EQ(world_.store().report().cut_offset, record);
    EXPECT_EQ(world_.store().report().cut_bytes, log::ContentBeyond(torn, record));
    EXPECT_EQ(world_.Get(id_, "kept"), "value");
    EXPECT_EQ(world_.Get(id_, "torn"), std::nullopt);
    world_.Kill();
  }
}

TEST_F(StoreFailure, MissingFilesAreNamed) {
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_TRUE(world_.Put(id_, "more", "value").ok());
  ASSERT_TRUE(world_.Close().ok());
  const SimulatedEnv::Image image = env_.Snapshot();
  for (const char* ending : {".wal", ".sst"}) {
    env_.Restore(image);
    const std::string path = NewestFile(ending);
    env_.RemoveImage(path);
    ExpectCorruption(path);
  }
  for (const char* ending : {".manifest", "CURRENT"}) {
    env_.Restore(image);
    env_.RemoveImage(NewestFile(ending));
    ExpectCorruption("CURRENT");
  }
}

TEST_F(StoreFailure, OtherPeoplesFilesAreLeftAlone) {
  env_.WriteImage(StoreWorld::PathOf("notes.txt"), "mine");
  ASSERT_TRUE(world_.Close().ok());
  ASSERT_TRUE(world_.Open().ok());
  EXPECT_EQ(env_.ReadImage(StoreWorld::PathOf("notes.txt")), "mine");
  ASSERT_TRUE(world_.Close().ok());
  SimulatedEnv elsewhere(1);
  ASSERT_TRUE(elsewhere.CreateDirectory(StoreWorld::kPath).ok());
  elsewhere.WriteImage(StoreWorld::PathOf("notes.txt"), "mine");
  StoreWorld other(&elsewhere);
  EXPECT_TRUE(other.Open().Is(StatusCode::kNotAStore));
}

TEST_F(StoreFailure, NewerFormatsAndUnknownFeaturesAreRefusedByName) {
  ASSERT_TRUE(world_.Close().ok());
  const SimulatedEnv::Image image = env_.Snapshot();
  const std::string path = NewestFile(".manifest");
  const auto rewrite = [&](size_t offset, char value) {
    env_.Restore(image);
    std::string bytes = *env_.ReadImage(path);
    bytes[offset] = value;
    EncodeFixed(bytes.data() + 44, Crc32c(Slice(bytes).substr(0, 44)));
    env_.WriteImage(path, bytes);
    return world_.Open();
  };
  EXPECT_TRUE(rewrite(10, 2).Is(StatusCode::kFormatTooNew));
  const Status feature = rewrite(12, 1);
  EXPECT_TRUE(feature.Is(StatusCode::kNotSupported));
  EXPECT_NE(feature.ToString().find("merge"), std::string::npos) << feature.ToString();
}

}  // namespace
}  // namespace ledgerstone
