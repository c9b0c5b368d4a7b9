#include "log/scan.h"

#include <gtest/gtest.h>

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "log/read_window.h"
#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kOpeningEnd = kFileHeaderSize + kRecordHeaderSize + kSegmentEndSize;

// Three batches of different padding in segment 7, synced after `synced` of them.
struct Example {
  explicit Example(int synced = 3) {
    builder.Create(7);
    const char* payloads[] = {"one", "the second", "third..!"};
    for (int i = 0; i < 3; ++i) {
      ends[i] = builder.Append(payloads[i]);
      if (i + 1 == synced) builder.Sync();
    }
  }
  uint64_t End(int records) const { return records == 0 ? kOpeningEnd : ends[records - 1]; }
  LogBuilder builder;
  uint64_t ends[3] = {};
};

// Rewrites the header checksum of the record at `offset`, as a writer of those bytes would.
void Forge(std::string* bytes, uint64_t offset) {
  RecordHeader header;
  char* at = bytes->data() + offset;
  const uint32_t seed = Crc32cSeed(FileSeed(TestStoreId(), 7), offset);
  header.payload_size = DecodeFixed32(at + 12);
  EncodeFixed(at + 4, Crc32cExtend(seed, Slice(at + kRecordHeaderSize, header.payload_size)));
  EncodeFixed(at, Crc32cExtend(seed, Slice(at + 4, kRecordHeaderSize - 4)));
}

TEST(LogScan, HandsOnEveryRecordWithItsPlace) {
  Example example;
  ASSERT_TRUE(example.builder.writer().AppendPromise().ok());
  const SegmentEnd end = example.builder.Finish();
  const ScanResult scan = example.builder.MustScan(7);
  const auto& visited = example.builder.visited();
  ASSERT_EQ(visited.size(), 6u);
  EXPECT_EQ(visited[0].offset, kFileHeaderSize);
  EXPECT_EQ(visited[2].offset, example.End(1));
  EXPECT_EQ(visited[2].payload, "the second");
  EXPECT_EQ(visited[4].header.type, RecordType::kPromise);
  EXPECT_EQ(visited[5].header.type, RecordType::kClosing);
  EXPECT_TRUE(scan.header_whole && scan.opened && scan.closed);
  EXPECT_EQ(scan.closing, end);
  EXPECT_EQ(scan.break_reason, "");
  EXPECT_EQ(scan.good_size, scan.file_size);
  EXPECT_EQ(scan.file, "000007.wal");
  EXPECT_EQ(scan.durable_promise, example.End(3));
}

TEST(LogScan, TellsTheChainAtAnOffset) {
  Example example;
  example.builder.MustScan(7);
  const uint32_t chain = example.builder.visited()[2].header.header_checksum;
  EXPECT_EQ(example.builder.MustScan(7, example.End(2)).chain_at, chain);
  EXPECT_EQ(example.builder.MustScan(7, example.End(2) + 8).chain_at, std::nullopt);
}

TEST(LogScan, CutsATornTailAtTheRecordBoundaryForEveryLength) {
  const Example example(0);
  Example torn(0);
  const std::string whole = torn.builder.Bytes(7);
  for (size_t size = 0; size < whole.size(); ++size) {
    torn.builder.Bytes(7) = whole.substr(0, size);
    const ScanResult scan = torn.builder.MustScan(7);
    uint64_t expected = size < kFileHeaderSize ? 0 : kFileHeaderSize;
    for (int i = 0; i <= 3; ++i) {
      if (size >= example.End(i)) expected = example.End(i);
    }
    EXPECT_EQ(scan.good_size, expected) << size;
    EXPECT_EQ(scan.break_reason.empty(), size == expected) << size;
    EXPECT_FALSE(scan.valid_beyond) << size;
    EXPECT_FALSE(scan.header_garbled) << size;
    EXPECT_EQ(scan.header_whole, size >= kFileHeaderSize) << size;
  }
}

TEST(LogScan, NoticesEveryFlippedBit) {
  Example example;
  example.builder.Finish();
  const std::string whole = example.builder.Bytes(7);
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string& bytes = example.builder.Bytes(7);
    bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const ScanResult scan = example.builder.MustScan(7);
    EXPECT_NE(scan.break_reason, "") << "bit " << bit;
    EXPECT_LE(scan.good_size, bit / 8) << "bit " << bit;
    EXPECT_EQ(scan.header_garbled, bit / 8 < kFileHeaderSize) << "bit " << bit;
  }
}

