#include "base/internal_key.h"

#include <gtest/gtest.h>

#include <vector>

namespace ledgerstone {
namespace {

std::string InternalKey(Slice user_key, Sequence sequence, EntryKind kind = EntryKind::kPut) {
  std::string key;
  AppendInternalKey(&key, user_key, MakeTrailer(sequence, kind));
  return key;
}

TEST(InternalKeyTest, SplitsIntoWhatItWasMadeOf) {
  const std::string key = InternalKey(Slice("k\0y", 3), kSequenceMax, EntryKind::kDelete);
  EXPECT_EQ(UserKeyOf(key), Slice("k\0y", 3));
  EXPECT_EQ(TrailerSequence(TrailerOf(key)), kSequenceMax);
  EXPECT_EQ(TrailerKind(TrailerOf(key)), EntryKind::kDelete);
  EXPECT_EQ(UserKeyOf(InternalKey("", 1)), "");
}

TEST(InternalKeyTest, OrdersByUnsignedUserKeyThenNewestFirst) {
  std::string seek;
  AppendInternalKey(&seek, "b", MakeSeekTrailer(9));
  const std::vector<std::string> rising = {
      InternalKey("", 1),
      InternalKey("a", 5),
      InternalKey("a", 4),
      InternalKey(Slice("a\0", 2), 9),
      InternalKey("ab", 1),
      seek,
      InternalKey("b", 9, EntryKind::kPut),
      InternalKey("b", 9, EntryKind::kDelete),
      InternalKey("b", 8),
      InternalKey("\x7f", 1),
      InternalKey("\x80", 1),
      InternalKey("\xff", 1),
  };
  for (size_t i = 0; i < rising.size(); ++i) {
    for (size_t j = 0; j < rising.size(); ++j) {
      const int order = CompareInternalKeys(rising[i], rising[j]);
      EXPECT_EQ(order < 0, i < j) << i << " " << j;
      EXPECT_EQ(order == 0, i == j) << i << " " << j;
    }
  }
}

TEST(InternalKeyTest, TakesTheKindsOfTablesAndRefusesOthersAsDamage) {
  const auto check = [](uint8_t kind) {
    return CheckStoredKind(uint64_t{7} << 8 | kind, "000003.sst", 64);
  };
  for (const int kind : {0, 1, 2, 4}) EXPECT_TRUE(check(static_cast<uint8_t>(kind)).ok());
  EXPECT_EQ(check(3).ToString(),
            "CORRUPTION: entry kind (000003.sst, offset 64; expected a kind that tables hold, "
            "found 3)");
  for (int kind = 5; kind < 256; ++kind) {
    EXPECT_TRUE(check(static_cast<uint8_t>(kind)).Is(StatusCode::kCorruption)) << kind;
  }
}

TEST(InternalKeyTest, ReadsAsText) {
  EXPECT_EQ(InternalKeyText(InternalKey("key", 12)), "'key' @12 put");
  EXPECT_EQ(InternalKeyText(InternalKey("\n", 3, EntryKind::kDelete)), "'\\x0a' @3 delete");
  EXPECT_EQ(InternalKeyText("abc"), "(short key) 616263");
  std::string seek;
  AppendInternalKey(&seek, "key", MakeSeekTrailer(kSequenceMax));
  EXPECT_EQ(InternalKeyText(seek), "'key' (before all its versions)");
}

}  // namespace
}  // namespace ledgerstone
