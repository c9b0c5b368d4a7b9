#include "version/version_edit.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "testing/edit_builder.h"

namespace ledgerstone {
namespace {

constexpr char kFullText[] =
    "next file number 12\n"
    "next namespace id 3\n"
    "last sequence 300\n"
    "first log 9\n"
    "last log 11\n"
    "applied 77\n"
    "clean close of log 11, last sequence 300, 4096 B, chain cafe0001\n"
    "create namespace 2 'rates' key tuple, value binary, lz4 above zstd, filter bits 10, derived\n"
    "drop namespace 1\n"
    "delete namespace 2 L0 000005.sst\n"
    "add namespace 2 L6 000010.sst 1010 B, digest d160000a, entries 10, tombstones 3, 'USD' @290 "
    "put .. 'USE' @290 delete, sequences 290 .. 290\n"
    "retained from log 5 on, floor 120\n"
    "kept log 8 4000 B, last sequence 250, flushed at 1234567 ms\n";

Status Decode(Slice bytes, VersionEdit* edit) {
  return VersionEdit::Decode(bytes, "000003.manifest", 160, edit);
}

Status DecodeField(uint64_t tag, Slice field) {
  std::string bytes;
  PutVarint(&bytes, tag);
  PutLengthPrefixed(&bytes, field);
  VersionEdit edit;
  return Decode(bytes, &edit);
}

TEST(VersionEdit, ComesBackWithEveryField) {
  VersionEdit edit;
  ASSERT_TRUE(Decode(FullEdit().Encode(), &edit).ok());
  EXPECT_EQ(edit.Text(), kFullText);
  EXPECT_EQ(edit.Encode(), FullEdit().Encode());
}

TEST(VersionEdit, OfNothingIsEmpty) {
  VersionEdit edit = FullEdit();
  ASSERT_TRUE(Decode("", &edit).ok());
  EXPECT_EQ(edit.Text(), "");
  EXPECT_EQ(VersionEdit().Encode(), "");
}

TEST(VersionEdit, CutAnywhereIsRefusedOrAWholeNumberOfFields) {
  const std::string bytes = FullEdit().Encode();
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    VersionEdit edit;
    const Status status = Decode(Slice(bytes).substr(0, size), &edit);
    if (status.ok()) {
      EXPECT_EQ(edit.Encode(), bytes.substr(0, size));
    } else {
      ++refused;
      EXPECT_EQ(status.code(), StatusCode::kCorruption) << size;
      EXPECT_EQ(status.place().file, "000003.manifest");
      EXPECT_EQ(status.place().offset, 160u);
    }
  }
  EXPECT_EQ(refused, static_cast<int>(bytes.size()) - 13);
}

TEST(VersionEdit, WithAFlippedByteIsRefusedOrADifferentEdit) {
  const std::string bytes = FullEdit().Encode();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int mask : {0x01, 0x10, 0x80}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ mask);
      VersionEdit edit;
      EXPECT_FALSE(Decode(flipped, &edit).ok() && edit.Text() == kFullText) << at;
    }
  }
}

TEST(VersionEdit, WithAnUnknownTagIsRefusedByName) {
  for (const uint64_t tag : {uint64_t{0}, uint64_t{16}, uint64_t{99}, ~uint64_t{0}}) {
    const Status status = DecodeField(tag, "x");
    EXPECT_EQ(status.code(), StatusCode::kNotSupported);
    EXPECT_NE(status.message().find("tag " + std::to_string(tag)), std::string::npos);
  }
}

TEST(VersionEdit, WithANumberGivenTwiceIsRefused) {
  VersionEdit edit;
  edit.last_sequence = 5;
  VersionEdit decoded;
  const Status status = Decode(edit.Encode() + edit.Encode(), &decoded);
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_NE(status.message().find("last_sequence given twice"), std::string::npos);
}

TEST(VersionEdit, WithValuesThatCannotBeIsRefused) {
  EXPECT_EQ(DecodeField(1, "\x05x").code(), StatusCode::kCorruption) << "bytes behind the number";
  EXPECT_EQ(DecodeField(7, "short").code(), StatusCode::kCorruption) << "clean_close";
  EXPECT_EQ(DecodeField(11, Slice("\x01\x07\x05", 3)).code(), StatusCode::kCorruption) << "level 7";
  EXPECT_EQ(DecodeField(11, Slice("\x01\x06\x05", 3)).code(), StatusCode::kOk);
  std::string keyless("\x01\x00\x05\x05", 4);
  keyless += std::string(4, 'd') + std::string("\x01\x00\x01k\x01k\x01\x01", 8);
  EXPECT_EQ(DecodeField(10, keyless).code(), StatusCode::kCorruption) << "keys without trailer";
  EXPECT_EQ(DecodeField(8, Slice("\x01\x01n\x01\x63", 5)).code(), StatusCode::kNotSupported)
      << "options of another format";
}

}  // namespace
}  // namespace ledgerstone