TEST(LogScan, NoticesARecordThatWasRewrittenWithMatchingChecksums) {
  Example example;
  std::string& bytes = example.builder.Bytes(7);
  bytes[example.End(0) + kRecordHeaderSize] ^= 1;
  Forge(&bytes, example.End(0));
  const ScanResult scan = example.builder.MustScan(7);
  EXPECT_EQ(scan.good_size, example.End(1)) << "the forged record itself holds";
  EXPECT_EQ(scan.break_reason, "record does not follow the one before it");
  EXPECT_TRUE(scan.valid_beyond);
}

TEST(LogScan, NamesWhyItStopped) {
  const Example example;
  const std::string whole = Example().builder.Bytes(7);
  const auto reason = [&](size_t at, char value) {
    Example changed;
    changed.builder.Bytes(7)[at] = value;
    return changed.builder.MustScan(7).break_reason;
  };
  EXPECT_EQ(reason(0, 'X'), "not a Ledgerstone file");
  EXPECT_EQ(reason(30, 'X'), "file header checksum");
  EXPECT_EQ(reason(example.End(1) + 20, 'X'), "record header checksum");
  EXPECT_EQ(reason(example.End(1) + 40, 'X'), "record payload checksum");
  EXPECT_EQ(reason(example.End(2) - 1, 'X'), "record padding is not zero");
  Example zeros;
  zeros.builder.Bytes(7) += std::string(100, '\0') + "x";
  EXPECT_EQ(zeros.builder.MustScan(7).break_reason, "zeros where a record should be");
  Example closed;
  closed.builder.Finish();
  closed.builder.Bytes(7) += "more";
  const ScanResult scan = closed.builder.MustScan(7);
  EXPECT_EQ(scan.break_reason, "bytes after the closing record");
  EXPECT_TRUE(scan.closed);
  EXPECT_EQ(scan.good_size + 4, scan.file_size);
}

TEST(LogScan, TakesZerosBehindTheLastRecordForPreparedSpace) {
  for (const size_t zeros : {size_t{1}, size_t{8}, size_t{39}, size_t{40}, size_t{100},
                             size_t{1} << 20, (size_t{3} << 20) + 5}) {
    Example example;
    const uint64_t end = example.builder.writer().size();
    example.builder.Bytes(7) += std::string(zeros, '\0');
    const ScanResult scan = example.builder.MustScan(7);
    EXPECT_EQ(scan.break_reason, "") << zeros;
    EXPECT_TRUE(scan.has_space()) << zeros;
    EXPECT_EQ(scan.good_size, end) << zeros;
    EXPECT_EQ(scan.content_size, end) << zeros;
    EXPECT_EQ(scan.file_size, end + zeros);
    EXPECT_FALSE(scan.valid_beyond) << zeros;
  }
}

TEST(LogScan, TakesOneByteThatIsNotZeroForABreakWhereverItStands) {
  constexpr size_t kZeros = (size_t{2} << 20) + 20;
  Example example;
  const uint64_t end = example.builder.writer().size();
  std::string& bytes = example.builder.Bytes(7);
  bytes += std::string(kZeros, '\0');
  for (const size_t at : {size_t{0}, size_t{7}, size_t{39}, size_t{40}, (size_t{1} << 20) - 200,
                          (size_t{1} << 20) + 41, kZeros - 41, kZeros - 1}) {
    bytes[end + at] = 1;
    const ScanResult scan = example.builder.MustScan(7);
    EXPECT_NE(scan.break_reason, "") << at;
    EXPECT_EQ(scan.good_size, end) << at;
    EXPECT_EQ(scan.content_size, end + at + 1) << at;
    bytes[end + at] = 0;
  }
}

TEST(LogScan, SeesNoSpaceBeforeTheOpeningRecord) {
  Example example;
  std::string& bytes = example.builder.Bytes(7);
  bytes.replace(kFileHeaderSize, bytes.size() - kFileHeaderSize, bytes.size() - kFileHeaderSize,
                '\0');
  const ScanResult scan = example.builder.MustScan(7);
  EXPECT_EQ(scan.break_reason, "zeros where a record should be");
  EXPECT_FALSE(scan.opened);
}

