#include "base/file_header.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgerstone {
namespace {

FileHeader TestHeader() {
  FileHeader header;
  header.kind = FileKind::kTable;
  for (size_t i = 0; i < header.store_id.size(); ++i) header.store_id[i] = static_cast<char>(i);
  header.file_number = 12;
  return header;
}

Status Decode(const std::string& bytes) {
  FileHeader header;
  return DecodeFileHeader(bytes, "000012.sst", &header);
}

TEST(FileHeaderTest, ReadsBackWhatWasWritten) {
  const FileHeader written = TestHeader();
  const std::string bytes = EncodeFileHeader(written);
  ASSERT_EQ(bytes.size(), kFileHeaderSize);
  FileHeader read;
  ASSERT_TRUE(DecodeFileHeader(bytes, "000012.sst", &read).ok());
  EXPECT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.format_version, kFormatVersion);
  EXPECT_EQ(read.features, 0u);
  EXPECT_EQ(read.store_id, written.store_id);
  EXPECT_EQ(read.file_number, 12u);
}

TEST(FileHeaderTest, RefusesEveryLengthAndEveryFlippedByte) {
  const std::string bytes = EncodeFileHeader(TestHeader());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Status status = Decode(bytes.substr(0, size));
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << size << " " << status.ToString();
    EXPECT_EQ(status.place().file, "000012.sst");
  }
  for (size_t offset = 0; offset < bytes.size(); ++offset) {
    std::string damaged = bytes;
    damaged[offset] = static_cast<char>(damaged[offset] ^ 0x01);
    EXPECT_TRUE(Decode(damaged).Is(StatusCode::kCorruption)) << offset;
  }
}

TEST(FileHeaderTest, RefusesANewerVersion) {
  FileHeader header = TestHeader();
  header.format_version = kFormatVersion + 1;
  const Status status = Decode(EncodeFileHeader(header));
  EXPECT_TRUE(status.Is(StatusCode::kFormatTooNew)) << status.ToString();
  EXPECT_EQ(status.message(), "format version 2, this build reads up to 1");
}

TEST(FileHeaderTest, RefusesUnknownFeaturesByName) {
  FileHeader header = TestHeader();
  header.features = kFeatureMerge | kFeatureExpiry | 1u << 30;
  const Status status = Decode(EncodeFileHeader(header));
  EXPECT_TRUE(status.Is(StatusCode::kNotSupported)) << status.ToString();
  EXPECT_EQ(status.message(),
            "the file uses merge operators, expiry, unnamed bits 40000000, which this build lacks");
  header.features = kFeatureRangeDelete;
  EXPECT_EQ(Decode(EncodeFileHeader(header)).message(),
            "the file uses range delete, which this build lacks");
}

TEST(FileHeaderTest, RefusesAFileInThePlaceOfAnother) {
  const FileHeader header = TestHeader();
  const std::string bytes = EncodeFileHeader(header);
  const auto check = [&](FileKind kind, const StoreId& id, uint64_t number) {
    return CheckFileHeader(bytes, "000012.sst", kind, id, number).ToString();
  };
  EXPECT_EQ(check(FileKind::kTable, header.store_id, 12), "OK");
  EXPECT_EQ(check(FileKind::kLog, header.store_id, 12),
            "CORRUPTION: file of another kind (000012.sst, offset 0; expected W, found T)");
  EXPECT_EQ(check(FileKind::kTable, header.store_id, 13),
            "CORRUPTION: file under another number (000012.sst, offset 0; expected 13, found 12)");
  EXPECT_EQ(check(FileKind::kTable, StoreId{}, 12),
            "CORRUPTION: file of another store (000012.sst, offset 0; expected "
            "00000000000000000000000000000000, found 000102030405060708090a0b0c0d0e0f)");
}

TEST(FileHeaderTest, SeedsDifferByStoreAndFile) {
  std::set<uint64_t> seeds;
  for (uint64_t number = 0; number < 100; ++number) {
    seeds.insert(FileSeed(TestHeader().store_id, number));
    seeds.insert(FileSeed(StoreId{}, number));
  }
  EXPECT_EQ(seeds.size(), 200u);
}

}  // namespace
}  // namespace ledgerstone
