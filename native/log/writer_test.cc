#include "log/writer.h"

#include <gtest/gtest.h>

#include "log/record_reader.h"
#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

TEST(LogWriter, BeginsASegmentWithFileHeaderAndOpeningRecord) {
  LogBuilder builder;
  SegmentEnd previous;
  previous.segment = 6;
  previous.last_sequence = 41;
  previous.size = 500;
  previous.chain = 17;
  previous.closing_checksum = 18;
  builder.Create(7, previous);
  EXPECT_EQ(builder.writer().size(), kFileHeaderSize + RecordSize(kSegmentEndSize));
  EXPECT_EQ(builder.writer().last_sequence(), 41u);
  const ScanResult scan = builder.MustScan(7);
  ASSERT_TRUE(scan.opened);
  EXPECT_EQ(scan.opening, previous);
  ASSERT_EQ(builder.visited().size(), 1u);
  EXPECT_EQ(builder.visited()[0].header.previous_checksum, 18u);
  EXPECT_EQ(builder.visited()[0].header.durable_offset, 0u);
}

TEST(LogWriter, RefusesToCreateOverAnExistingFile) {
  LogBuilder builder;
  builder.Create(1);
  std::unique_ptr<Writer> second;
  EXPECT_FALSE(
      Writer::Create(&builder.env(), SegmentPath(1), builder.Identity(1), {}, &second).ok());
  EXPECT_EQ(second, nullptr);
}

TEST(LogWriter, JoinsThePiecesOfAPayloadAndPadsWithZeros) {
  LogBuilder builder;
  builder.Create(1);
  const uint64_t begin = builder.writer().size();
  const Slice pieces[] = {"abc", "", "defg", "hi"};
  ASSERT_TRUE(builder.writer().Append({RecordType::kBatch, 1, 2}, pieces).ok());
  EXPECT_EQ(builder.Bytes(1).substr(begin + kRecordHeaderSize), "abcdefghi" + std::string(7, '\0'));
  const ScanResult scan = builder.MustScan(1);
  EXPECT_EQ(builder.Batches(), std::vector<std::string>{"abcdefghi"});
  EXPECT_EQ(scan.first_sequence, 1u);
  EXPECT_EQ(scan.last_sequence, 2u);
  EXPECT_EQ(scan.good_size, builder.writer().size());
  EXPECT_EQ(scan.chain, builder.writer().chain());
}

TEST(LogWriter, PromisesWhatTheLastSyncMadeDurable) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  builder.Sync();
  const uint64_t durable = builder.writer().size();
  builder.Append("two");
  builder.Append("three");
  EXPECT_EQ(builder.writer().durable_size(), durable);
  builder.MustScan(1);
  ASSERT_EQ(builder.visited().size(), 4u);
  EXPECT_EQ(builder.visited()[1].header.durable_offset, 0u);
  EXPECT_EQ(builder.visited()[2].header.durable_offset, durable);
  EXPECT_EQ(builder.visited()[3].header.durable_offset, durable);
}

TEST(LogWriter, OwesAPromiseForDurableBytesUntilOneRecordCarriesIt) {
  LogBuilder builder;
  builder.Create(1);
  EXPECT_FALSE(builder.writer().OwesPromise());
  builder.Append("one");
  EXPECT_FALSE(builder.writer().OwesPromise());
  builder.Sync();
  EXPECT_TRUE(builder.writer().OwesPromise());
  ASSERT_TRUE(builder.writer().AppendPromise().ok());
  EXPECT_FALSE(builder.writer().OwesPromise());
  builder.Sync();
  EXPECT_FALSE(builder.writer().OwesPromise()) << "a promise needs no promise";
  builder.Append("two");
  EXPECT_FALSE(builder.writer().OwesPromise());
  builder.Sync();
  EXPECT_TRUE(builder.writer().OwesPromise());
  builder.Append("three");
  EXPECT_FALSE(builder.writer().OwesPromise()) << "the next batch carried it";
  builder.Sync();
  builder.Finish();
  EXPECT_FALSE(builder.writer().OwesPromise());
}

TEST(LogWriter, EndsASegmentWithAClosingRecordThatTheNextOneRepeats) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  const uint64_t size = builder.writer().size();
  const uint32_t chain = builder.writer().chain();
  const SegmentEnd end = builder.Finish();
  EXPECT_EQ(end.segment, 1u);
  EXPECT_EQ(end.last_sequence, 1u);
  EXPECT_EQ(end.size, size);
  EXPECT_EQ(end.chain, chain);
  EXPECT_EQ(end.closing_checksum, builder.writer().chain());
  EXPECT_EQ(builder.writer().durable_size(), builder.writer().size());
  builder.Create(2, end);
  builder.Append("two");
  const ScanResult first = builder.MustScan(1);
  const ScanResult second = builder.MustScan(2);
  EXPECT_TRUE(first.closed);
  EXPECT_EQ(first.closing, end);
  EXPECT_EQ(second.opening, end);
  EXPECT_EQ(second.first_sequence, 2u);
}

