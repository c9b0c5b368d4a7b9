// Ingestions: what they leave visible and on disk, whatever happens to them.
#include <gtest/gtest.h>

#include "testing/store_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string Key(int number) {
  std::string digits = std::to_string(number);
  return "k" + digits.insert(0, 6 - digits.size(), '0');
}

Entries Sorted(int from, int count, size_t size = 50) {
  Entries entries;
  for (int i = from; i < from + count; ++i)
    entries.emplace_back(Key(i), "v" + std::to_string(i) + std::string(size, '.'));
  return entries;
}

class StoreIngest : public testing::Test {
 protected:
  StoreIngest() : world_(&env_, 11, Options()) { Open(); }

  static StoreOptions Options() {
    StoreOptions options = TinyStoreOptions();
    options.l0_slowdown_trigger = 1000;
    options.l0_stop_trigger = 2000;
    return options;
  }
  void Open() {
    const Status status = world_.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    id_ = world_.Open("a");
  }

  size_t TableCount() {
    std::vector<std::string> names;
    EXPECT_TRUE(env_.ListDirectory(StoreWorld::kPath, &names).ok());
    uint64_t number = 0;
    return static_cast<size_t>(std::count_if(names.begin(), names.end(), [&](const auto& name) {
      return ParseFileName(name, &number) == StoreFile::kTable;
    }));
  }
  std::string Levels() {
    std::string text;
    for (const NamespaceLevels& tree : world_.store().Levels()) {
      if (tree.name != "a") continue;
      for (const auto& level : tree.levels) {
        if (level.files > 0)
          text += "L" + std::to_string(level.level) + ":" + std::to_string(level.files) + " ";
      }
    }
    return text;
  }
  Status Add(Ingestion* ingestion, const std::string& key, const std::string& value = "v") {
    WriteBatch batch;
    batch.Put(id_, key, value);
    return ingestion->Add(batch.bytes(), batch.count());
  }
  void ExpectNothingLeft() {
    EXPECT_EQ(TableCount(), 0u);
    StoreState state;
    ASSERT_TRUE(world_.ReadAll(&state).ok());
    EXPECT_TRUE(state["a"].empty());
  }

  SimulatedEnv env_{11};
  StoreWorld world_;
  NamespaceId id_ = 0;
};

// What an unclean end used up of the sequences is far ahead of what is visible.
TEST_F(StoreIngest, IsTakenAsTheFirstAfterAnUncleanEnd) {
  ASSERT_TRUE(world_.Put(id_, Key(1), "one").ok());
  world_.Kill();
  env_.Crash({.mode = CrashMode::kKeepAll, .lose_directory_entries = false});
  Open();
  IngestReport report;
  const Status status = world_.Ingest(id_, Sorted(10, 3), &report);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(report.sequence, world_.store().VisibleSequence());
  EXPECT_EQ(world_.Get(id_, Key(1)), "one");
  EXPECT_TRUE(world_.Get(id_, Key(12)).has_value());
}

TEST_F(StoreIngest, BringsSortedEntriesToTheBottom) {
  IngestReport report;
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 500), &report).ok());
  EXPECT_EQ(report.entries, 500u);
  EXPECT_GT(report.bytes, 0u);
  EXPECT_EQ(report.sequence, world_.store().VisibleSequence());
  EXPECT_EQ(Levels().substr(0, 3), "L3:");
  EXPECT_GT(TableCount(), 1u);
  EXPECT_EQ(world_.Get(id_, Key(0)), "v0" + std::string(50, '.'));
  EXPECT_EQ(world_.Get(id_, Key(499)), "v499" + std::string(50, '.'));
  EXPECT_EQ(world_.Get(id_, Key(500)), std::nullopt);
  EXPECT_TRUE(world_.VerifyClean().ok());
  ASSERT_TRUE(world_.Close().ok());
  Open();
  EXPECT_EQ(world_.Get(id_, Key(250)), "v250" + std::string(50, '.'));
  EXPECT_EQ(world_.store().VisibleSequence(), report.sequence);
}

