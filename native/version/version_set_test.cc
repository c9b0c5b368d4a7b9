#include "version/version_set.h"

#include <gtest/gtest.h>

#include "testing/edit_builder.h"
#include "testing/log_builder.h"
#include "testing/tree_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

// A store directory and sets opened on it one after another.
struct SetWorld {
  TreeWorld world;
  std::unique_ptr<VersionSet> set;

  SimulatedEnv& env() { return world.env(); }
  std::string Manifest() { return "db/" + ManifestName(set->manifest_number()); }

  void Create() {
    set = std::make_unique<VersionSet>(&env(), "db", world.context());
    ASSERT_TRUE(set->Create().ok());
    VersionEdit edit;
    edit.created_namespaces.push_back(MakeNamespace(1, "default"));
    edit.next_namespace_id = 2;
    ASSERT_TRUE(set->Apply(edit).ok());
  }
  // The edit that adds a table file of some bytes.
  VersionEdit AddTable(int level, Slice first, Slice last) {
    VersionEdit edit;
    edit.new_tables.push_back({1, level, MakeMeta(set->NewFileNumber(), first, last)});
    const TableMeta& meta = edit.new_tables.back().meta;
    edit.last_sequence = meta.largest_sequence;
    env().WriteImage("db/" + TableName(meta.number), std::string(meta.size, 't'));
    return edit;
  }
  Status Recover(VersionSet::RecoveryReport* report) {
    set = std::make_unique<VersionSet>(&env(), "db", world.context());
    return set->Recover(report);
  }
  Status Recover() {
    VersionSet::RecoveryReport report;
    return Recover(&report);
  }
  // In place of the manifest's edits: those that `write` puts behind a snapshot, which stands there
  // when `whole`.
  Status RecoverForged(bool whole, const std::function<void(log::Writer*)>& write) {
    const std::string path = Manifest();
    const log::Writer::Identity identity{FileKind::kManifest, set->store_id(),
                                         set->manifest_number(), 0};
    env().RemoveImage(path);
    std::unique_ptr<log::Writer> writer;
    EXPECT_TRUE((whole ? CreateManifest(&env(), path, identity,
                                        SnapshotEdit(*set->current(), set->state()), &writer)
                       : log::Writer::Create(&env(), path, identity, {}, &writer))
                    .ok());
    write(writer.get());
    EXPECT_TRUE(writer->Sync().ok());
    EXPECT_TRUE(writer->Close().ok());
    return Recover();
  }
  std::string Levels() { return LevelSummary(*set->current()->Find(1)); }
};

TEST(VersionSet, RecoversWhatWasApplied) {
  SetWorld world;
  world.Create();
  VersionEdit edit = world.AddTable(0, "a", "c");
  edit.first_log = 5;
  edit.last_log = 6;
  edit.applied = 70;
  ASSERT_TRUE(world.set->Apply(edit).ok());
  ASSERT_TRUE(world.set->Apply(world.AddTable(6, "x", "z")).ok());
  const StoreId id = world.set->store_id();
  const ManifestState before = world.set->state();
  const std::string levels = LevelsText(*world.set->current());
  ASSERT_TRUE(world.set->Close().ok());
  VersionSet::RecoveryReport report;
  ASSERT_TRUE(world.Recover(&report).ok());
  EXPECT_FALSE(report.cut.has_value());
  EXPECT_EQ(LevelsText(*world.set->current()), levels);
  EXPECT_EQ(world.set->store_id(), id);
  const ManifestState after = world.set->state();
  EXPECT_EQ(after.next_file_number, before.next_file_number);
  EXPECT_EQ(after.next_namespace_id, 2u);
  EXPECT_EQ(after.last_sequence, before.last_sequence);
  EXPECT_EQ(after.first_log, 5u);
  EXPECT_EQ(after.last_log, 6u);
  EXPECT_EQ(after.applied, 70u);
}