TEST(LogScan, ReadsPreparedSpaceOnce) {
  LogBuilder builder;
  builder.Create(7);
  builder.Append("one");
  builder.Bytes(7) += std::string(size_t{3} << 20, '\0');
  const uint64_t before = builder.env().bytes_read();
  builder.MustScan(7);
  EXPECT_EQ(builder.env().bytes_read() - before, builder.Bytes(7).size());
}

TEST(LogScan, FindsRecordsAndPromisesBehindABreak) {
  Example example(1);
  std::string& bytes = example.builder.Bytes(7);
  bytes.replace(example.End(0), example.End(1) - example.End(0),
                std::string(example.End(1) - example.End(0), '\0'));
  const ScanResult scan = example.builder.MustScan(7);
  EXPECT_EQ(scan.good_size, example.End(0));
  EXPECT_TRUE(scan.valid_beyond);
  EXPECT_EQ(scan.durable_promise, example.End(1));
  EXPECT_EQ(scan.last_sequence_beyond, 3u);
  EXPECT_EQ(example.builder.Batches(), std::vector<std::string>{});
}

TEST(LogScan, TakesThePromiseOfATornRecordWhoseHeaderIsWhole) {
  Example example(2);
  std::string& bytes = example.builder.Bytes(7);
  bytes[example.End(0) + 4] ^= 1;
  bytes.resize(example.End(2) + kRecordHeaderSize);
  const ScanResult scan = example.builder.MustScan(7);
  EXPECT_EQ(scan.good_size, example.End(0));
  EXPECT_EQ(scan.durable_promise, example.End(2));
  EXPECT_TRUE(scan.valid_beyond);
}

TEST(LogScan, RefusesSwappedAndMovedRecords) {
  LogBuilder builder;
  builder.Create(7);
  const uint64_t first = builder.writer().size();
  const uint64_t second = builder.Append("same size A");
  const uint64_t end = builder.Append("same size B");
  const std::string whole = builder.Bytes(7);
  const std::string a = whole.substr(first, second - first);
  const std::string b = whole.substr(second, end - second);
  builder.Bytes(7) = whole.substr(0, first) + b + a;
  EXPECT_EQ(builder.MustScan(7).good_size, first);
  builder.Bytes(7) = whole + b;
  EXPECT_EQ(builder.MustScan(7).good_size, end);
  EXPECT_FALSE(builder.MustScan(7).valid_beyond);
}

TEST(LogScan, RefusesRecordsOfAnotherSegmentAndOfAnotherStore) {
  StoreId other_id = TestStoreId();
  other_id[0] = 'x';
  LogBuilder builder, other(other_id);
  builder.Create(7);
  const uint64_t first = builder.writer().size();
  builder.Append("payload");
  builder.Create(8);
  builder.Append("payload");
  other.Create(7);
  other.Append("payload");
  const std::string head = builder.Bytes(7).substr(0, first);
  for (const std::string& foreign : {builder.Bytes(8), other.Bytes(7)}) {
    builder.Bytes(7) = head + foreign.substr(first);
    const ScanResult scan = builder.MustScan(7);
    EXPECT_EQ(scan.good_size, first);
    EXPECT_EQ(scan.break_reason, "record header checksum");
    builder.Bytes(7) = foreign;
    ScanResult result;
    EXPECT_TRUE(builder.Scan(7, &result).Is(StatusCode::kCorruption));
  }
}

TEST(LogScan, RefusesAFileOfAnotherKindOrANewerFormat) {
  Example example;
  FileHeader header;
  header.store_id = TestStoreId();
  header.file_number = 7;
  header.kind = FileKind::kManifest;
  ScanResult result;
  example.builder.Bytes(7).replace(0, kFileHeaderSize, EncodeFileHeader(header));
  EXPECT_TRUE(example.builder.Scan(7, &result).Is(StatusCode::kCorruption));
  header.kind = FileKind::kLog;
  header.format_version = kFormatVersion + 1;
  example.builder.Bytes(7).replace(0, kFileHeaderSize, EncodeFileHeader(header));
  EXPECT_TRUE(example.builder.Scan(7, &result).Is(StatusCode::kFormatTooNew));
}