TEST_F(StoreIngest, TakesNoEntriesAndOneEntryAndHugeOnes) {
  IngestReport report;
  const uint64_t before = world_.store().VisibleSequence();
  ASSERT_TRUE(world_.Ingest(id_, {}, &report).ok());
  EXPECT_EQ(report.entries, 0u);
  EXPECT_EQ(report.sequence, before);
  EXPECT_EQ(TableCount(), 0u);
  ASSERT_TRUE(world_.Ingest(id_, {{"one", "1"}}, &report).ok());
  EXPECT_EQ(report.entries, 1u);
  const std::string huge(3 << 20, 'h');
  ASSERT_TRUE(world_.Ingest(id_, {{"two", huge}, {"two2", "2"}, {"two3", huge}}).ok());
  EXPECT_EQ(world_.Get(id_, "one"), "1");
  EXPECT_EQ(world_.Get(id_, "two3"), huge);
  EXPECT_TRUE(world_.VerifyClean().ok());
}

TEST_F(StoreIngest, RefusesWhatDoesNotRiseAndNamesTheEntry) {
  for (const char* const bad : {"k000009", "k000008", "a"}) {
    std::shared_ptr<Ingestion> ingestion;
    ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
    for (const auto& [key, value] : Sorted(0, 10)) ASSERT_TRUE(Add(ingestion.get(), key).ok());
    const Status status = Add(ingestion.get(), bad);
    EXPECT_TRUE(status.Is(StatusCode::kInvalidArgument));
    EXPECT_NE(status.message().find("entry 10"), std::string::npos) << status.ToString();
    EXPECT_EQ(ingestion->entries(), 10u);
    EXPECT_TRUE(Add(ingestion.get(), "z").Is(StatusCode::kInvalidArgument));
    IngestReport report;
    EXPECT_TRUE(ingestion->Commit(&report).Is(StatusCode::kInvalidArgument));
    ExpectNothingLeft();
  }
}

TEST_F(StoreIngest, TakesPutsOfItsNamespaceAlone) {
  const NamespaceId other = world_.Open("b");
  WriteBatch strange;
  strange.Put(other, "k", "v");
  WriteBatch deletes;
  deletes.Delete(id_, "k");
  WriteBatch empty_key;
  empty_key.Put(id_, "", "v");
  for (const WriteBatch* batch : {&strange, &deletes, &empty_key}) {
    std::shared_ptr<Ingestion> ingestion;
    ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
    EXPECT_TRUE(ingestion->Add(batch->bytes(), batch->count()).Is(StatusCode::kInvalidArgument));
  }
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  WriteBatch good;
  good.Put(id_, "k", "v");
  EXPECT_TRUE(ingestion->Add(good.bytes(), 2).Is(StatusCode::kInvalidArgument));
}

TEST_F(StoreIngest, IsRefusedWhereItCouldNotBeTold) {
  std::shared_ptr<Ingestion> ingestion;
  const NamespaceId derived = world_.Open("d", {.derived = true});
  EXPECT_TRUE(world_.store().NewIngestion(derived, &ingestion).Is(StatusCode::kNotSupported));
  EXPECT_TRUE(world_.store().NewIngestion(999, &ingestion).Is(StatusCode::kInvalidArgument));
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  std::shared_ptr<Ingestion> second;
  EXPECT_TRUE(world_.store().NewIngestion(id_, &second).Is(StatusCode::kConflict));
  ingestion.reset();
  EXPECT_TRUE(world_.store().NewIngestion(id_, &second).ok());
  second.reset();
  ASSERT_TRUE(world_.Close().ok());
  world_.options().retention.bytes = 1 << 20;
  Open();
  EXPECT_TRUE(world_.store().NewIngestion(id_, &second).Is(StatusCode::kNotSupported));
}