TEST(VersionSet, CarriesEverythingIntoANewManifest) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const uint64_t old_manifest = world.set->manifest_number();
  const uint64_t old_bytes = world.set->manifest_bytes();
  VersionEdit extra;
  extra.first_log = 9;
  ASSERT_TRUE(world.set->StartManifest(extra).ok());
  EXPECT_GT(world.set->manifest_number(), old_manifest);
  EXPECT_NE(world.set->manifest_bytes(), old_bytes);
  EXPECT_EQ(world.set->current()->trees.size(), 1u);
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "d", "e")).ok());
  ASSERT_TRUE(world.set->Close().ok());
  world.env().RemoveImage("db/" + ManifestName(old_manifest));
  ASSERT_TRUE(world.Recover().ok());
  EXPECT_EQ(world.Levels(), "L0:2");
  EXPECT_EQ(world.set->state().first_log, 9u);
  EXPECT_EQ(world.set->state().next_namespace_id, 2u);
}

TEST(VersionSet, NeverGivesANumberTwice) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const uint64_t used = world.set->NewFileNumber();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "d", "e")).ok());
  ASSERT_TRUE(world.Recover().ok());
  EXPECT_GT(world.set->NewFileNumber(), used + 1);
  world.set->MarkFileNumberUsed(1000);
  world.set->MarkFileNumberUsed(500);
  EXPECT_EQ(world.set->NewFileNumber(), 1001u);
}

TEST(VersionSet, IsAbsentWithoutCurrent) {
  SetWorld world;
  EXPECT_EQ(world.Recover().code(), StatusCode::kNotFound);
}

TEST(VersionSet, OverwritesAHalfCreatedStore) {
  SetWorld world;
  world.env().WriteImage("db/" + ManifestName(1), "left over");
  world.Create();
  ASSERT_TRUE(world.Recover().ok());
  EXPECT_EQ(world.set->manifest_number(), 1u);
}

TEST(VersionSet, HoldsACleanCloseOnlyAsTheVeryLastEdit) {
  SetWorld world;
  world.Create();
  const log::SegmentEnd end{7, 300, 4096, 0xabcd, 0};
  VersionEdit close;
  close.clean_close = end;
  ASSERT_TRUE(world.set->Apply(close).ok());
  ASSERT_TRUE(world.set->Close().ok());
  ASSERT_TRUE(world.Recover().ok());
  EXPECT_EQ(world.set->state().clean_close, end);
  ASSERT_TRUE(world.set->StartManifest({}).ok());
  EXPECT_FALSE(world.set->state().clean_close.has_value());
  ASSERT_TRUE(world.set->Apply(close).ok());
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  ASSERT_TRUE(world.Recover().ok());
  EXPECT_FALSE(world.set->state().clean_close.has_value());
}

TEST(VersionSet, TakesATornLastEditForOneThatWasNeverSynced) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const uint64_t before = world.set->manifest_bytes();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "d", "e")).ok());
  const std::string path = world.Manifest();
  const std::string whole = *world.env().ReadImage(path);
  for (uint64_t size = before + 1; size < whole.size(); ++size) {
    world.env().WriteImage(path, whole.substr(0, size));
    VersionSet::RecoveryReport report;
    ASSERT_TRUE(world.Recover(&report).ok()) << size;
    EXPECT_EQ(world.Levels(), "L0:1");
    ASSERT_TRUE(report.cut.has_value()) << size;
    EXPECT_EQ(report.cut->offset, before);
    EXPECT_EQ(report.cut->bytes, log::ContentBeyond(Slice(whole).substr(0, size), before));
    EXPECT_EQ(*world.env().ReadImage(path), whole.substr(0, size)) << "recovery changes nothing";
  }
}

TEST(VersionSet, RefusesAFlippedByteInAPromisedEditAndNamesTheLastGoodOne) {
  SetWorld world;
  world.Create();
  const uint64_t before = world.set->manifest_bytes();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const uint64_t after = world.set->manifest_bytes();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "d", "e")).ok());
  const std::string path = world.Manifest();
  for (uint64_t at = 0; at < after; ++at) {
    world.env().CorruptByte(path, at, 0x04);
    const Status status = world.Recover();
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << at << " " << status.ToString();
    EXPECT_EQ(status.place().file, "000001.manifest") << at;
    if (at >= before) {
      EXPECT_EQ(status.place().offset, before) << at;
      const std::string last_good = "the last good edit is number 2 at offset";
      EXPECT_NE(status.message().find(last_good), std::string::npos) << status.ToString();
    }
    world.env().CorruptByte(path, at, 0x04);
  }
  EXPECT_TRUE(world.Recover().ok());
}

