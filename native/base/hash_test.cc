// The hash is on disk, in filters and block hash indexes: these values, found with a second program
// of the same formula, never change.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace ledgerstone {
namespace {

TEST(Hash, GivesTheFrozenValues) {
  EXPECT_EQ(Hash64(""), 0x0c14edda6c26024au);
  EXPECT_EQ(Hash64("a"), 0xbae9e092a9561b7du);
  EXPECT_EQ(Hash64("abcdefgh"), 0x76fbe746d0f9b90au);
  EXPECT_EQ(Hash64("sixteen bytes ok"), 0xee7b170aa50f10f0u);
  EXPECT_EQ(Hash64("seventeen bytes k"), 0x9e3cb288b66a4925u);
  EXPECT_EQ(Hash64(std::string(100, 'x')), 0xe1038aac9d4eb5b9u);
  EXPECT_EQ(Hash64(std::string(3, '\0')), 0xae681cc49a308608u);
}

TEST(Hash, MixesANumberToTheFrozenValues) {
  EXPECT_EQ(HashMix(0), 0xd6cb8892a926a943u);
  EXPECT_EQ(HashMix(1), 0x0400c6c778bbb447u);
  EXPECT_EQ(HashMix(~uint64_t{0}), 0x86e0235b0c408d3bu);
  EXPECT_EQ(HashMix(0x0123456789abcdefu), 0x3fc71a180e047ea3u);
}

}  // namespace
}  // namespace ledgerstone