TEST_F(StoreIngest, IsNewerThanWhatWasWrittenBeforeAndOlderThanWhatComesAfter) {
  ASSERT_TRUE(world_.Put(id_, Key(5), "in a table").ok());
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_TRUE(world_.Put(id_, Key(6), "in a memtable").ok());
  ASSERT_TRUE(world_.Put(id_, Key(900), "beside").ok());
  const uint64_t old = world_.store().TakeSnapshot();
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 10, 0)).ok());
  EXPECT_EQ(world_.Get(id_, Key(5)), "v5");
  EXPECT_EQ(world_.Get(id_, Key(6)), "v6");
  EXPECT_EQ(world_.Get(id_, Key(900)), "beside");
  EXPECT_EQ(world_.Get(id_, Key(5), old), "in a table");
  EXPECT_EQ(world_.Get(id_, Key(6), old), "in a memtable");
  EXPECT_EQ(world_.Get(id_, Key(7), old), std::nullopt);
  ASSERT_TRUE(world_.Put(id_, Key(6), "after").ok());
  ASSERT_TRUE(world_.Delete(id_, Key(7)).ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(world_.Get(id_, Key(6)), "after");
    EXPECT_EQ(world_.Get(id_, Key(7)), std::nullopt);
    EXPECT_EQ(world_.Get(id_, Key(8)), "v8");
    EXPECT_EQ(world_.Get(id_, Key(5), old), "in a table");
    ASSERT_TRUE(world_.Compact().ok());
  }
}

// Again and again: the lanes come in another order each time.
TEST_F(StoreIngest, WaitsForWritesThatCameWhileItFlushed) {
  for (int round = 0; round < 30; ++round) {
    const std::string wanted = "ingested " + std::to_string(round);
    std::shared_ptr<Ingestion> ingestion;
    ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
    ASSERT_TRUE(Add(ingestion.get(), Key(5), wanted).ok());
    ASSERT_TRUE(world_.Put(id_, Key(1), "flushed").ok());
    WriteBatch batch;
    batch.Put(id_, Key(5), "before");
    bool written = false;
    // Told that the flush is done before the ingestion is, and so ahead of its commit.
    world_.store().Flush([&](const Status&) {
      world_.store().Write(batch.bytes(), batch.count(), {}, [&](const Status& status) {
        EXPECT_TRUE(status.ok());
        written = true;
      });
    });
    IngestReport report;
    ASSERT_TRUE(ingestion->Commit(&report).ok());
    ASSERT_TRUE(written);
    ASSERT_EQ(world_.Get(id_, Key(5)), wanted);
  }
}

TEST_F(StoreIngest, GoesAsDeepAsNothingMeetsIt) {
  ASSERT_TRUE(world_.Ingest(id_, Sorted(100, 5)).ok());
  EXPECT_EQ(Levels(), "L3:1 ");
  ASSERT_TRUE(world_.Ingest(id_, Sorted(200, 5)).ok());
  EXPECT_EQ(Levels(), "L3:2 ");
  // The scheduler has not run the compactions yet that will push it down.
  IngestReport report;
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.Ingest(id_, Sorted(102, 5), &report).ok());
  EXPECT_EQ(world_.Get(id_, Key(103)), "v103" + std::string(50, '.'));
  ASSERT_TRUE(world_.Put(id_, Key(103), "newer").ok());
  ASSERT_TRUE(world_.Flush().ok());
  ASSERT_TRUE(world_.Ingest(id_, Sorted(103, 1, 0)).ok());
  EXPECT_EQ(world_.Get(id_, Key(103)), "v103");
  world_.scheduler().RunAll();
  EXPECT_EQ(world_.Get(id_, Key(103)), "v103");
  EXPECT_TRUE(world_.VerifyClean().ok());
}

TEST_F(StoreIngest, AReaderThatBeganBeforeSeesNothingThatCameAfterIt) {
  ASSERT_TRUE(world_.Put(id_, Key(1), "old").ok());
  std::unique_ptr<Iterator> iterator;
  ASSERT_TRUE(world_.store().NewIterator(id_, {}, Tier::kDisk, &iterator).ok());
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 3)).ok());
  ASSERT_TRUE(world_.Put(id_, Key(9), "later").ok());
  int seen = 0;
  for (iterator->Start(); iterator->Valid(); iterator->Next()) ++seen;
  EXPECT_EQ(seen, 1);
}