TEST(VersionSet, CoversTheLastEditByAPromiseWhenClosed) {
  SetWorld world;
  world.Create();
  const uint64_t before = world.set->manifest_bytes();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const std::string path = world.Manifest();
  ASSERT_TRUE(world.set->Close().ok());
  world.env().CorruptByte(path, before + 50, 1);
  EXPECT_EQ(world.Recover().code(), StatusCode::kCorruption);
}

TEST(VersionSet, RefusesAManifestWithoutAWholeSnapshot) {
  SetWorld world;
  world.Create();
  const std::string path = world.Manifest();
  const std::string whole = *world.env().ReadImage(path);
  const size_t opening_end = kFileHeaderSize + log::RecordSize(log::kSegmentEndSize);
  for (size_t size = 0; size < opening_end + 8; ++size) {
    world.env().WriteImage(path, whole.substr(0, size));
    EXPECT_EQ(world.Recover().code(), StatusCode::kCorruption) << size;
  }
  world.env().RemoveImage(path);
  const Status missing = world.Recover();
  EXPECT_EQ(missing.code(), StatusCode::kCorruption);
  EXPECT_EQ(missing.expected(), "000001.manifest");
}

TEST(VersionSet, RefusesSoundRecordsThatAreNoEditInTheirPlace) {
  VersionEdit good;
  good.first_log = 5;
  VersionEdit twin;
  twin.created_namespaces.push_back(MakeNamespace(2, "default"));
  VersionEdit gone;
  gone.dropped_namespaces.push_back(9);
  const struct {
    log::Writer::Record record;
    std::string bytes;
    const char* message;
  } rows[] = {
      {{log::RecordType::kBatch, 5, 1}, good.Encode(), "a record in a manifest that is no edit"},
      {{log::RecordType::kEdit, 1, 1}, good.Encode(), "manifest edit out of its place"},
      {{log::RecordType::kEdit, 3, 1}, good.Encode(), "manifest edit out of its place"},
      {{log::RecordType::kEdit, 2, 2}, good.Encode(), "manifest edit out of its place"},
      {{log::RecordType::kEdit, 2, 1}, "\x01", "manifest edit cut short"},
      {{log::RecordType::kEdit, 2, 1}, gone.Encode(), "namespace 9 is dropped and not there"},
      {{log::RecordType::kEdit, 2, 1}, twin.Encode(), "two namespaces are named 'default'"},
  };
  for (const auto& row : rows) {
    for (const bool whole : {true, false}) {
      if (!whole && row.record.first_sequence == 1) continue;
      SetWorld world;
      world.Create();
      const Slice payload(row.bytes);
      const Status status = world.RecoverForged(whole, [&](log::Writer* writer) {
        EXPECT_TRUE(writer->Append(row.record, std::span(&payload, 1)).ok());
      });
      EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
      const std::string text = status.ToString();
      EXPECT_TRUE(!whole || text.find(row.message) != std::string::npos) << text;
      EXPECT_NE(text.find(whole ? "the last good edit is number" : "no good edit before it"),
                std::string::npos)
          << text;
    }
  }
}

TEST(VersionSet, LeavesAManifestOfANewerBuildAlone) {
  SetWorld world;
  world.Create();
  const Status status = world.RecoverForged(true, [](log::Writer* writer) {
    const Slice payload("\x63\x01x");
    EXPECT_TRUE(writer->Append({log::RecordType::kEdit, 2, 1}, std::span(&payload, 1)).ok());
  });
  EXPECT_TRUE(status.Is(StatusCode::kNotSupported)) << status.ToString();
}

TEST(VersionSet, RefusesADamagedCurrent) {
  SetWorld world;
  world.Create();
  world.env().CorruptByte("db/CURRENT", 50, 1);
  const Status status = world.Recover();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_EQ(status.place().file, "CURRENT");
}

TEST(VersionSet, RefusesAMissingTableAndOneOfAnotherSize) {
  SetWorld world;
  world.Create();
  const VersionEdit edit = world.AddTable(0, "a", "c");
  const std::string name = TableName(edit.new_tables[0].meta.number);
  ASSERT_TRUE(world.set->Apply(edit).ok());
  const uint64_t size = edit.new_tables[0].meta.size;
  world.env().WriteImage("db/" + name, "short");
  Status status = world.Recover();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_EQ(status.place().file, name);
  EXPECT_EQ(status.expected(), std::to_string(size) + " bytes");
  EXPECT_EQ(status.found(), "5 bytes");
  world.env().RemoveImage("db/" + name);
  status = world.Recover();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_EQ(status.found(), "no file");
}

