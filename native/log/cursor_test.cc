#include "log/cursor.h"

#include <gtest/gtest.h>

#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

struct Segment {
  Segment() {
    builder.Create(7);
    for (const char* payload : {"one", "the second", "third..!"}) {
      ends.push_back(builder.Append(payload));
    }
  }
  Status Open(uint64_t offset, std::unique_ptr<Cursor>* cursor) {
    return Cursor::Open(&builder.env(), SegmentPath(7), "000007.wal", TestStoreId(), 7, offset,
                        cursor);
  }
  LogBuilder builder;
  std::vector<uint64_t> ends;
};

// Everything up to `limit`; the failure it ended with, if any, in `status`.
std::vector<std::string> ReadTo(Cursor* cursor, uint64_t limit, Status* status) {
  std::vector<std::string> payloads;
  for (;;) {
    RecordHeader header;
    std::optional<Slice> payload;
    *status = cursor->Next(limit, &header, &payload);
    if (!status->ok() || !payload.has_value()) return payloads;
    payloads.emplace_back(*payload);
  }
}

using Payloads = std::vector<std::string>;

TEST(LogCursor, ReadsUpToALimitThatGrowsWhileTheSegmentDoes) {
  Segment segment;
  std::unique_ptr<Cursor> cursor;
  ASSERT_TRUE(segment.Open(0, &cursor).ok());
  Status status;
  EXPECT_EQ(ReadTo(cursor.get(), segment.ends[0], &status), Payloads({"one"}));
  EXPECT_EQ(ReadTo(cursor.get(), segment.ends[0], &status), Payloads());
  EXPECT_EQ(ReadTo(cursor.get(), segment.ends[2], &status), Payloads({"the second", "third..!"}));
  ASSERT_TRUE(segment.builder.writer().AppendPromise().ok());
  const uint64_t end = segment.builder.Append("fourth");
  EXPECT_EQ(ReadTo(cursor.get(), end, &status), Payloads({"fourth"}));
  EXPECT_FALSE(cursor->closed());
  (void)segment.builder.Finish();
  EXPECT_EQ(ReadTo(cursor.get(), Cursor::kNoLimit, &status), Payloads());
  EXPECT_TRUE(status.ok() && cursor->closed());
}

TEST(LogCursor, BeginsAtTheEndOfAnyRecord) {
  Segment segment;
  std::unique_ptr<Cursor> cursor;
  ASSERT_TRUE(segment.Open(segment.ends[1], &cursor).ok());
  Status status;
  EXPECT_EQ(ReadTo(cursor.get(), segment.ends[2], &status), Payloads({"third..!"}));
}

TEST(LogCursor, TellsEveryFlippedBitAndEveryMissingByte) {
  Segment segment;
  (void)segment.builder.Finish();
  const std::string whole = segment.builder.Bytes(7);
  for (size_t at = 0; at < whole.size(); ++at) {
    segment.builder.Bytes(7) = whole;
    segment.builder.Bytes(7)[at] = static_cast<char>(whole[at] ^ 0x10);
    std::unique_ptr<Cursor> cursor;
    ASSERT_TRUE(segment.Open(0, &cursor).ok());
    Status status;
    (void)ReadTo(cursor.get(), Cursor::kNoLimit, &status);
    EXPECT_FALSE(status.ok()) << "byte " << at;
    EXPECT_EQ(status.place().file, "000007.wal");
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    segment.builder.Bytes(7) = whole.substr(0, size);
    std::unique_ptr<Cursor> cursor;
    ASSERT_TRUE(segment.Open(0, &cursor).ok());
    Status status;
    (void)ReadTo(cursor.get(), Cursor::kNoLimit, &status);
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << size << " bytes: " << status.ToString();
  }
}

TEST(LogCursor, NeedsNoBytesBehindTheClosingRecordToBeAnything) {
  Segment segment;
  (void)segment.builder.Finish();
  segment.builder.Bytes(7).append(100, '\0');
  std::unique_ptr<Cursor> cursor;
  ASSERT_TRUE(segment.Open(0, &cursor).ok());
  Status status;
  EXPECT_EQ(ReadTo(cursor.get(), Cursor::kNoLimit, &status).size(), 3u);
  EXPECT_TRUE(status.ok() && cursor->closed());
}

}  // namespace
}  // namespace ledgerstone::log
