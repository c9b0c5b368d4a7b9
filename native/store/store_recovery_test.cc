// What opening makes of a damaged log: the unsynced tail is cut and reported, damage below a
// durable promise or in place of what a clean close left is refused, and a refusal changes nothing.
#include <gtest/gtest.h>

#include "base/file_header.h"
#include "base/namespace_options.h"
#include "base/text.h"
#include "log/format.h"
#include "log/scan.h"
#include "log/writer.h"
#include "store/batch_format.h"
#include "testing/log_builder.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class StoreRecovery : public testing::Test {
 protected:
  static constexpr char kLog[] = "000001.wal";

  static std::string Key(size_t number) { return "key" + std::to_string(number); }
  static std::string Value(size_t number, size_t size) {
    return std::string(size, static_cast<char>('a' + number));
  }

  void SetUp() override {
    ASSERT_TRUE(world_.Open().ok());
    id_ = world_.Open("a");
    ASSERT_NE(id_, 0u);
  }

  // Puts the next key; its record ends where the log then ends.
  void Put(size_t value_size, Durability durability) {
    const size_t number = ends_.size();
    ASSERT_TRUE(world_.Put(id_, Key(number), Value(number, value_size), durability).ok());
    ends_.push_back(LogBytes().size());
    value_size_ = value_size;
  }

  std::string LogBytes() const { return env_.ReadImage(StoreWorld::PathOf(kLog)).value_or(""); }

  void WaitForIdlePromise() {
    const size_t before = LogBytes().size();
    for (int jobs = 0; jobs < 100 && LogBytes().size() == before; ++jobs) {
      ASSERT_TRUE(world_.scheduler().RunOne());
    }
    ASSERT_EQ(LogBytes().size(), before + log::kRecordHeaderSize);
  }

  void Kill() {
    world_.Kill();
    image_ = env_.Snapshot();
  }

  // The disk as it was when the process died, but for the log.
  void RestoreWithLog(const std::string& bytes) {
    env_.Restore(image_);
    env_.WriteImage(StoreWorld::PathOf(kLog), bytes);
  }

  // The disk as it was when the process died, with one more record in the log, written by its own
  // writer.
  void AppendRecord(Slice payload, uint32_t entries) {
    env_.Restore(image_);
    FileHeader header;
    ASSERT_TRUE(DecodeFileHeader(LogBytes(), kLog, &header).ok());
    log::ScanResult scan;
    const std::string path = StoreWorld::PathOf(kLog);
    ASSERT_TRUE(log::ScanSegment(
                    &env_, path, kLog, FileKind::kLog, header.store_id, 1,
                    [](const log::RecordHeader&, uint64_t, Slice) { return Status::Ok(); }, &scan)
                    .ok());
    std::unique_ptr<log::Writer> writer;
    ASSERT_TRUE(log::Writer::Reopen(&env_, path, {FileKind::kLog, header.store_id, 1}, ends_.back(),
                                    scan.chain, scan.last_sequence, &writer)
                    .ok());
    ASSERT_TRUE(writer
                    ->Append({log::RecordType::kBatch, scan.last_sequence + 1, entries},
                             std::span(&payload, 1))
                    .ok());
    ASSERT_TRUE(writer->Sync().ok());
    ASSERT_TRUE(writer->Close().ok());
  }

  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const std::string& path : env_.ListImages()) {
      files[path] = env_.ReadImage(path).value_or("");
    }
    return files;
  }

  // Opens, expects exactly the first of the keys, closes, and expects the same without a cut.
  void ExpectFirstKeys(size_t count, OpenReport* report) {
    StoreWorld world(&env_, 2);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    *report = world.store().report();
    KeyValues expected;
    for (size_t i = 0; i < count; ++i) expected[Key(i)] = Value(i, value_size_);
    StoreState state;
    ASSERT_TRUE(world.ReadAll(&state).ok());
    ASSERT_EQ(state["a"], expected);
    ASSERT_TRUE(world.Close().ok());
    ASSERT_TRUE(world.Open().ok());
    EXPECT_EQ(world.store().report().cut_bytes, 0u);
    ASSERT_TRUE(world.ReadAll(&state).ok());
    ASSERT_EQ(state["a"], expected);
  }

  void ExpectRefusal(uint64_t offset) {
    const auto before = Files();
    StoreWorld world(&env_, 2);
    const Status opened = world.Open();
    ASSERT_TRUE(opened.Is(StatusCode::kCorruption)) << opened.ToString();
    EXPECT_EQ(opened.place().file, kLog) << opened.ToString();
    EXPECT_EQ(opened.place().offset, offset) << opened.ToString();
    EXPECT_EQ(Files(), before);
  }

  // Where the record begins that holds the byte; 0 in the file header.
  static uint64_t RecordAt(const std::string& bytes, uint64_t offset) {
    if (offset < kFileHeaderSize) return 0;
    uint64_t begin = kFileHeaderSize;
    for (;;) {
      const uint64_t end = begin + log::RecordSize(DecodeFixed32(bytes.data() + begin + 12));
      if (offset < end) return begin;
      begin = end;
    }
  }

  // Offsets below are those of records, up to the end of the file.
  static StoreOptions WithoutLogSpace() {
    StoreOptions options = TinyStoreOptions();
    options.log_space_bytes = 0;
    return options;
  }

  SimulatedEnv env_{5};
  StoreWorld world_{&env_, 5, WithoutLogSpace()};
  NamespaceId id_ = 0;
  std::vector<uint64_t> ends_;
  size_t value_size_ = 0;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_F(StoreRecovery, CutsATailTornAtAnyByteAndReportsTheCut) {
  for (int i = 0; i < 5; ++i) Put(50, Durability::kOs);
  Kill();
  const std::string whole = LogBytes();
  const uint64_t begin = ends_[3];
  ASSERT_EQ(ends_[4], whole.size());
  for (uint64_t size = begin; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    RestoreWithLog(whole.substr(0, size));
    OpenReport report;
    ExpectFirstKeys(4, &report);
    if (HasFatalFailure()) return;
    EXPECT_FALSE(report.clean_close);
    EXPECT_EQ(report.cut_bytes, log::ContentBeyond(Slice(whole).substr(0, size), begin));
    EXPECT_FALSE(report.valid_beyond_cut);
    EXPECT_EQ(report.cut_file, size == begin ? "" : kLog);
    EXPECT_EQ(report.cut_offset, size == begin ? 0 : begin);
  }
  RestoreWithLog(whole);
  OpenReport report;
  ExpectFirstKeys(5, &report);
  EXPECT_EQ(report.cut_bytes, 0u);
}

