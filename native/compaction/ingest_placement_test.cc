// Where ingested tables go, as a table: level maps (testing/level_map.h) in, level out.
#include "compaction/ingest_placement.h"

#include <gtest/gtest.h>

#include "testing/level_map.h"

namespace ledgerstone {
namespace {

class IngestPlacement : public testing::Test {
 protected:
  int Level(const std::string& levels, const std::string& smallest, const std::string& largest,
            const std::optional<CompactionSpan>& under_way = {}, int level_count = kLevelCount) {
    const LevelMap map = ParseLevelMap(levels, &context_);
    TableMeta meta;
    AppendInternalKey(&meta.smallest, smallest, MakeTrailer(1000, EntryKind::kPut));
    AppendInternalKey(&meta.largest, largest, MakeTrailer(1000, EntryKind::kPut));
    namespace_id_ = map.tree().info.id;
    return IngestLevel(map.tree(), meta, level_count, under_way);
  }
  CompactionSpan Span(const std::string& smallest, const std::string& largest) const {
    return {namespace_id_, smallest, largest};
  }

  TableContext context_;
  NamespaceId namespace_id_ = 0;
};

TEST_F(IngestPlacement, GoesToTheBottomWhereNothingMeetsIt) {
  EXPECT_EQ(Level("", "a", "z"), 6);
  EXPECT_EQ(Level("", "a", "z", {}, 4), 3);
  EXPECT_EQ(Level("L0: 1=a-c L5: 2=d-f L6: 3=a-f", "g", "z"), 6);
  EXPECT_EQ(Level("L6: 1=a-c 2=x-z", "d", "w"), 6);
}

TEST_F(IngestPlacement, StaysAboveWhatMeetsIt) {
  EXPECT_EQ(Level("L6: 1=a-f", "f", "z"), 5);
  EXPECT_EQ(Level("L5: 1=a-f L6: 2=a-z", "c", "d"), 4);
  EXPECT_EQ(Level("L5: 1=a-f L6: 2=a-z", "g", "h"), 5);
  EXPECT_EQ(Level("L1: 1=a-f", "c", "d"), 0);
  EXPECT_EQ(Level("L0: 1=a-f", "c", "d"), 0);
  EXPECT_EQ(Level("L6: 1=a-f", "c", "d", {}, 4), 3);
}

TEST_F(IngestPlacement, GoesToL0WhereACompactionIsUnderWay) {
  ASSERT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n"), 6);
  EXPECT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n", Span("a", "z")), 0);
  EXPECT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n", Span("a", "m")), 0);
  EXPECT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n", Span("n", "z")), 0);
  EXPECT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n", Span("a", "l")), 6);
  CompactionSpan other = Span("a", "z");
  ++other.namespace_id;
  EXPECT_EQ(Level("L5: 1=a-c L6: 2=x-z", "m", "n", other), 6);
}

TEST_F(IngestPlacement, ACompactionsSpanIsThatOfAllItsInputs) {
  const LevelMap map = ParseLevelMap("L5: 1=f-g L6: 2=a-c 3=d-z", &context_);
  CompactionChoice choice;
  choice.namespace_id = 7;
  choice.inputs = map.tree().levels[5];
  choice.output_inputs = map.tree().levels[6];
  const CompactionSpan span = SpanOf(choice);
  EXPECT_EQ(span.namespace_id, 7u);
  EXPECT_EQ(span.smallest, "a");
  EXPECT_EQ(span.largest, "z");
}

}  // namespace
}  // namespace ledgerstone
