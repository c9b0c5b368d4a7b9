#include "version/version_builder.h"

#include <gtest/gtest.h>

#include "testing/edit_builder.h"
#include "testing/level_map.h"

namespace ledgerstone {
namespace {

class VersionBuilderTest : public testing::Test {
 protected:
  Status Build(const Version& base, const VersionEdit& edit, VersionPtr* version) {
    VersionBuilder builder(base, &context_);
    LS_RETURN_IF_ERROR(builder.Apply(edit, {"000003.manifest", 160}));
    LS_RETURN_IF_ERROR(builder.Finish(version));
    removed_ = builder.removed();
    return Status::Ok();
  }
  // Why `edit` cannot follow a tree of L0: 2=a-c and L6: 1=a-m.
  std::string Refusal(const VersionEdit& edit) {
    const LevelMap map = ParseLevelMap("L0: 2=a-c L6: 1=a-m", &context_);
    VersionPtr version;
    const Status status = Build(map.version, edit, &version);
    EXPECT_EQ(version, nullptr);
    return status.Is(StatusCode::kCorruption) ? status.message() : "no corruption";
  }

  TableContext context_;
  std::vector<TableFilePtr> removed_;
};

TEST_F(VersionBuilderTest, SortsLevelsAndLeavesTheBaseAlone) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c L6: 1=a-m", &context_);
  VersionEdit edit;
  edit.deleted_tables.push_back({1, 0, 2});
  edit.new_tables.push_back({1, 0, MakeMeta(5, "x", "z")});
  edit.new_tables.push_back({1, 0, MakeMeta(7, "a", "z")});
  edit.new_tables.push_back({1, 6, MakeMeta(8, "n", "p")});
  edit.new_tables.push_back({1, 6, MakeMeta(9, "A", "Z")});
  VersionPtr version;
  ASSERT_TRUE(Build(map.version, edit, &version).ok());
  std::string order;
  for (const auto& level : version->Find(1)->levels) {
    for (const auto& file : level) order += std::to_string(file->meta().number) + " ";
  }
  EXPECT_EQ(order, "7 5 9 1 8 ");
  ASSERT_EQ(removed_.size(), 1u);
  EXPECT_EQ(removed_[0]->meta().number, 2u);
  EXPECT_EQ(LevelSummary(map.tree()), "L0:1 L6:1");
  EXPECT_EQ(version->Find(1)->levels[6][1], map.tree().levels[6][0]) << "kept tables are shared";
}

TEST_F(VersionBuilderTest, MovesATableWithoutClosingIt) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c", &context_);
  VersionEdit edit;
  edit.deleted_tables.push_back({1, 0, 2});
  edit.new_tables.push_back({1, 6, map.tree().levels[0][0]->meta()});
  VersionPtr version;
  ASSERT_TRUE(Build(map.version, edit, &version).ok());
  EXPECT_EQ(version->Find(1)->levels[6][0], map.tree().levels[0][0]);
  EXPECT_TRUE(removed_.empty());
}

TEST_F(VersionBuilderTest, SharesTreesThatNoEditNames) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c", &context_);
  VersionEdit edit;
  edit.created_namespaces.push_back(MakeNamespace(2, "other"));
  edit.new_tables.push_back({2, 0, MakeMeta(5, "a", "b")});
  VersionPtr version;
  ASSERT_TRUE(Build(map.version, edit, &version).ok());
  EXPECT_EQ(version->trees.at(1), map.version.trees.at(1));
  EXPECT_EQ(LevelSummary(*version->Find(2)), "L0:1");
}

TEST_F(VersionBuilderTest, DropsANamespaceWithAllItsTables) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c L6: 1=a-m", &context_);
  VersionEdit edit;
  edit.created_namespaces.push_back(MakeNamespace(2, "default"));
  edit.dropped_namespaces.push_back(1);
  VersionPtr version;
  ASSERT_TRUE(Build(map.version, edit, &version).ok());
  EXPECT_EQ(removed_.size(), 2u);
  EXPECT_EQ(version->Find(1), nullptr);
  EXPECT_EQ(version->Find(2)->info.name, "default");
}