TEST_F(StoreRecovery, CutsAtAFlippedByteThatWasNeverPromised) {
  for (int i = 0; i < 4; ++i) Put(50, Durability::kOs);
  Kill();
  const std::string whole = LogBytes();
  for (uint64_t offset = ends_[1]; offset < whole.size(); ++offset) {
    SCOPED_TRACE(offset);
    std::string damaged = whole;
    damaged[offset] = static_cast<char>(damaged[offset] ^ 0x10);
    RestoreWithLog(damaged);
    const size_t kept = offset < ends_[2] ? 2 : 3;
    OpenReport report;
    ExpectFirstKeys(kept, &report);
    if (HasFatalFailure()) return;
    EXPECT_EQ(report.cut_file, kLog);
    EXPECT_EQ(report.cut_offset, ends_[kept - 1]);
    EXPECT_EQ(report.cut_bytes, log::ContentBeyond(damaged, ends_[kept - 1]));
    EXPECT_EQ(report.valid_beyond_cut, kept == 2);
  }
}

TEST_F(StoreRecovery, RefusesAFlippedByteBelowAPromise) {
  for (int i = 0; i < 3; ++i) Put(50, Durability::kDisk);
  WaitForIdlePromise();
  Kill();
  const std::string whole = LogBytes();
  for (uint64_t offset = 0; offset < ends_.back(); ++offset) {
    SCOPED_TRACE(offset);
    std::string damaged = whole;
    damaged[offset] = static_cast<char>(damaged[offset] ^ 0x04);
    RestoreWithLog(damaged);
    ExpectRefusal(RecordAt(whole, offset));
    if (HasFatalFailure()) return;
  }
  std::string damaged = whole;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  RestoreWithLog(damaged);
  OpenReport report;
  ExpectFirstKeys(3, &report);
  EXPECT_EQ(report.cut_bytes, log::kRecordHeaderSize);
}

