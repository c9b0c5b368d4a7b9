#include "sstable/properties.h"

#include <gtest/gtest.h>

#include "testing/table_world.h"

namespace ledgerstone {
namespace {

TableProperties Example() {
  TableProperties properties;
  properties.info.entry_count = 300;
  properties.info.smallest = InternalKey("a", 9);
  properties.info.largest = InternalKey("z", 1);
  properties.info.smallest_sequence = 1;
  properties.info.largest_sequence = kSequenceMax;
  properties.options.compression = Compression::kZstd;
  properties.options.zstd_level = -5;
  properties.options.hash_index = false;
  properties.data_block_count = 17;
  return properties;
}

TEST(Properties, GiveBackWhatWasEncoded) {
  TableProperties back;
  ASSERT_TRUE(DecodeProperties(EncodeProperties(Example()), {}, &back).ok());
  EXPECT_EQ(PropertiesText(back), PropertiesText(Example()));
  EXPECT_EQ(back.options.zstd_level, -5);
  EXPECT_EQ(back.info.largest_sequence, kSequenceMax);
}

TEST(Properties, OfUnknownNamesAreSkipped) {
  std::string contents;
  PutLengthPrefixed(&contents, "a new one");
  PutLengthPrefixed(&contents, "whatever it holds");
  contents += EncodeProperties(Example());
  PutLengthPrefixed(&contents, "zz");
  PutLengthPrefixed(&contents, "");
  TableProperties back;
  ASSERT_TRUE(DecodeProperties(contents, {}, &back).ok());
  EXPECT_EQ(PropertiesText(back), PropertiesText(Example()));
}

TEST(Properties, CutShortOrOutOfOrderAreCorruption) {
  const std::string whole = EncodeProperties(Example());
  for (size_t size = 0; size < whole.size(); ++size) {
    TableProperties back;
    const Status status = DecodeProperties(Slice(whole).substr(0, size), {"x", 1}, &back);
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << size;
  }
  TableProperties back;
  EXPECT_TRUE(DecodeProperties(whole + whole, {"x", 1}, &back).Is(StatusCode::kCorruption));
}

TEST(Properties, WithAnyByteChangedNeverCrashOrPassAsTheSame) {
  const std::string whole = EncodeProperties(Example());
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x41);
    TableProperties back;
    if (DecodeProperties(flipped, {"x", 1}, &back).ok()) {
      EXPECT_NE(PropertiesText(back), PropertiesText(Example())) << i;
    }
  }
}

}  // namespace
}  // namespace ledgerstone
