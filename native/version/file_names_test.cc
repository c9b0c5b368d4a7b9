#include "version/file_names.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

TEST(FileNames, AreReadBackAsWhatTheyWereMade) {
  for (const uint64_t number : {uint64_t{1}, uint64_t{999999}, uint64_t{1000000}, ~uint64_t{0}}) {
    uint64_t parsed = 0;
    EXPECT_EQ(ParseFileName(ManifestName(number), &parsed), StoreFile::kManifest);
    EXPECT_EQ(parsed, number);
    EXPECT_EQ(ParseFileName(LogName(number), &parsed), StoreFile::kLog);
    EXPECT_EQ(parsed, number);
    EXPECT_EQ(ParseFileName(TableName(number), &parsed), StoreFile::kTable);
    EXPECT_EQ(parsed, number);
  }
  EXPECT_EQ(TableName(7), "000007.sst");
  EXPECT_EQ(LogName(1234567), "1234567.wal");
}

TEST(FileNames, WithoutANumberAreKnownToo) {
  uint64_t number = 9;
  EXPECT_EQ(ParseFileName("CURRENT", &number), StoreFile::kCurrent);
  EXPECT_EQ(number, 0u);
  EXPECT_EQ(ParseFileName("LOCK", &number), StoreFile::kLock);
  EXPECT_EQ(ParseFileName("CURRENT.tmp", &number), StoreFile::kTemporary);
}

TEST(FileNames, OfStrangersAreNotOurs) {
  for (const char* const name :
       {"", "x", "current", "7.sst", "0000007.sst", "000007.SST", "000007.sst2", "000007",
        "00000a.sst", "-00007.sst", " 000007.sst", "99999999999999999999999.sst",
        "18446744073709551616.sst", "lost", "notes.tmp", "000007.sst.tmp"}) {
    uint64_t number = 9;
    EXPECT_EQ(ParseFileName(name, &number), StoreFile::kOther) << name;
    EXPECT_EQ(number, 0u) << name;
  }
}

TEST(FileNames, JoinToADirectoryWithOneSlash) {
  EXPECT_EQ(JoinPath("data", "CURRENT"), "data/CURRENT");
  EXPECT_EQ(JoinPath("data/", "CURRENT"), "data/CURRENT");
  EXPECT_EQ(JoinPath("", "CURRENT"), "CURRENT");
}

}  // namespace
}  // namespace ledgerstone