TEST(LogWriter, TakesNothingAfterFinishOrClose) {
  LogBuilder builder;
  builder.Create(1);
  builder.Finish();
  const std::string bytes = builder.Bytes(1);
  const Slice payload = "late";
  SegmentEnd end;
  const Status appended =
      builder.writer().Append({RecordType::kBatch, 1, 1}, std::span(&payload, 1));
  EXPECT_TRUE(appended.Is(StatusCode::kClosed));
  EXPECT_TRUE(builder.writer().Finish(&end).Is(StatusCode::kClosed));
  EXPECT_TRUE(builder.writer().Close().ok());
  EXPECT_TRUE(builder.writer().Close().ok());
  EXPECT_TRUE(builder.writer().Sync().Is(StatusCode::kClosed));
  EXPECT_TRUE(builder.writer().failure().ok());
  EXPECT_EQ(builder.Bytes(1), bytes);
}

TEST(LogWriter, RefusesTypesThatAreItsOwnAndPayloadsOverTheLimit) {
  LogBuilder builder;
  builder.Create(1);
  const std::string bytes = builder.Bytes(1);
  const Slice half("never read", size_t{kPayloadBytesMax} / 2 + 1);
  const Slice pieces[] = {half, half};
  const Status appended = builder.writer().Append({RecordType::kBatch, 1, 1}, pieces);
  EXPECT_TRUE(appended.Is(StatusCode::kInvalidArgument));
  for (const RecordType type : {RecordType::kPromise, RecordType::kOpening, RecordType::kClosing}) {
    EXPECT_TRUE(builder.writer().Append({type, 1, 1}, {}).Is(StatusCode::kInvalidArgument));
  }
  EXPECT_TRUE(builder.writer().failure().ok());
  EXPECT_EQ(builder.Bytes(1), bytes);
}

TEST(LogWriterDeathTest, StopsWhenASequenceIsUsedTwice) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  EXPECT_DEATH((void)builder.writer().Append({RecordType::kBatch, 1, 1}, {}), "check failed");
}

// Every call answers with the first failure and the environment hears nothing of it.
void ExpectPoisoned(LogBuilder* builder, const std::string& operation) {
  Writer& writer = builder->writer();
  const int calls = builder->env().writable_calls();
  const std::string bytes = builder->Bytes(1);
  SegmentEnd end;
  const Status outcomes[] = {writer.Append({RecordType::kBatch, 90, 1}, {}), writer.AppendPromise(),
                             writer.Sync(), writer.Finish(&end), writer.Close()};
  writer.StartWriteback();
  for (const Status& outcome : outcomes) {
    EXPECT_TRUE(outcome.Is(StatusCode::kIoError));
    EXPECT_EQ(outcome.ToString(), writer.failure().ToString());
  }
  EXPECT_EQ(writer.failure().message().substr(0, operation.size()), operation);
  EXPECT_EQ(builder->env().writable_calls(), calls);
  EXPECT_EQ(builder->Bytes(1), bytes);
}

TEST(LogWriter, IsPoisonedByAFailedAppend) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  const uint64_t size = builder.writer().size();
  builder.env().FailAppend(1);
  EXPECT_TRUE(builder.writer().Append({RecordType::kBatch, 2, 1}, {}).Is(StatusCode::kIoError));
  EXPECT_EQ(builder.writer().size(), size);
  EXPECT_EQ(builder.writer().last_sequence(), 1u);
  ExpectPoisoned(&builder, "append");
}

TEST(LogWriter, IsPoisonedByAFailedSync) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  builder.env().FailSync(1);
  EXPECT_TRUE(builder.writer().Sync().Is(StatusCode::kIoError));
  EXPECT_EQ(builder.writer().durable_size(), 0u);
  ExpectPoisoned(&builder, "sync");
}

TEST(LogWriter, IsPoisonedByAFailureInsideFinish) {
  for (const bool append : {true, false}) {
    LogBuilder builder;
    builder.Create(1);
    append ? builder.env().FailAppend(1) : builder.env().FailSync(1);
    SegmentEnd end;
    EXPECT_FALSE(builder.writer().Finish(&end).ok());
    ExpectPoisoned(&builder, append ? "append" : "sync");
  }
}

