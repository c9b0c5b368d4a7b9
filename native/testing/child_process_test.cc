// Work in a child process, and the last words of one that dies.
#include "testing/child_process.h"

#include <gtest/gtest.h>

#include "base/checks.h"

namespace ledgerstone {
namespace {

TEST(ChildProcess, TellsSuccessFromFailureAndFromDeath) {
  EXPECT_TRUE(SucceedsInChild([] { return true; }));
  EXPECT_FALSE(SucceedsInChild([] { return false; }));
  EXPECT_FALSE(SucceedsInChild([] {
    LS_CHECK(1 + 1 == 3);
    return true;
  }));
}

TEST(ChildProcess, LeavesItsParentAsItWas) {
  int number = 1;
  EXPECT_TRUE(SucceedsInChild([&] { return ++number == 2; }));
  EXPECT_EQ(number, 1);
}

TEST(ChildProcess, SaysItsLastWordsWhenACheckFails) {
  const auto die = [] {
    const DeathNote note("replay: this\n");
    LS_CHECK(1 + 1 == 3);
  };
  EXPECT_DEATH(die(), "replay: this");
}

}  // namespace
}  // namespace ledgerstone