TEST_F(StoreRecovery, RefusesASoundRecordWhoseBatchIsNotWhatItSays) {
  Put(50, Durability::kDisk);
  Kill();
  WriteBatch batch;
  batch.Put(id_, "another", "value");
  const Slice whole(batch.bytes());
  std::string crossed, timeless, nameless, created, dropped, garbled;
  AppendBatchEntry(&crossed, {EntryKind::kRangeDelete, id_, "b", "a"});
  AppendBatchEntry(&timeless, {EntryKind::kPutExpiring, id_, "another", "soon"});
  AppendBatchEntry(&nameless, {EntryKind::kPut, id_, "", "value"});
  AppendBatchEntry(&created, {EntryKind::kCreateNamespace, id_, "a", EncodeNamespaceOptions({})});
  AppendBatchEntry(&dropped, {EntryKind::kDropNamespace, id_ + 1, "", ""});
  AppendBatchEntry(&garbled, {EntryKind::kCreateNamespace, id_ + 1, "b", "\x63"});
  const std::vector<std::pair<Slice, uint32_t>> lies = {
      {whole, 2},      {whole.substr(0, whole.size() - 1), 1},
      {"\x07\x07", 1}, {"", 1},
      {"", 0},         {crossed, 1},
      {timeless, 1},   {nameless, 1},
      {created, 1},    {dropped, 1},
      {garbled, 1}};
  for (const auto& [payload, entries] : lies) {
    SCOPED_TRACE(HexBytes(payload));
    AppendRecord(payload, entries);
    ExpectRefusal(ends_.back());
  }
}

TEST_F(StoreRecovery, PassesOverEntriesOfANamespaceThatIsNotThere) {
  Put(50, Durability::kDisk);
  Kill();
  WriteBatch batch;
  batch.Put(id_ + 7, "nowhere", "value");
  batch.DeleteRange(id_ + 7, "a", "b");
  AppendRecord(batch.bytes(), batch.count());
  OpenReport report;
  ExpectFirstKeys(1, &report);
  EXPECT_EQ(report.replayed_records, 2u) << "the key, with its namespace, and this";
}

TEST_F(StoreRecovery, TellsWhenARecordNeedsMoreMemoryThanItsSegmentCan) {
  Put(50, Durability::kDisk);
  Kill();
  AppendRecord("short", 1u << 30);
  const auto before = Files();
  StoreWorld world(&env_, 2);
  EXPECT_EQ(world.Open().ToString(), "NO_MEMORY: no memory to replay 000001.wal");
  EXPECT_EQ(Files(), before);
}

TEST_F(StoreRecovery, KeepsAPrefixOfRecordsThatAPowerCutReordered) {
  constexpr size_t kRecords = 5;
  for (size_t i = 0; i < kRecords; ++i) Put(600, Durability::kOs);
  Kill();
  const std::string whole = LogBytes();
  std::map<bool, int> cuts;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    env_.Restore(image_);
    env_.Crash({seed, CrashMode::kTearAndReorder, 512, false});
    const std::string left = LogBytes();
    size_t kept = 0;
    while (kept < kRecords && left.substr(0, ends_[kept]) == whole.substr(0, ends_[kept])) ++kept;
    if (kept == 0) continue;
    OpenReport report;
    ExpectFirstKeys(kept, &report);
    if (HasFatalFailure()) return;
    if (report.cut_bytes == 0) continue;
    EXPECT_EQ(report.cut_offset, ends_[kept - 1]);
    ++cuts[report.valid_beyond_cut];
  }
  EXPECT_GT(cuts[true], 0);
  EXPECT_GT(cuts[false], 0);
}

TEST_F(StoreRecovery, RefusesALogShorterThanItsCleanClose) {
  for (int i = 0; i < 3; ++i) Put(50, Durability::kOs);
  ASSERT_TRUE(world_.Close().ok());
  Kill();
  const std::string whole = LogBytes();
  for (uint64_t size = kFileHeaderSize; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    RestoreWithLog(whole.substr(0, size));
    ExpectRefusal(RecordAt(whole, size));
    if (HasFatalFailure()) return;
  }
  env_.Restore(image_);
  env_.RemoveImage(StoreWorld::PathOf(kLog));
  ExpectRefusal(FilePlace::kNoOffset);
}

TEST_F(StoreRecovery, TellsAFailedReadFromDamageAndCutsNothing) {
  for (int i = 0; i < 3; ++i) Put(50, Durability::kOs);
  Kill();
  env_.Restore(image_);
  Fault fault;
  fault.only_kind = DiskOperationKind::kRead;
  fault.only_file_kind = "wal";
  env_.SetFaultPlan(FaultPlan(fault));
  const auto before = Files();
  {
    StoreWorld world(&env_, 2);
    const Status opened = world.Open();
    EXPECT_TRUE(opened.Is(StatusCode::kIoError)) << opened.ToString();
  }
  EXPECT_EQ(env_.faults_fired(), 1u);
  EXPECT_EQ(Files(), before);
  OpenReport report;
  ExpectFirstKeys(3, &report);
  EXPECT_EQ(report.cut_bytes, 0u);
}

}  // namespace
}  // namespace ledgerstone
