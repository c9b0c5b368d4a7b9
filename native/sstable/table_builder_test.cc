#include "sstable/table_builder.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/crc32c.h"
#include "sstable/table_output.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

struct FileCalls {
  std::vector<size_t> appends;
  int writebacks = 0;
  int syncs = 0;
  int closes = 0;
  std::string bytes;
};

class RecordedFile final : public WritableFile {
 public:
  explicit RecordedFile(FileCalls* calls) : calls_(calls) {}
  Status Append(std::span<const Slice> pieces) override {
    size_t size = 0;
    for (const Slice piece : pieces) {
      size += piece.size();
      calls_->bytes.append(piece);
    }
    calls_->appends.push_back(size);
    return Status::Ok();
  }
  void StartWriteback() override { ++calls_->writebacks; }
  Status Sync() override {
    ++calls_->syncs;
    return Status::Ok();
  }
  Status Extend(uint64_t) override { return Status::Ok(); }
  Status Trim() override { return Status::Ok(); }
  Status Close() override {
    ++calls_->closes;
    return Status::Ok();
  }
  uint64_t Size() const override { return calls_->bytes.size(); }

 private:
  FileCalls* const calls_;
};

TEST(TableOutput, GathersAppendsStartsWritebackAndKeepsTheDigest) {
  FileCalls calls;
  TableOutput output(std::make_unique<RecordedFile>(&calls));
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    const auto size = static_cast<size_t>(i == 700 ? 300'000 : 1000 + i);
    const std::string piece(size, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(output.Append(piece).ok());
    all += piece;
  }
  EXPECT_EQ(calls.syncs, 0);
  ASSERT_TRUE(output.Finish().ok());
  EXPECT_EQ(calls.bytes, all);
  EXPECT_EQ(output.offset(), all.size());
  EXPECT_EQ(output.digest(), Crc32c(all));
  for (size_t i = 0; i + 1 < calls.appends.size(); ++i) EXPECT_GE(calls.appends[i], 64u << 10);
  EXPECT_GE(calls.writebacks, 3);
  EXPECT_LE(calls.writebacks, 4);
  EXPECT_EQ(calls.syncs, 1);
  EXPECT_EQ(calls.closes, 1);
}

class TableBuilding : public testing::Test {
 protected:
  std::unique_ptr<TableBuilder> NewBuilder(const TableOptions& options = {}) {
    std::unique_ptr<WritableFile> file;
    EXPECT_TRUE(world_.env().NewWritableFile("t", WriteMode::kCreate, &file).ok());
    return TableBuilder::Create(std::move(file), world_.identity(), options);
  }
  TableWorld world_;
};

TEST_F(TableBuilding, AfterAFailedAppendGivesTheSameFailureAndWritesNoMore) {
  const auto builder = NewBuilder();
  world_.env().FailAppend(1);
  Status failure;
  int added = 0;
  Random random(1);
  for (; failure.ok() && added < 1000; ++added) {
    std::string value(1000, '\0');
    for (char& c : value) c = static_cast<char>(random.Below(256));
    failure = builder->Add(InternalKey(std::to_string(10'000 + added), 1), value);
  }
  ASSERT_TRUE(failure.Is(StatusCode::kIoError));
  const int calls = world_.env().writable_calls();
  EXPECT_EQ(builder->Add(InternalKey("z", 1), "").ToString(), failure.ToString());
  TableInfo info;
  EXPECT_EQ(builder->Finish(&info).ToString(), failure.ToString());
  EXPECT_EQ(world_.env().writable_calls(), calls);
}

TEST_F(TableBuilding, AFailedSyncFailsTheFinish) {
  const auto builder = NewBuilder();
  ASSERT_TRUE(builder->Add(InternalKey("a", 1), "value").ok());
  world_.env().FailSync(1);
  TableInfo info;
  EXPECT_TRUE(builder->Finish(&info).Is(StatusCode::kIoError));
}

TEST_F(TableBuilding, EstimatesItsSizeWell) {
  TableOptions options;
  options.compression = Compression::kNone;
  const auto builder = NewBuilder(options);
  for (int i = 0; i < 5000; ++i) {
    const std::string key = InternalKey(std::to_string(10'000 + i), 1);
    ASSERT_TRUE(builder->Add(key, std::string(100, 'v')).ok());
  }
  const auto estimated = static_cast<double>(builder->EstimatedSize());
  TableInfo info;
  ASSERT_TRUE(builder->Finish(&info).ok());
  EXPECT_NEAR(estimated, static_cast<double>(info.file_size), 1000);
}

using TableBuildingDeathTest = TableBuilding;

TEST_F(TableBuildingDeathTest, StopsACallerWhoseEntriesDoNotRise) {
  const auto builder = NewBuilder();
  ASSERT_TRUE(builder->Add(InternalKey("b", 5), "").ok());
  EXPECT_DEATH((void)builder->Add(InternalKey("b", 5), ""), "check failed");
  EXPECT_DEATH((void)builder->Add(InternalKey("a", 9), ""), "check failed");
  EXPECT_DEATH((void)builder->Add(InternalKey("c", 9, EntryKind{3}), ""), "check failed");
  EXPECT_DEATH((void)builder->Add("short", ""), "check failed");
}

}  // namespace
}  // namespace ledgerstone