TEST_F(StoreIngest, ATransactionThatReadBeforeItConflicts) {
  const uint64_t reader = world_.store().BeginTransaction();
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 10)).ok());
  const uint64_t later = world_.store().BeginTransaction();
  const auto commit = [&](uint64_t transaction) {
    ReadSet reads;
    reads.AddKey(id_, Key(3));
    WriteBatch batch;
    batch.Put(id_, "written", "1");
    Status result;
    bool settled = false;
    TransactionCommit one{transaction, reads.bytes(), batch.bytes(), batch.count()};
    one.done = [&](const Status& status) {
      result = status;
      settled = true;
    };
    EXPECT_TRUE(world_.store().Commit({&one, 1}).ok());
    world_.scheduler().WaitUntil([&] { return settled; });
    return result;
  };
  EXPECT_TRUE(commit(reader).Is(StatusCode::kConflict));
  EXPECT_TRUE(commit(later).ok());
}

TEST_F(StoreIngest, AReaderOfChangesIsToldThatItMissedSome) {
  ASSERT_TRUE(world_.Put(id_, "k", "v").ok());
  std::unique_ptr<ChangeReader> behind;
  std::unique_ptr<ChangeReader> level;
  const uint64_t newest = world_.store().VisibleSequence();
  ASSERT_TRUE(world_.store().NewChangeReader({.after = newest - 1}, &behind).ok());
  ASSERT_TRUE(world_.store().NewChangeReader({.after = newest}, &level).ok());
  std::string room(4096, '\0');
  ChangeReader::Chunk chunk;
  ASSERT_TRUE(level->Read(room.data(), room.size(), &chunk).ok());
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 3)).ok());
  ASSERT_TRUE(world_.Put(id_, "k", "after").ok());
  EXPECT_TRUE(level->Read(room.data(), room.size(), &chunk).Is(StatusCode::kNotRetained));
  Status status;
  while (status.ok()) status = behind->Read(room.data(), room.size(), &chunk);
  EXPECT_TRUE(status.Is(StatusCode::kNotRetained));
  EXPECT_TRUE(
      world_.store().NewChangeReader({.after = newest}, &level).Is(StatusCode::kNotRetained));
  std::unique_ptr<ChangeReader> fresh;
  const uint64_t floor = world_.store().Floor();
  ASSERT_TRUE(world_.store().NewChangeReader({.after = floor}, &fresh).ok());
  ASSERT_TRUE(fresh->Read(room.data(), room.size(), &chunk).ok());
  EXPECT_GT(chunk.bytes, 0u);
}

TEST_F(StoreIngest, AReaderOfChangesInAnEmptySegmentIsToldToo) {
  ASSERT_TRUE(world_.Put(id_, "k", "v").ok());
  ASSERT_TRUE(world_.Flush().ok());
  std::string room(4096, '\0');
  ChangeReader::Chunk chunk;
  const uint64_t newest = world_.store().VisibleSequence();
  for (const bool more : {false, true}) {
    std::unique_ptr<ChangeReader> reader;
    const uint64_t from = more ? world_.store().VisibleSequence() : newest;
    ASSERT_TRUE(world_.store().NewChangeReader({.after = from}, &reader).ok());
    ASSERT_TRUE(reader->Read(room.data(), room.size(), &chunk).ok());
    ASSERT_EQ(chunk.bytes, 0u);
    ASSERT_TRUE(world_.Ingest(id_, Sorted(more ? 100 : 0, 3)).ok());
    if (more) {
      ASSERT_TRUE(world_.Put(id_, "k", "after").ok());
    }
    EXPECT_TRUE(reader->Read(room.data(), room.size(), &chunk).Is(StatusCode::kNotRetained));
  }
}

TEST_F(StoreIngest, ClosingTheStoreEndsItAndRemovesItsFiles) {
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  for (const auto& [key, value] : Sorted(0, 300, 100))
    ASSERT_TRUE(Add(ingestion.get(), key, value).ok());
  EXPECT_GT(TableCount(), 1u);
  ASSERT_TRUE(world_.store().Close().ok());
  EXPECT_EQ(TableCount(), 0u);
  EXPECT_TRUE(Add(ingestion.get(), "z").Is(StatusCode::kClosed));
  IngestReport report;
  EXPECT_TRUE(ingestion->Commit(&report).Is(StatusCode::kClosed));
  ingestion.reset();
  ASSERT_TRUE(world_.Close().ok());
  Open();
  ExpectNothingLeft();
}

