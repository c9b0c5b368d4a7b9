#include "base/text.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

TEST(Text, HexHasAllDigits) {
  EXPECT_EQ(Hex32(0), "00000000");
  EXPECT_EQ(Hex32(0x1a2b3c4d), "1a2b3c4d");
  EXPECT_EQ(HexBytes(Slice("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(HexBytes(""), "");
}

TEST(Text, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(EscapeBytes("plain ~text"), "plain ~text");
  EXPECT_EQ(EscapeBytes(Slice("\0\n\x7f\xe4", 4)), "\\x00\\x0a\\x7f\\xe4");
  EXPECT_EQ(EscapeBytes("a\\b"), "a\\\\b");
}

TEST(Text, SizesHaveTwoOrThreeDigitsAndAUnit) {
  EXPECT_EQ(ByteSizeText(0), "0 B");
  EXPECT_EQ(ByteSizeText(1023), "1023 B");
  EXPECT_EQ(ByteSizeText(1024), "1.0 KiB");
  EXPECT_EQ(ByteSizeText(3482), "3.4 KiB");
  EXPECT_EQ(ByteSizeText(10 << 10), "10 KiB");
  EXPECT_EQ(ByteSizeText(uint64_t{81} << 20), "81 MiB");
  EXPECT_EQ(ByteSizeText(uint64_t{1} << 40), "1.0 TiB");
  EXPECT_EQ(ByteSizeText(~uint64_t{0}), "16 EiB");
}

}  // namespace
}  // namespace ledgerstone
