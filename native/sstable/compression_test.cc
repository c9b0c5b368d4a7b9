#include "sstable/compression.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "base/random.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

std::string Text(size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += "account " + std::to_string(i % 97) + " credit; ";
  }
  text.resize(size);
  return text;
}

std::string Noise(size_t size) {
  Random random(5);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random.Below(256));
  return noise;
}

class BlockCompression : public testing::TestWithParam<Compression> {};

TEST_P(BlockCompression, GivesBackWhatItWasGiven) {
  Compressor compressor(GetParam(), 3);
  for (const size_t size : {100u, 4096u, 1u << 20}) {
    const std::string contents = Text(size);
    Slice stored;
    ASSERT_EQ(compressor.Compress(contents, &stored), GetParam());
    EXPECT_LE(stored.size(), size - size / 8);
    uint32_t found_size = 0;
    Slice payload;
    ASSERT_TRUE(SplitCompressed(stored, &found_size, &payload));
    ASSERT_EQ(found_size, size);
    std::string back(size, '\0');
    ASSERT_TRUE(Decompress(GetParam(), payload, back.data(), back.size()));
    EXPECT_EQ(back, contents);
  }
}

TEST_P(BlockCompression, StoresAsItIsWhatHardlyShrinks) {
  Compressor compressor(GetParam(), 3);
  const std::string noise = Noise(3700) + std::string(300, 'a');
  Slice stored;
  EXPECT_EQ(compressor.Compress(noise, &stored), Compression::kNone);
  EXPECT_EQ(stored, noise);
  const std::string half = Noise(2000) + std::string(2000, 'a');
  EXPECT_EQ(compressor.Compress(half, &stored), GetParam());
  EXPECT_EQ(compressor.Compress("", &stored), Compression::kNone);
  EXPECT_EQ(stored, "");
}

TEST_P(BlockCompression, StaysInsideItsBytesWhateverThePayloadSays) {
  Compressor compressor(GetParam(), 3);
  const std::string contents = Text(700);
  Slice stored;
  ASSERT_EQ(compressor.Compress(contents, &stored), GetParam());
  uint32_t size = 0;
  Slice payload;
  ASSERT_TRUE(SplitCompressed(stored, &size, &payload));
  for (const size_t wrong : {0u, 1u, 699u, 701u, 5000u}) {
    std::vector<char> back(wrong);
    EXPECT_FALSE(Decompress(GetParam(), payload, back.data(), wrong)) << wrong;
  }
  std::vector<char> back(size);
  for (size_t cut = 0; cut < payload.size(); ++cut) {
    EXPECT_FALSE(Decompress(GetParam(), payload.substr(0, cut), back.data(), size)) << cut;
  }
  for (size_t i = 0; i < payload.size(); ++i) {
    std::string flipped(payload);
    flipped[i] = static_cast<char>(flipped[i] ^ 0xff);
    std::vector<char> exact(size);
    Decompress(GetParam(), flipped, exact.data(), size);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, BlockCompression,
                         testing::Values(Compression::kLz4, Compression::kZstd));

TEST(CompressedBlock, WithABadSizeIsRefused) {
  uint32_t size = 0;
  Slice payload;
  EXPECT_FALSE(SplitCompressed("", &size, &payload));
  EXPECT_FALSE(SplitCompressed("\x80", &size, &payload));
  std::string huge;
  PutVarint(&huge, (uint64_t{1} << 30) + 1);
  EXPECT_FALSE(SplitCompressed(huge, &size, &payload));
  EXPECT_FALSE(Decompress(static_cast<Compression>(9), "abc", nullptr, 0));
}

}  // namespace
}  // namespace ledgerstone
