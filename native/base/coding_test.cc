#include "base/coding.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace ledgerstone {
namespace {

// Both sides of every length a varint can have.
std::vector<uint64_t> VarintEdges() {
  std::vector<uint64_t> values = {0, std::numeric_limits<uint64_t>::max()};
  for (int bits = 7; bits < 64; bits += 7) {
    values.push_back((uint64_t{1} << bits) - 1);
    values.push_back(uint64_t{1} << bits);
  }
  return values;
}

TEST(Coding, FixedNumbersAreLittleEndian) {
  std::string bytes;
  PutFixed32(&bytes, 0x04030201);
  PutFixed64(&bytes, 0x0c0b0a0908070605);
  EXPECT_EQ(bytes, "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc");
  EXPECT_EQ(DecodeFixed32(bytes.data()), 0x04030201u);
  EXPECT_EQ(DecodeFixed64(bytes.data() + 4), 0x0c0b0a0908070605u);
}

TEST(Coding, VarintsAreWhatTheyWereAtEveryLength) {
  for (const uint64_t value : VarintEdges()) {
    SCOPED_TRACE(value);
    std::string bytes;
    PutVarint(&bytes, value);
    EXPECT_EQ(bytes.size(), static_cast<size_t>(VarintLength(value)));
    const char* const end = bytes.data() + bytes.size();
    uint64_t decoded = ~value;
    EXPECT_EQ(DecodeVarint64(bytes.data(), end, &decoded), end);
    EXPECT_EQ(decoded, value);
    uint32_t narrow = 0;
    const bool fits = value <= std::numeric_limits<uint32_t>::max();
    EXPECT_EQ(DecodeVarint32(bytes.data(), end, &narrow), fits ? end : nullptr);
    if (fits) {
      EXPECT_EQ(narrow, value);
    }
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(DecodeVarint64(bytes.data(), bytes.data() + size, &decoded), nullptr) << size;
    }
  }
}

TEST(Coding, RefusesAVarintThatDoesNotFit) {
  const std::string endless(11, '\xff');
  const std::string bit_64 = std::string(9, '\x80') + '\x02';
  uint64_t value = 0;
  EXPECT_EQ(DecodeVarint64(endless.data(), endless.data() + endless.size(), &value), nullptr);
  EXPECT_EQ(DecodeVarint64(bit_64.data(), bit_64.data() + bit_64.size(), &value), nullptr);
}

TEST(Coding, ADecoderReadsBackFieldsAndKnowsItsEnd) {
  std::string bytes = "\x7f";
  PutFixed<uint16_t>(&bytes, 513);
  PutFixed32(&bytes, 70'000);
  PutVarint(&bytes, 300);
  PutLengthPrefixed(&bytes, "name");
  PutFixed64(&bytes, 5);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.Fixed8(), 0x7f);
  EXPECT_EQ(decoder.Fixed16(), 513);
  EXPECT_EQ(decoder.Fixed32(), 70'000u);
  EXPECT_EQ(decoder.Varint64(), 300u);
  EXPECT_EQ(decoder.LengthPrefixed(), "name");
  EXPECT_FALSE(decoder.done());
  EXPECT_EQ(decoder.remaining(), 8u);
  EXPECT_EQ(decoder.Fixed64(), 5u);
  EXPECT_TRUE(decoder.ok());
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(decoder.position(), bytes.size());
}

TEST(Coding, ADecoderThatFailedStaysFailed) {
  std::string bytes;
  PutLengthPrefixed(&bytes, "four");
  for (size_t size = 0; size < bytes.size(); ++size) {
    Decoder decoder(Slice(bytes).substr(0, size));
    EXPECT_EQ(decoder.LengthPrefixed(), "") << size;
    EXPECT_FALSE(decoder.ok()) << size;
    EXPECT_EQ(decoder.remaining(), 0u);
    EXPECT_EQ(decoder.Fixed8(), 0);
    EXPECT_EQ(decoder.Varint32(), 0u);
    EXPECT_EQ(decoder.Varint64(), 0u);
    EXPECT_EQ(decoder.Bytes(0), "");
    EXPECT_FALSE(decoder.ok()) << size;
  }
}

}  // namespace
}  // namespace ledgerstone