TEST(LogScan, RefusesSoundRecordsThatCannotBe) {
  const Example example;
  const auto scan = [&](uint64_t record, size_t field, char value) {
    Example changed;
    changed.builder.Bytes(7)[record + field] = value;
    Forge(&changed.builder.Bytes(7), record);
    ScanResult result;
    return changed.builder.Scan(7, &result);
  };
  const uint64_t last = example.End(2);
  EXPECT_TRUE(scan(last, 36, 9).Is(StatusCode::kNotSupported)) << "unknown type";
  EXPECT_TRUE(scan(last, 38, 1).Is(StatusCode::kNotSupported)) << "reserved byte";
  EXPECT_TRUE(scan(last, 36, 3).Is(StatusCode::kCorruption)) << "opening inside";
  EXPECT_TRUE(scan(last, 36, 4).Is(StatusCode::kCorruption)) << "closing without an end";
  EXPECT_TRUE(scan(last, 16, 2).Is(StatusCode::kCorruption)) << "sequence used twice";
  EXPECT_TRUE(scan(last, 31, 1).Is(StatusCode::kCorruption)) << "promise behind itself";
  EXPECT_TRUE(scan(kFileHeaderSize, 36, 1).Is(StatusCode::kCorruption)) << "no opening";
  EXPECT_TRUE(scan(kFileHeaderSize, 40, 9).Is(StatusCode::kCorruption)) << "follows a later one";
  EXPECT_EQ(scan(last, 16, 2).place().offset, last);
}

TEST(LogScan, RefusesAnOpeningOrAClosingRecordThatLies) {
  const auto scan = [](bool opening, size_t field) {
    Example changed;
    const uint64_t end = changed.builder.writer().size();
    changed.builder.Finish();
    const uint64_t record = opening ? kFileHeaderSize : end;
    changed.builder.Bytes(7)[record + kRecordHeaderSize + field] ^= 1;
    Forge(&changed.builder.Bytes(7), record);
    ScanResult result;
    return changed.builder.Scan(7, &result);
  };
  constexpr size_t kReserved = 28;
  EXPECT_EQ(scan(true, kReserved).message(), "opening record");
  for (size_t field = 0; field < kSegmentEndSize; ++field) {
    EXPECT_EQ(scan(false, field).message(), "closing record") << field;
  }
}

TEST(LogScan, RefusesARecordWhoseSequencesRunOver) {
  Example example;
  char* at = example.builder.Bytes(7).data() + example.End(2);
  EncodeFixed(at + 16, ~uint64_t{0});
  EncodeFixed(at + 32, uint32_t{2});
  Forge(&example.builder.Bytes(7), example.End(2));
  ScanResult result;
  const Status status = example.builder.Scan(7, &result);
  EXPECT_EQ(status.message(), "sequences run backwards");
  EXPECT_EQ(status.place().offset, example.End(2));
}

TEST(LogScan, NeverFollowsASizeBeyondTheFileOrTheLimit) {
  const Example example;
  for (const uint32_t size : {uint32_t{9}, uint32_t{1} << 29, kPayloadBytesMax + 1, ~uint32_t{0}}) {
    Example changed;
    char* at = changed.builder.Bytes(7).data() + example.End(2);
    EncodeFixed(at + 12, size);
    const uint32_t seed = Crc32cSeed(FileSeed(TestStoreId(), 7), example.End(2));
    EncodeFixed(at, Crc32cExtend(seed, Slice(at + 4, kRecordHeaderSize - 4)));
    const ScanResult scan = changed.builder.MustScan(7);
    EXPECT_EQ(scan.good_size, example.End(2));
    EXPECT_EQ(scan.break_reason, size > kPayloadBytesMax
                                     ? "record payload over the size limit"
                                     : "record reaches past the end of the file");
  }
}

TEST(LogScan, ReturnsAReadErrorAsSuch) {
  Example example;
  example.builder.Append(std::string(3 << 20, 'x'));
  for (int n = 1; n <= 2; ++n) {
    example.builder.env().FailRead(n);
    ScanResult result;
    EXPECT_TRUE(example.builder.Scan(7, &result).Is(StatusCode::kIoError)) << n;
  }
  ScanResult result;
  EXPECT_TRUE(example.builder.Scan(7, &result).ok());
  EXPECT_TRUE(example.builder.Scan(9, &result).Is(StatusCode::kNotFound));
}