TEST_F(StoreIngest, LettingGoOfItRemovesItsFiles) {
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  for (const auto& [key, value] : Sorted(0, 300, 100))
    ASSERT_TRUE(Add(ingestion.get(), key, value).ok());
  EXPECT_GT(TableCount(), 1u);
  ingestion.reset();
  ExpectNothingLeft();
}

TEST_F(StoreIngest, ADropMeanwhileEndsIt) {
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  ASSERT_TRUE(Add(ingestion.get(), "k").ok());
  ASSERT_TRUE(world_.Drop(id_).ok());
  IngestReport report;
  EXPECT_TRUE(ingestion->Commit(&report).Is(StatusCode::kInvalidArgument));
  EXPECT_EQ(TableCount(), 0u);
  const NamespaceId again = world_.Open("a");
  EXPECT_TRUE(world_.Ingest(again, Sorted(0, 3)).ok());
}

TEST_F(StoreIngest, AFullDiskEndsItAloneWithNothingLeft) {
  ASSERT_TRUE(world_.Put(id_, "before", "1").ok());
  ASSERT_TRUE(world_.Flush().ok());
  const size_t tables = TableCount();
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  ASSERT_TRUE(Add(ingestion.get(), Key(0)).ok());
  env_.SetFaultPlan(FaultPlan(Fault{.operation = 2,
                                    .kind = FaultKind::kNoSpace,
                                    .from_then_on = true,
                                    .only_kind = DiskOperationKind::kAppend,
                                    .only_file_kind = "sst"}));
  Status status;
  for (const auto& [key, value] : Sorted(1, 2000, 100)) {
    status = Add(ingestion.get(), key, value);
    if (!status.ok()) break;
  }
  EXPECT_TRUE(status.Is(StatusCode::kNoSpace)) << status.ToString();
  env_.SetFaultPlan({});
  EXPECT_EQ(TableCount(), tables);
  EXPECT_TRUE(world_.Put(id_, "after", "2").ok());
  EXPECT_TRUE(world_.Ingest(id_, Sorted(0, 20)).ok());
  EXPECT_EQ(world_.Get(id_, "before"), "1");
}

TEST_F(StoreIngest, KeepsExpiryAndSurvivesRangeDeletesBeforeIt) {
  WriteBatch erase;
  erase.DeleteRange(id_, "", "");
  ASSERT_TRUE(world_.Write(erase).ok());
  std::shared_ptr<Ingestion> ingestion;
  ASSERT_TRUE(world_.store().NewIngestion(id_, &ingestion).ok());
  WriteBatch batch;
  batch.PutExpiring(id_, "brief", "v", env_.WallMillis() + 1000);
  batch.Put(id_, "long", "v");
  ASSERT_TRUE(ingestion->Add(batch.bytes(), batch.count()).ok());
  IngestReport report;
  ASSERT_TRUE(ingestion->Commit(&report).ok());
  EXPECT_EQ(world_.Get(id_, "brief"), "v");
  EXPECT_EQ(world_.Get(id_, "long"), "v");
  env_.SetWallMillis(env_.WallMillis() + 2000);
  EXPECT_EQ(world_.Get(id_, "brief"), std::nullopt);
  ASSERT_TRUE(world_.Write(erase).ok());
  EXPECT_EQ(world_.Get(id_, "long"), std::nullopt);
}

TEST_F(StoreIngest, IsToldWhenTheManifestHasLostItsEnd) {
  ASSERT_TRUE(world_.Put(id_, "before", "1").ok());
  std::string manifest;
  for (const std::string& path : env_.ListImages()) {
    if (path.ends_with(".manifest")) manifest = path;
  }
  ASSERT_TRUE(world_.Flush().ok());
  const std::string without = env_.ReadImage(manifest).value();
  ASSERT_TRUE(world_.Ingest(id_, Sorted(0, 20)).ok());
  ASSERT_GT(env_.ReadImage(manifest).value().size(), without.size());
  ASSERT_TRUE(world_.Close().ok());
  env_.WriteImage(manifest, without);
  const Status status = world_.Open();
  ASSERT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
  EXPECT_EQ(StoreWorld::PathOf(status.place().file), manifest) << status.ToString();
}

}  // namespace
}  // namespace ledgerstone