TEST_F(VersionBuilderTest, PutsTablesOfOneSequenceInL0ByNumber) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c", &context_);
  VersionEdit edit;
  for (const uint64_t number : {5, 7, 6}) {
    edit.new_tables.push_back({1, 0, MakeMeta(number, "a", "z", 9)});
  }
  VersionPtr version;
  ASSERT_TRUE(Build(map.version, edit, &version).ok());
  std::string order;
  for (const auto& file : version->Find(1)->levels[0]) {
    order += std::to_string(file->meta().number) + " ";
  }
  EXPECT_EQ(order, "7 6 5 2 ");
}

TEST_F(VersionBuilderTest, AddsRangeDeletesAndEndsThemBySequence) {
  const LevelMap map = ParseLevelMap("L0: 2=a-c", &context_);
  VersionEdit edit;
  edit.range_deletes.push_back({1, {"a", "c", 5}});
  edit.range_deletes.push_back({1, {"b", "", 6}});
  VersionPtr both;
  ASSERT_TRUE(Build(map.version, edit, &both).ok());
  ASSERT_EQ(both->Find(1)->range_tombstones->all().size(), 2u);
  edit = {};
  edit.ended_range_deletes.push_back({1, 5});
  VersionPtr one;
  ASSERT_TRUE(Build(*both, edit, &one).ok());
  ASSERT_EQ(one->Find(1)->range_tombstones->all().size(), 1u);
  EXPECT_EQ(one->Find(1)->range_tombstones->all()[0].sequence, 6u);
  edit.ended_range_deletes = {{1, 6}};
  VersionPtr none;
  ASSERT_TRUE(Build(*one, edit, &none).ok());
  EXPECT_EQ(none->Find(1)->range_tombstones, nullptr);
  EXPECT_EQ(both->Find(1)->range_tombstones->all().size(), 2u) << "the base stays as it is";
}

TEST_F(VersionBuilderTest, RefusesWhatCannotBe) {
  VersionEdit edit;
  edit.deleted_tables.push_back({1, 5, 2});
  EXPECT_EQ(Refusal(edit), "manifest edit: 000002.sst is deleted from level 5, where it is not");
  edit = {};
  edit.deleted_tables.push_back({9, 0, 2});
  EXPECT_EQ(Refusal(edit),
            "manifest edit: 000002.sst is deleted from namespace 9, which is not there");
  edit = {};
  edit.new_tables.push_back({9, 0, MakeMeta(5, "a", "b")});
  EXPECT_EQ(Refusal(edit), "manifest edit: 000005.sst is added to namespace 9, which is not there");
  edit = {};
  edit.new_tables.push_back({1, 0, MakeMeta(1, "a", "b")});
  EXPECT_EQ(Refusal(edit), "manifest edit: 000001.sst is added twice");
  edit = {};
  edit.new_tables.push_back({1, 6, MakeMeta(5, "m", "n")});
  EXPECT_EQ(Refusal(edit), "namespace 'default', level 6: the table overlaps the one before it");
  edit = {};
  edit.new_tables.push_back({1, 0, MakeMeta(5, "n", "m")});
  EXPECT_EQ(Refusal(edit),
            "namespace 'default', level 0: a table's smallest key comes after its largest");
  edit = {};
  edit.dropped_namespaces.push_back(9);
  EXPECT_EQ(Refusal(edit), "manifest edit: namespace 9 is dropped and not there");
  edit = {};
  edit.created_namespaces.push_back(MakeNamespace(1, "again"));
  EXPECT_EQ(Refusal(edit), "manifest edit: namespace 1 is created twice");
  edit = {};
  edit.created_namespaces.push_back(MakeNamespace(2, "default"));
  EXPECT_EQ(Refusal(edit), "two namespaces are named 'default'");
  edit = {};
  edit.range_deletes.push_back({9, {"a", "b", 3}});
  EXPECT_EQ(Refusal(edit), "manifest edit: a range delete in namespace 9, which is not there");
  for (const NamespaceId id : {1, 9}) {
    edit = {};
    edit.ended_range_deletes.push_back({id, 3});
    EXPECT_EQ(Refusal(edit), "manifest edit: a range delete ends in namespace " +
                                 std::to_string(id) + ", where it is not");
  }
}

}  // namespace
}  // namespace ledgerstone