TEST(LogWriter, IsNotHandedOutWhenItsFirstBytesFail) {
  for (const int append : {1, 2}) {
    LogBuilder builder;
    builder.env().FailAppend(append);
    std::unique_ptr<Writer> writer;
    EXPECT_FALSE(
        Writer::Create(&builder.env(), SegmentPath(1), builder.Identity(1), {}, &writer).ok());
    EXPECT_EQ(writer, nullptr);
  }
}

// Records of 48 bytes, each synced.
void AppendSmall(LogBuilder* builder, int count) {
  for (int i = 0; i < count; ++i) {
    builder->Append("small");
    builder->Sync();
  }
}

TEST(LogWriter, SyncsSmallRecordsIntoZerosThatAreThereAlready) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  AppendSmall(&builder, 1);
  const uint64_t length = builder.writer().size() + 4096;
  EXPECT_EQ(builder.Bytes(1).size(), length);
  const int calls = builder.env().writable_calls();
  AppendSmall(&builder, 85);
  EXPECT_EQ(builder.env().writable_calls(), calls + 170) << "an append and a sync each";
  EXPECT_EQ(builder.Bytes(1).size(), length);
  AppendSmall(&builder, 1);
  EXPECT_EQ(builder.Bytes(1).size(), builder.writer().size() + 4096);
  EXPECT_EQ(builder.env().writable_calls(), calls + 173);
  const ScanResult scan = builder.MustScan(1);
  EXPECT_EQ(builder.Batches().size(), 87u);
  EXPECT_EQ(scan.good_size, builder.writer().size());
  EXPECT_TRUE(scan.has_space());
}

TEST(LogWriter, PutsNoZerosAheadOfALogThatIsWrittenInBulk) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  for (int i = 0; i < 30; ++i) {
    builder.Append(std::string(100, 'b'));
    if (i % 3 == 2) builder.Sync();
  }
  EXPECT_EQ(builder.Bytes(1).size(), builder.writer().size());
}

TEST(LogWriter, LeavesNoZerosBehindWhenItFinishesOrCloses) {
  for (const bool finish : {true, false}) {
    LogBuilder builder(TestStoreId(), 4096);
    builder.Create(1);
    AppendSmall(&builder, 3);
    ASSERT_GT(builder.Bytes(1).size(), builder.writer().size());
    if (finish) {
      builder.Finish();
    } else {
      ASSERT_TRUE(builder.writer().Close().ok());
    }
    EXPECT_EQ(builder.Bytes(1).size(), builder.writer().size());
    const ScanResult scan = builder.MustScan(1);
    EXPECT_EQ(scan.closed, finish);
    EXPECT_FALSE(scan.has_space());
    EXPECT_EQ(builder.Batches().size(), 3u);
  }
}

TEST(LogWriter, TakesSpaceAwayUnderAReaderOfTheDurablePart) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  AppendSmall(&builder, 3);
  const uint64_t end = builder.writer().size();
  std::unique_ptr<RandomAccessFile> opened;
  ASSERT_TRUE(builder.env().NewRandomAccessFile(SegmentPath(1), &opened).ok());
  const std::shared_ptr<const RandomAccessFile> source = std::move(opened);
  RecordReader reader(source, "000001.wal", FileSeed(TestStoreId(), 1), kFileHeaderSize, end, 48);
  int records = 0;
  RecordHeader header;
  Slice payload;
  for (; !reader.AtEnd(); ++records) {
    const Status status = reader.Next(&header, &payload);
    ASSERT_TRUE(status.ok()) << status.ToString();
    if (records == 0) builder.Finish();
  }
  EXPECT_EQ(records, 4);
}

TEST(LogWriter, GoesOnWithoutSpaceWhereNoneCanBeMade) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  builder.env().FailExtend(1);
  AppendSmall(&builder, 40);
  EXPECT_TRUE(builder.writer().failure().ok());
  EXPECT_EQ(builder.writer().durable_size(), builder.writer().size());
  EXPECT_EQ(builder.Bytes(1).size(), builder.writer().size());
  builder.Finish();
  builder.MustScan(1);
  EXPECT_EQ(builder.Batches().size(), 40u);
}

TEST(LogWriter, IsPoisonedWhenTheZerosCannotBeTakenAwayAtTheEnd) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  AppendSmall(&builder, 1);
  builder.env().FailTrim(1);
  SegmentEnd end;
  EXPECT_FALSE(builder.writer().Finish(&end).ok());
  ExpectPoisoned(&builder, "trim");
}

