#include "log/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/crc32c.h"
#include "base/text.h"
#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kSegment = 7;
constexpr uint64_t kOffset = 120;

uint32_t SeedAt(uint64_t offset) {
  return Crc32cSeed(FileSeed(TestStoreId(), kSegment), offset);
}

RecordHeader ExampleHeader() {
  RecordHeader header;
  header.payload_checksum = Crc32cExtend(SeedAt(kOffset), "hello");
  header.previous_checksum = 0x11223344;
  header.payload_size = 5;
  header.first_sequence = 0x0102030405060708;
  header.durable_offset = 120;
  header.entry_count = 3;
  header.type = RecordType::kBatch;
  return header;
}

std::string ExampleBytes() {
  char bytes[kRecordHeaderSize];
  RecordHeader header = ExampleHeader();
  EncodeRecordHeader(SeedAt(kOffset), &header, bytes);
  return std::string(bytes, sizeof bytes);
}

SegmentEnd ExampleEnd() {
  SegmentEnd end;
  end.segment = kSegment;
  end.last_sequence = 258;
  end.size = 208;
  end.chain = 0xa1b2c3d4;
  return end;
}

// The segment of docs/format/log.md: one batch, a sync, a promise, the closing record.
std::string ExampleSegment() {
  LogBuilder builder;
  builder.Create(kSegment);
  builder.Append("hello");
  builder.Sync();
  EXPECT_TRUE(builder.writer().AppendPromise().ok());
  builder.Finish();
  return builder.Bytes(kSegment);
}

std::string HexDump(Slice bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 8) {
    char offset[24];
    std::snprintf(offset, sizeof offset, "%4zu ", at);
    text += offset;
    for (const char byte : bytes.substr(at, 8)) text += " " + HexBytes(Slice(&byte, 1));
    text += "\n";
  }
  return text;
}

std::string FormatPage(const std::string& name) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs" / "format" / name);
  std::stringstream page;
  page << file.rdbuf();
  return page.str();
}

// The lines of the page's first ```hexdump block, up to a comment column behind two spaces and '|'.
std::string HexDumpIn(const std::string& page) {
  const std::string fence = "```hexdump\n";
  const size_t begin = page.find(fence);
  if (begin == std::string::npos) return {};
  std::stringstream block(page.substr(begin + fence.size()));
  std::string dump;
  for (std::string line; std::getline(block, line) && line != "```";) {
    dump += line.substr(0, line.find("  |")) + "\n";
  }
  return dump;
}

TEST(LogFormat, WritesARecordHeaderAsOnTheFormatPage) {
  EXPECT_EQ(HexBytes(ExampleBytes()),
            "976fef23" "8ea9d943" "44332211" "05000000" "0807060504030201" "7800000000000000"
            "03000000" "01000000");
}

TEST(LogFormat, WritesASegmentEndAsOnTheFormatPage) {
  EXPECT_EQ(HexBytes(EncodeSegmentEnd(ExampleEnd())),
            "0700000000000000" "0201000000000000" "d000000000000000" "d4c3b2a1" "00000000");
}

TEST(LogFormat, ReadsBackWhatItWrote) {
  const RecordHeader written = ExampleHeader();
  RecordHeader read;
  ASSERT_TRUE(DecodeRecordHeader(SeedAt(kOffset), ExampleBytes().data(), &read));
  EXPECT_EQ(read.payload_checksum, written.payload_checksum);
  EXPECT_EQ(read.previous_checksum, written.previous_checksum);
  EXPECT_EQ(read.payload_size, written.payload_size);
  EXPECT_EQ(read.first_sequence, written.first_sequence);
  EXPECT_EQ(read.durable_offset, written.durable_offset);
  EXPECT_EQ(read.entry_count, written.entry_count);
  EXPECT_EQ(read.type, written.type);
  SegmentEnd end;
  ASSERT_TRUE(DecodeSegmentEnd(EncodeSegmentEnd(ExampleEnd()), &end));
  EXPECT_EQ(end, ExampleEnd());
}

TEST(LogFormat, RefusesAHeaderWithAnyBitFlipped) {
  const std::string good = ExampleBytes();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    RecordHeader header;
    EXPECT_FALSE(DecodeRecordHeader(SeedAt(kOffset), bad.data(), &header)) << "bit " << bit;
  }
}

TEST(LogFormat, RefusesAHeaderAtAnotherOffsetOfAnotherSegmentOrOfAnotherStore) {
  const std::string bytes = ExampleBytes();
  StoreId other = TestStoreId();
  other[15] = 'x';
  RecordHeader header;
  EXPECT_FALSE(DecodeRecordHeader(SeedAt(kOffset + 8), bytes.data(), &header));
  EXPECT_FALSE(DecodeRecordHeader(Crc32cSeed(FileSeed(TestStoreId(), kSegment + 1), kOffset),
                                  bytes.data(), &header));
  EXPECT_FALSE(
      DecodeRecordHeader(Crc32cSeed(FileSeed(other, kSegment), kOffset), bytes.data(), &header));
}

TEST(LogFormat, RefusesASegmentEndOfAnyOtherLengthOrWithANonzeroReserve) {
  const std::string good = EncodeSegmentEnd(ExampleEnd());
  SegmentEnd end;
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeSegmentEnd(Slice(good).substr(0, size), &end)) << size;
  }
  EXPECT_FALSE(DecodeSegmentEnd(good + '\0', &end));
  for (size_t at = 28; at < 32; ++at) {
    std::string bad = good;
    bad[at] = 1;
    EXPECT_FALSE(DecodeSegmentEnd(bad, &end)) << at;
  }
}

TEST(LogFormat, AlignsRecordsToEightBytes) {
  EXPECT_EQ(RecordSize(0), 40u);
  EXPECT_EQ(RecordSize(1), 48u);
  EXPECT_EQ(RecordSize(8), 48u);
  EXPECT_EQ(RecordSize(9), 56u);
  EXPECT_EQ(RecordSize(kPayloadBytesMax), uint64_t{kPayloadBytesMax} + 40);
}

TEST(LogFormat, TheWorkedExampleOfTheLogPageIsWhatTheWriterWrites) {
  EXPECT_EQ(HexDumpIn(FormatPage("log.md")), HexDump(ExampleSegment()));
}

TEST(LogFormat, TheWorkedExampleOfTheFileHeaderPageIsWhatTheWriterWrites) {
  EXPECT_EQ(HexDumpIn(FormatPage("file-header.md")),
            HexDump(ExampleSegment().substr(0, kFileHeaderSize)));
}

}  // namespace
}  // namespace ledgerstone::log
