#include "log/space.h"

#include <gtest/gtest.h>

namespace ledgerstone::log {
namespace {

TEST(LogSpace, IsMadeWhenASmallSyncFindsTheFileLongerAndAtNoOtherTime) {
  constexpr uint64_t kStep = 16'000;
  struct Row {
    SyncAhead sync;
    uint64_t space_bytes;
    uint64_t expected;
    const char* why;
  };
  const Row rows[] = {
      {{128, 0, 0}, kStep, 16'128, "the first sync of a segment"},
      {{1000, 200, 200}, kStep, 17'000, "a small record behind the end"},
      {{1200, 200, 200}, kStep, 17'200, "as much as is small"},
      {{1201, 200, 200}, kStep, 0, "a byte more: written in bulk"},
      {{1000, 900, 17'000}, kStep, 0, "inside the space"},
      {{17'000, 16'900, 17'000}, kStep, 0, "fills the space to its end"},
      {{17'008, 16'900, 17'000}, kStep, 33'008, "reaches past the end of the space"},
      {{1000, 1000, 1000}, kStep, 0, "nothing to sync"},
      {{1000, 900, 900}, 0, 0, "asked for none"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(LengthForSync(row.sync, row.space_bytes), row.expected) << row.why;
  }
}

}  // namespace
}  // namespace ledgerstone::log