TEST(VersionSet, PassesOnAReadErrorAsWhatItIs) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  for (uint64_t nth = 0; nth < 3; ++nth) {
    Fault fault = Fault::ErrorAt(nth % 2);
    fault.only_kind = nth < 2 ? DiskOperationKind::kRead : DiskOperationKind::kSize;
    if (nth == 2) fault.only_file_kind = "sst";
    world.env().SetFaultPlan(FaultPlan(fault));
    EXPECT_EQ(world.Recover().code(), StatusCode::kIoError) << nth;
    EXPECT_EQ(world.env().faults_fired(), 1u);
  }
  world.env().SetFaultPlan({});
}

TEST(VersionSet, StopsForGoodAfterAFailedWriteOrSync) {
  for (const DiskOperationKind kind : {DiskOperationKind::kAppend, DiskOperationKind::kSync}) {
    SetWorld world;
    world.Create();
    const VersionPtr before = world.set->current();
    const VersionEdit edit = world.AddTable(0, "a", "c");
    Fault fault = Fault::ErrorAt(0);
    fault.only_kind = kind;
    world.env().SetFaultPlan(FaultPlan(fault));
    bool installed = false;
    const Status first = world.set->Apply(edit, [&](const VersionPtr&) { installed = true; });
    EXPECT_EQ(first.code(), StatusCode::kIoError);
    EXPECT_FALSE(installed);
    EXPECT_EQ(world.set->current(), before);
    const uint64_t operations = world.env().operation_count();
    EXPECT_EQ(world.set->Apply(edit).ToString(), first.ToString());
    EXPECT_EQ(world.set->StartManifest({}).ToString(), first.ToString());
    EXPECT_EQ(world.env().operation_count(), operations) << "nothing is touched any more";
    EXPECT_EQ(world.set->Close().ToString(), first.ToString());
    EXPECT_EQ(world.env().misuse().total(), 0u);
  }
}

TEST(VersionSet, ChangesNothingForAnEditThatCannotBe) {
  SetWorld world;
  world.Create();
  VersionEdit edit;
  edit.deleted_tables.push_back({1, 0, 99});
  const uint64_t bytes = world.set->manifest_bytes();
  EXPECT_EQ(world.set->Apply(edit).code(), StatusCode::kCorruption);
  EXPECT_EQ(world.set->manifest_bytes(), bytes);
  EXPECT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
}

TEST(VersionSet, HandsOutObsoleteTablesOnceTheLastReaderLetGo) {
  SetWorld world;
  world.Create();
  const VersionEdit add = world.AddTable(0, "a", "c");
  const uint64_t number = add.new_tables[0].meta.number;
  ASSERT_TRUE(world.set->Apply(add).ok());
  VersionPtr reader = world.set->current();
  VersionEdit remove;
  remove.deleted_tables.push_back({1, 0, number});
  ASSERT_TRUE(world.set->Apply(remove).ok());
  EXPECT_TRUE(world.world.obsolete().empty());
  reader.reset();
  EXPECT_EQ(world.world.obsolete(), std::vector<uint64_t>{number});
}

TEST(VersionSet, KeepsTablesWhoseRemovalWasNotMadeDurable) {
  SetWorld world;
  world.Create();
  const VersionEdit add = world.AddTable(0, "a", "c");
  ASSERT_TRUE(world.set->Apply(add).ok());
  VersionEdit remove;
  remove.dropped_namespaces.push_back(1);
  Fault fault = Fault::ErrorAt(0);
  fault.only_kind = DiskOperationKind::kSync;
  world.env().SetFaultPlan(FaultPlan(fault));
  EXPECT_FALSE(world.set->Apply(remove).ok());
  world.set.reset();
  EXPECT_TRUE(world.world.obsolete().empty());
}

TEST(VersionSet, RunsInstalledWhenTheNewVersionIsCurrent) {
  SetWorld world;
  world.Create();
  VersionPtr seen;
  ASSERT_TRUE(world.set
                  ->Apply(world.AddTable(0, "a", "c"),
                          [&](const VersionPtr& version) {
                            seen = version;
                            EXPECT_EQ(world.set->current(), version);
                          })
                  .ok());
  EXPECT_EQ(LevelSummary(*seen->Find(1)), "L0:1");
}