// A header at the edge of what is read at a time, a payload over several chunks, a search behind a
// break: each takes reads of its own.
TEST(LogScan, ReturnsAReadErrorWhereverItComes) {
  LogBuilder builder;
  builder.Create(7);
  builder.Append(std::string(ReadWindow::kChunk - kOpeningEnd - kRecordHeaderSize - 16, 'x'));
  builder.Append(std::string(3 << 20, 'y'));
  const uint64_t last = builder.writer().size();
  builder.Append(std::string(3 << 20, 'z'));
  builder.Bytes(7)[last] ^= 1;
  int reads = 0;
  Status status;
  ScanResult result;
  do {
    builder.env().FailRead(++reads);
    status = builder.Scan(7, &result);
    EXPECT_TRUE(status.ok() || status.Is(StatusCode::kIoError)) << reads;
  } while (!status.ok());
  EXPECT_EQ(result.good_size, last);
  EXPECT_GE(reads, 6);
}

TEST(LogScan, TellsAFileThatBecomesShorterUnderItFromItsEnd) {
  Example example;
  example.builder.Append(std::string(3 << 20, 'x'));
  const auto cut = [&](const RecordHeader&, uint64_t, Slice) {
    example.builder.Bytes(7).resize(2 << 20);
    return Status::Ok();
  };
  ScanResult result;
  const Status status = ScanSegment(&example.builder.env(), SegmentPath(7), "000007.wal",
                                    FileKind::kLog, TestStoreId(), 7, cut, &result);
  EXPECT_TRUE(status.Is(StatusCode::kIoError)) << status.ToString();
  EXPECT_EQ(status.place().file, "000007.wal");
  EXPECT_EQ(status.place().offset, uint64_t{2} << 20);
}

TEST(LogScan, HandsBackTheVisitorsFailure) {
  Example example;
  int visits = 0;
  const auto visit = [&](const RecordHeader&, uint64_t offset, Slice) {
    ++visits;
    return offset < kOpeningEnd ? Status::Ok() : Status::Corruption("batch", {"here", offset});
  };
  ScanResult result;
  const Status status = ScanSegment(&example.builder.env(), SegmentPath(7), "000007.wal",
                                    FileKind::kLog, TestStoreId(), 7, visit, &result);
  EXPECT_TRUE(status.Is(StatusCode::kCorruption));
  EXPECT_EQ(status.place().offset, kOpeningEnd);
  EXPECT_EQ(visits, 2);
}

TEST(LogScan, ReadsRecordsLargerThanItsChunkAndLooksPastThem) {
  LogBuilder builder;
  builder.Create(7);
  std::vector<std::string> payloads;
  for (const size_t size : {size_t{3} << 20, size_t{5}, (size_t{1} << 20) - 200, size_t{700'001},
                            size_t{5} << 20, size_t{0}}) {
    payloads.emplace_back(size, static_cast<char>('a' + payloads.size()));
    builder.Append(payloads.back());
  }
  builder.Sync();
  const uint64_t durable = builder.writer().size();
  builder.Append("last");
  payloads.push_back("last");
  EXPECT_EQ(builder.MustScan(7).good_size, builder.writer().size());
  EXPECT_EQ(builder.Batches(), payloads);
  builder.Bytes(7)[kOpeningEnd + (2 << 20)] ^= 1;
  const ScanResult scan = builder.MustScan(7);
  EXPECT_EQ(scan.good_size, kOpeningEnd);
  EXPECT_EQ(scan.durable_promise, durable);
  EXPECT_EQ(scan.last_sequence_beyond, 7u);
}

TEST(LogScan, FindsARecordBehindABreakWhereverItStandsInAChunk) {
  for (uint64_t shift = 0; shift <= 96; shift += 8) {
    LogBuilder builder;
    builder.Create(7);
    const uint64_t record = builder.writer().size();
    const size_t size = (size_t{1} << 20) - 2 * kRecordHeaderSize - 48 + shift;
    builder.Append(std::string(size, 'x'));
    builder.Append("behind");
    builder.Bytes(7)[record] ^= 1;
    const ScanResult scan = builder.MustScan(7);
    EXPECT_TRUE(scan.valid_beyond) << shift;
    EXPECT_EQ(scan.last_sequence_beyond, 2u) << shift;
  }
}

}  // namespace
}  // namespace ledgerstone::log
