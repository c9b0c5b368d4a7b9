// The hash is on disk, in filters and block hash indexes: these values never change.
#include "base/hash.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

TEST(Hash, GivesTheFrozenValues) {
  std::cout << std::hex;
  for (const std::string& s : {std::string(), std::string("a"), std::string("abcdefgh"), std::string("sixteen bytes ok"), std::string("seventeen bytes k"), std::string(100, 'x'), std::string(3, '\0')})
    std::cout << "0x" << Hash64(s) << "\n";
  for (uint64_t v : {0ull, 1ull, ~0ull, 0x0123456789abcdefull}) std::cout << "mix 0x" << HashMix(v) << "\n";
}

}  // namespace
}  // namespace ledgerstone
