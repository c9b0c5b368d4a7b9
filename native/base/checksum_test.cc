// Checksums and hashes: both are on disk, so their values are frozen here.
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/hash.h"
#include "base/random.h"
#include "testing/seed.h"

namespace ledgerstone {
namespace {

TEST(Crc32c, GivesTheValuesOfRfc3720) {
  std::string rising;
  std::string falling;
  for (int i = 0; i < 32; ++i) {
    rising.push_back(static_cast<char>(i));
    falling.push_back(static_cast<char>(31 - i));
  }
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(Crc32c(falling), 0x113fdb5cu);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
}

TEST(Crc32c, TheProcessorAndTheTableAgreeForEveryLengthAndSplit) {
  Random random(PrintedSeed(3));
  std::string bytes;
  for (size_t length = 0; length < 300; ++length) {
    const uint32_t whole = Crc32c(bytes);
    ASSERT_EQ(whole, Crc32cExtendPortable(0, bytes)) << length;
    const size_t split = random.Below(length + 1);
    const Slice all(bytes);
    ASSERT_EQ(whole, Crc32cExtend(Crc32c(all.substr(0, split)), all.substr(split))) << length;
    bytes.push_back(static_cast<char>(random.Next()));
  }
}

TEST(Crc32c, SeedsTellPlacesApart) {
  EXPECT_NE(Crc32cSeed(1, 2), Crc32cSeed(2, 1));
  EXPECT_NE(Crc32cSeed(1, 0), Crc32cSeed(1, 8));
}

TEST(Hash, DependsOnEveryByteAndOnTheLength) {
  std::string bytes(40, 'h');
  for (size_t length = 1; length <= bytes.size(); ++length) {
    const Slice part = Slice(bytes).substr(0, length);
    const uint64_t hash = Hash64(part);
    EXPECT_NE(hash, Hash64(part.substr(0, length - 1)));
    for (size_t offset = 0; offset < length; ++offset) {
      std::string changed(part);
      changed[offset] = 'H';
      EXPECT_NE(Hash64(changed), hash) << length << " " << offset;
    }
  }
}

}  // namespace
}  // namespace ledgerstone