TEST(VersionSet, TellsWhenTheManifestCannotBeClosedWell) {
  for (const DiskOperationKind kind :
       {DiskOperationKind::kAppend, DiskOperationKind::kSync, DiskOperationKind::kClose}) {
    SetWorld world;
    world.Create();
    Fault fault = Fault::ErrorAt(0);
    fault.only_kind = kind;
    world.env().SetFaultPlan(FaultPlan(fault));
    EXPECT_EQ(world.set->Close().code(), StatusCode::kIoError);
    EXPECT_EQ(world.env().faults_fired(), 1u);
    EXPECT_EQ(world.set->Close().code(), StatusCode::kIoError) << "again";
    EXPECT_EQ(world.set->Apply({}).code(), StatusCode::kIoError);
    EXPECT_TRUE(world.Recover().ok());
  }
}

TEST(VersionSet, WithoutAManifestHasNothingToClose) {
  SetWorld world;
  VersionSet set(&world.env(), "db", world.world.context());
  EXPECT_TRUE(set.Close().ok());
}

TEST(VersionSet, LetsGoOfTablesThatTheFirstEditOfANewManifestRemoves) {
  SetWorld world;
  world.Create();
  const VersionEdit add = world.AddTable(0, "a", "c");
  const uint64_t number = add.new_tables[0].meta.number;
  ASSERT_TRUE(world.set->Apply(add).ok());
  VersionEdit remove;
  remove.deleted_tables.push_back({1, 0, number});
  ASSERT_TRUE(world.set->StartManifest(remove).ok());
  EXPECT_EQ(world.world.obsolete(), std::vector<uint64_t>{number});
}

TEST(VersionSet, StartsNoManifestWithAnEditThatCannotBe) {
  SetWorld world;
  world.Create();
  VersionEdit edit;
  edit.deleted_tables.push_back({1, 0, 99});
  const uint64_t number = world.set->manifest_number();
  EXPECT_EQ(world.set->StartManifest(edit).code(), StatusCode::kCorruption);
  EXPECT_EQ(world.set->manifest_number(), number);
  EXPECT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok()) << "nothing failed for good";
}

TEST(VersionSet, IsClosedForGood) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Close().ok());
  EXPECT_EQ(world.set->Apply({}).code(), StatusCode::kClosed);
  EXPECT_EQ(world.set->StartManifest({}).code(), StatusCode::kClosed);
}

// Whatever operation the power fails at, the next open finds the state before or after it.
TEST(VersionSet, SwitchesManifestsAtomicallyUnderPowerCuts) {
  SetWorld world;
  world.Create();
  ASSERT_TRUE(world.set->Apply(world.AddTable(0, "a", "c")).ok());
  const VersionEdit next = world.AddTable(0, "d", "e");
  ASSERT_TRUE(world.set->Close().ok());
  const auto image = world.env().Snapshot();
  int crashes = 0;
  bool seen_old = false;
  bool seen_new = false;
  for (uint64_t operation = 0; operation < 100; ++operation) {
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      world.env().Restore(image);
      ASSERT_TRUE(world.Recover().ok());
      Fault crash = Fault::CrashAt(operation);
      crash.partly = seed % 2 == 0;
      world.env().SetFaultPlan(FaultPlan(crash));
      VersionEdit first_log;
      first_log.first_log = 33;
      Status status = world.set->StartManifest(first_log);
      const bool started = status.ok();
      if (started) status = world.set->Apply(next);
      const bool crashed = world.env().dead();
      CrashOptions options;
      options.seed = seed;
      world.env().Crash(options);
      const Status reopened = world.Recover();
      ASSERT_TRUE(reopened.ok()) << operation << " " << seed << " " << reopened.ToString();
      const bool is_new = world.set->state().first_log == 33;
      (is_new ? seen_new : seen_old) = true;
      EXPECT_TRUE(is_new || !started) << "a finished switch is durable";
      EXPECT_TRUE(world.Levels() == "L0:2" || !status.ok()) << "an applied edit is durable";
      EXPECT_TRUE(world.Levels() == "L0:1" || is_new);
      crashes += crashed ? 1 : 0;
    }
  }
  EXPECT_GT(crashes, 8 * 10);
  EXPECT_TRUE(seen_old && seen_new);
  EXPECT_EQ(world.env().misuse().total(), 0u);
}

}  // namespace
}  // namespace ledgerstone