TEST(LogWriter, ClosesItsFileAndTellsWhenTheZerosCannotBeTakenAway) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  AppendSmall(&builder, 1);
  builder.env().FailTrim(1);
  const int calls = builder.env().writable_calls();
  EXPECT_TRUE(builder.writer().Close().Is(StatusCode::kIoError));
  EXPECT_EQ(builder.env().writable_calls(), calls + 2);
  EXPECT_TRUE(builder.writer().Close().ok()) << "once";
  EXPECT_EQ(builder.env().writable_calls(), calls + 2);
}

TEST(LogWriter, WritesRecordsWithoutEntriesAndEditsWhosePositionsAreTheirOwn) {
  LogBuilder builder;
  builder.Create(1);
  const Slice payload = "payload";
  Writer& writer = builder.writer();
  ASSERT_TRUE(writer.Append({RecordType::kEvents, 5, 2}, std::span(&payload, 1)).ok());
  EXPECT_EQ(writer.last_sequence(), 6u);
  ASSERT_TRUE(writer.Append({RecordType::kBatch, 0, 0}, std::span(&payload, 1)).ok());
  ASSERT_TRUE(writer.Append({RecordType::kEdit, 1, 1}, std::span(&payload, 1)).ok());
  EXPECT_EQ(writer.last_sequence(), 6u) << "neither uses a sequence";
  writer.StartWriteback();
  EXPECT_EQ(builder.MustScan(1).last_sequence, 6u);
  EXPECT_EQ(builder.visited().size(), 4u);
}

TEST(LogWriter, PutsNoZerosIntoASegmentThatItOnlyReopensToFinish) {
  LogBuilder builder(TestStoreId(), 4096);
  builder.Create(1);
  builder.Append("one");
  const ScanResult scan = builder.MustScan(1);
  std::unique_ptr<Writer> writer;
  ASSERT_TRUE(Writer::Reopen(&builder.env(), SegmentPath(1), builder.Identity(1), scan.good_size,
                             scan.chain, scan.last_sequence, &writer)
                  .ok());
  EXPECT_EQ(builder.Bytes(1).size(), scan.good_size);
}

TEST(LogWriter, GoesOnInARecoveredSegmentAfterSyncingIt) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  const ScanResult scan = builder.MustScan(1);
  std::unique_ptr<Writer> writer;
  const int calls = builder.env().writable_calls();
  ASSERT_TRUE(Writer::Reopen(&builder.env(), SegmentPath(1), builder.Identity(1), scan.good_size,
                             scan.chain, scan.last_sequence, &writer)
                  .ok());
  EXPECT_EQ(builder.env().writable_calls(), calls + 1);
  EXPECT_EQ(writer->durable_size(), scan.good_size);
  EXPECT_TRUE(writer->OwesPromise());
  const Slice payload = "two";
  ASSERT_TRUE(writer->Append({RecordType::kBatch, 2, 1}, std::span(&payload, 1)).ok());
  SegmentEnd end;
  ASSERT_TRUE(writer->Finish(&end).ok());
  const ScanResult after = builder.MustScan(1);
  EXPECT_EQ(builder.Batches(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(after.durable_promise, scan.good_size);
  EXPECT_TRUE(after.closed);
}

TEST(LogWriter, RefusesToGoOnInAFileOfAnotherSizeOrWhenTheSyncFails) {
  LogBuilder builder;
  builder.Create(1);
  builder.Append("one");
  const ScanResult scan = builder.MustScan(1);
  std::unique_ptr<Writer> writer;
  builder.env().FailSync(1);
  EXPECT_TRUE(Writer::Reopen(&builder.env(), SegmentPath(1), builder.Identity(1), scan.good_size,
                             scan.chain, 1, &writer)
                  .Is(StatusCode::kIoError));
  builder.Bytes(1) += "torn";
  const Status status = Writer::Reopen(&builder.env(), SegmentPath(1), builder.Identity(1),
                                       scan.good_size, scan.chain, 1, &writer);
  EXPECT_TRUE(status.Is(StatusCode::kCorruption));
  EXPECT_EQ(status.place().offset, scan.good_size);
  EXPECT_EQ(writer, nullptr);
  EXPECT_TRUE(Writer::Reopen(&builder.env(), SegmentPath(2), builder.Identity(2), scan.good_size,
                             scan.chain, 1, &writer)
                  .Is(StatusCode::kNotFound));
}

}  // namespace
}  // namespace ledgerstone::log
