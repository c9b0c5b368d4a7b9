#include "version/version_edit.h"

#include <gtest/gtest.h>

#include <set>

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
    "put .. 'USE' @290 delete, sequences 290 .. 290, cleared up to 260\n"
    "range delete namespace 2 'USE' .. before 'USF' @291\n"
    "range delete namespace 2 first .. before the end @292\n"
    "end range delete namespace 2 @255\n"
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
  EXPECT_EQ(refused, static_cast<int>(bytes.size()) - 16);
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

TEST(VersionEdit, WithAFieldGivenTwiceThatStandsOnceIsRefused) {
  const auto twice = [](const VersionEdit& edit) {
    VersionEdit decoded;
    const Status status = Decode(edit.Encode() + edit.Encode(), &decoded);
    EXPECT_EQ(status.code(), StatusCode::kCorruption);
    return status.message();
  };
  VersionEdit edit;
  edit.last_sequence = 5;
  EXPECT_EQ(twice(edit), "manifest edit: last_sequence given twice");
  edit = {};
  edit.clean_close = log::SegmentEnd{11, 300, 4096, 1, 0};
  EXPECT_EQ(twice(edit), "manifest edit: clean_close given twice");
  edit = {};
  edit.retained = Retained{5, 120};
  EXPECT_EQ(twice(edit), "manifest edit: retained given twice");
}

TEST(VersionEdit, WithAFieldThatIsLongerOrShorterThanItsContentsIsRefused) {
  const std::string bytes = FullEdit().Encode();
  std::set<uint64_t> tags;
  for (Decoder decoder(bytes); !decoder.done();) {
    const uint64_t tag = decoder.Varint64();
    const std::string field(decoder.LengthPrefixed());
    tags.insert(tag);
    EXPECT_TRUE(DecodeField(tag, field).ok()) << tag;
    EXPECT_EQ(DecodeField(tag, field + "x").code(), StatusCode::kCorruption) << tag;
    for (size_t size = 0; size < field.size(); ++size) {
      const Status status = DecodeField(tag, Slice(field).substr(0, size));
      const bool one_less = tag == 10 && size == field.size() - 2;
      EXPECT_EQ(status.ok(), one_less) << tag << ": a table needs no cleared_sequence, " << size;
    }
  }
  EXPECT_EQ(tags.size(), 15u) << "every field is in the example";
}

TEST(VersionEdit, WithValuesThatCannotBeIsRefused) {
  EXPECT_EQ(DecodeField(1, "\x05x").code(), StatusCode::kCorruption) << "bytes behind the number";
  EXPECT_EQ(DecodeField(7, "short").code(), StatusCode::kCorruption) << "clean_close";
  EXPECT_EQ(DecodeField(11, Slice("\x01\x07\x05", 3)).code(), StatusCode::kCorruption) << "level 7";
  EXPECT_EQ(DecodeField(11, Slice("\x01\x06\x05", 3)).code(), StatusCode::kOk);
  EXPECT_EQ(DecodeField(8, Slice("\x01\x01n\x01\x63", 5)).code(), StatusCode::kNotSupported)
      << "options of another format";
  std::string long_name("\x01", 1);
  PutLengthPrefixed(&long_name, std::string(kNamespaceNameBytesMax + 1, 'n'));
  PutLengthPrefixed(&long_name, "");
  EXPECT_EQ(DecodeField(8, long_name).message(), "manifest edit: created_namespace, name too long");
}

TEST(VersionEdit, WithATableThatCannotBeIsRefused) {
  const auto table = [](char level, size_t smallest, size_t largest) {
    std::string field("\x01", 1);
    field += level;
    field += std::string("\x05\x05", 2) + std::string(4, 'd') + std::string("\x01\x00", 2);
    PutLengthPrefixed(&field, std::string(smallest, 'k'));
    PutLengthPrefixed(&field, std::string(largest, 'k'));
    return DecodeField(10, field + "\x01\x01").ToString();
  };
  EXPECT_EQ(table(6, 9, 9), "OK");
  EXPECT_NE(table(7, 9, 9).find("new_table, level 7"), std::string::npos);
  EXPECT_NE(table(6, 7, 9).find("a key without trailer"), std::string::npos);
  EXPECT_NE(table(6, 9, 7).find("a key without trailer"), std::string::npos);
}

TEST(VersionEdit, WithARangeDeleteWhoseBoundsCrossIsRefused) {
  const auto range = [](Slice begin, Slice end) {
    VersionEdit edit;
    edit.range_deletes.push_back({1, {std::string(begin), std::string(end), 7}});
    VersionEdit decoded;
    return Decode(edit.Encode(), &decoded);
  };
  EXPECT_TRUE(range("a", "b").ok());
  EXPECT_TRUE(range("a", "").ok()) << "to the end";
  EXPECT_EQ(range("a", "a").message(), "manifest edit: range_delete, bounds crossed");
  EXPECT_EQ(range("b", "a").code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace ledgerstone
