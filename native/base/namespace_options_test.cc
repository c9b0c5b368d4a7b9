#include "base/namespace_options.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

NamespaceOptions TestOptions() {
  NamespaceOptions options;
  options.key_codec = "tuple";
  options.value_codec = "";
  options.derived = true;
  options.compression = Compression::kNone;
  options.bottom_compression = Compression::kLz4;
  options.filter_bits_per_key = 300;
  return options;
}

TEST(NamespaceOptionsTest, ReadBackAsWritten) {
  for (const NamespaceOptions& written : {TestOptions(), NamespaceOptions{}}) {
    NamespaceOptions read;
    ASSERT_TRUE(DecodeNamespaceOptions(EncodeNamespaceOptions(written), &read));
    EXPECT_EQ(read.key_codec, written.key_codec);
    EXPECT_EQ(read.value_codec, written.value_codec);
    EXPECT_EQ(read.derived, written.derived);
    EXPECT_EQ(read.compression, written.compression);
    EXPECT_EQ(read.bottom_compression, written.bottom_compression);
    EXPECT_EQ(read.filter_bits_per_key, written.filter_bits_per_key);
  }
}

TEST(NamespaceOptionsTest, RefusesWhatIsNotExactlyOneRecord) {
  const std::string bytes = EncodeNamespaceOptions(TestOptions());
  NamespaceOptions options;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeNamespaceOptions(Slice(bytes).substr(0, size), &options)) << size;
  }
  EXPECT_FALSE(DecodeNamespaceOptions(bytes + '\0', &options));
}

TEST(NamespaceOptionsTest, RefusesUnknownFormatKindAndCompression) {
  const std::string bytes = EncodeNamespaceOptions(TestOptions());
  const size_t derived = 1 + 1 + 5 + 1;
  NamespaceOptions options;
  for (const size_t offset : {size_t{0}, derived, derived + 1, derived + 2}) {
    std::string changed = bytes;
    changed[offset] = 3;
    EXPECT_FALSE(DecodeNamespaceOptions(changed, &options)) << offset;
  }
}

}  // namespace
}  // namespace ledgerstone
