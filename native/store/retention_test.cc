#include "store/retention.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

const std::vector<KeptLog> kKept = {{3, 100, 30, 1000}, {4, 200, 40, 2000}, {7, 300, 70, 3000}};

struct Row {
  const char* what;
  RetentionOptions options;
  std::optional<KeptLog> added;
  uint64_t now;
  size_t kept;
  std::vector<uint64_t> dropped;
  Sequence floor;
};

TEST(Retention, LetsTheOldestGoFirst) {
  const Row rows[] = {
      {"all fit", {.bytes = 600}, {}, 9000, 3, {}, 5},
      {"one too many", {.bytes = 599}, {}, 9000, 2, {3}, 30},
      {"the new one counts", {.bytes = 600}, {{8, 150, 80, 4000}}, 9000, 2, {3, 4}, 40},
      {"larger than all", {.bytes = 299}, {}, 9000, 0, {3, 4, 7}, 70},
      {"at the age", {.age_millis = 1000}, {}, 2000, 3, {}, 5},
      {"past the age", {.age_millis = 1000}, {}, 2001, 2, {3}, 30},
      {"a clock that went back", {.age_millis = 1}, {}, 500, 3, {}, 5},
      {"whichever comes first", {.bytes = 500, .age_millis = 1000}, {}, 3001, 1, {3, 4}, 40},
      {"nothing is kept", {}, {{8, 1, 80, 4000}}, 0, 0, {3, 4, 7, 8}, 80},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const RetentionStep step = DecideRetention(kKept, row.added, 5, row.options, row.now);
    EXPECT_EQ(step.kept.size(), row.kept);
    EXPECT_EQ(step.dropped, row.dropped);
    EXPECT_EQ(step.floor, row.floor);
  }
}

TEST(Retention, TellsTheManifestWhatIsLeft) {
  const KeptLog added{8, 150, 80, 4000};
  VersionEdit edit;
  AddRetention(DecideRetention(kKept, added, 5, {.bytes = 600}, 9000), added, 9, &edit);
  EXPECT_EQ(edit.kept_logs, std::vector<KeptLog>{added});
  EXPECT_EQ(edit.retained, (Retained{7, 40}));
  edit = {};
  AddRetention(DecideRetention(kKept, added, 5, {.bytes = 1000}, 9000), added, 9, &edit);
  EXPECT_EQ(edit.kept_logs, std::vector<KeptLog>{added});
  EXPECT_FALSE(edit.retained.has_value());
  edit = {};
  AddRetention(DecideRetention(kKept, added, 5, {.bytes = 100}, 9000), added, 9, &edit);
  EXPECT_TRUE(edit.kept_logs.empty());
  EXPECT_EQ(edit.retained, (Retained{9, 80}));
}

}  // namespace
}  // namespace ledgerstone
