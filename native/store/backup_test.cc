// Backups: what is sent, what each one holds, what damage is told, and what a power cut or a
// failing operation anywhere in making, removing or restoring one leaves behind.
#include <gtest/gtest.h>

#include <set>

#include "store/backup_record.h"
#include "testing/counts.h"
#include "testing/seed.h"
#include "testing/store_copies.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

constexpr char kBackups[] = "/backups";

std::string PathIn(const std::string& name) { return std::string(kBackups) + "/" + name; }

// Two namespaces over several levels; `round` makes every value different.
void Fill(ScriptRun& run, int round) {
  if (round == 1) {
    run.Open();
    run.Create("a");
    run.Create("b");
  }
  for (int i = 0; i < 24; ++i) {
    run.Put(i % 3 == 0 ? "b" : "a", "key" + std::to_string(round) + std::to_string(i % 17),
            std::string(300, static_cast<char>('a' + round)));
  }
  run.Delete("a", "key11");
  run.Put("a", "round", std::to_string(round), Durability::kMemory);
}

class StoreBackup : public testing::Test {
 protected:
  // A store with `rounds` backups; remembers what each of them holds.
  void Prepare(int rounds) {
    run_.reset();
    env_ = std::make_unique<SimulatedEnv>(seed_);
    run_ = std::make_unique<ScriptRun>(env_.get(), seed_);
    held_.clear();
    for (int round = 1; round <= rounds; ++round) {
      Fill(*run_, round);
      ASSERT_TRUE(Make().ok());
    }
  }
  Status Make() {
    held_.push_back(run_->history().Newest());
    return run_->world().store().Backup(kBackups, {held_.size() * 1000}, &info_);
  }
  std::vector<BackupInfo> List() {
    std::vector<BackupInfo> infos;
    const Status status = ListBackups(env_.get(), kBackups, &infos);
    EXPECT_TRUE(status.ok() || status.Is(StatusCode::kNotFound)) << status.ToString();
    return infos;
  }
  std::vector<std::string> Files(const std::string& under) const {
    std::vector<std::string> files;
    for (const std::string& file : env_->ListImages()) {
      if (file.starts_with(under + "/")) files.push_back(file);
    }
    return files;
  }
  // Restores into a clone of the disk and opens what came of it.
  void ExpectRestores(uint64_t number) {
    const std::unique_ptr<SimulatedEnv> clone = env_->Clone();
    BackupInfo info;
    const Status restored = RestoreBackup(clone.get(), kBackups, "/restored", number, &info);
    ASSERT_TRUE(restored.ok()) << "backup " << number << ": " << restored.ToString();
    EXPECT_EQ(info.number, number);
    const CopyLook look = LookAtCopy(*clone, "/restored");
    ASSERT_TRUE(look.status.ok()) << look.status.ToString();
    ASSERT_EQ(StoreStateText(look.state), StoreStateText(held_.at(number - 1)));
    EXPECT_EQ(look.sequence, info.sequence);
  }
  // All that are listed are good; there are at least `least` of them.
  void ExpectGood(uint64_t least) {
    const std::vector<BackupInfo> infos = List();
    ASSERT_GE(infos.size(), least);
    for (const BackupInfo& info : infos) {
      ASSERT_TRUE(info.damage.ok()) << info.damage.ToString();
      ExpectRestores(info.number);
      if (HasFatalFailure()) return;
    }
  }
  void ExpectNothingUnnamed() {
    std::set<std::string> named;
    const BackupDirectoryNames names = NamesOf();
    for (const std::string& file : Files(PathIn("tables"))) {
      EXPECT_TRUE(names.contains(file)) << file << " is named by no backup";
    }
  }
  using BackupDirectoryNames = std::set<std::string>;
  BackupDirectoryNames NamesOf() {
    BackupDirectoryNames names;
    for (const BackupInfo& info : List()) {
      std::string bytes = env_->ReadImage(PathIn(BackupNameOf(info.number))).value_or("");
      BackupRecord record;
      EXPECT_TRUE(DecodeBackup(bytes, "backup", info.number, &record).ok());
      for (const auto& table : record.state.snapshot.new_tables) {
        names.insert(PathIn(BackupTableName(record.state.store_id, table.meta)));
      }
    }
    return names;
  }
  static std::string BackupNameOf(uint64_t number) { return BackupName(number); }

  const uint64_t seed_ = PrintedSeed(41);
  std::unique_ptr<SimulatedEnv> env_;
  std::unique_ptr<ScriptRun> run_;
  std::vector<StoreState> held_;
  BackupInfo info_;
};

const std::vector<CrashOptions>& Damages() {
  static const std::vector<CrashOptions> damages = {{0, CrashMode::kDropUnsynced, 4096, true},
                                                    {0, CrashMode::kDropUnsynced, 4096, false},
                                                    {0, CrashMode::kTearAndReorder, 512, true},
                                                    {0, CrashMode::kKeepAll, 4096, true},
                                                    {0, CrashMode::kKeepAll, 4096, false}};
  return damages;
}

TEST_F(StoreBackup, KeepsSeveralThatShareTables) {
  Prepare(3);
  const std::vector<BackupInfo> infos = List();
  ASSERT_EQ(infos.size(), 3u);
  uint64_t whole = 0;
  for (size_t i = 0; i < infos.size(); ++i) {
    EXPECT_EQ(infos[i].number, i + 1);
    EXPECT_EQ(infos[i].created_millis, (i + 1) * 1000);
    EXPECT_EQ(infos[i].store_id, run_->world().store().report().store_id);
    EXPECT_GE(infos[i].tables, infos[i].sent_tables);
    whole += infos[i].tables;
  }
  EXPECT_GT(infos[2].sequence, infos[1].sequence);
  EXPECT_LT(Files(PathIn("tables")).size(), whole) << "nothing is shared";
  ExpectGood(3);
  std::vector<Status> findings;
  ASSERT_TRUE(VerifyBackup(env_.get(), kBackups, 2, &findings).ok());
  EXPECT_TRUE(findings.empty());
}

TEST_F(StoreBackup, SendsOnlyWhatIsNew) {
  Prepare(1);
  Random random(seed_);
  for (int i = 0; i < 200; ++i) {
    std::string value(200, '\0');
    for (char& c : value) c = static_cast<char>(random.Below(256));
    run_->Put("a", "wide" + std::to_string(i), value);
  }
  run_->Compact();
  ASSERT_TRUE(Make().ok());
  run_->Put("a", "one", "more");
  env_->KeepTrace(true);
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(info_.sent_tables, 1u);
  EXPECT_GT(info_.tables, 5u);
  EXPECT_LT(info_.sent_bytes * 8, info_.bytes);
  uint64_t read_tables = 0;
  for (const DiskOperation& operation : env_->Trace()) {
    if (operation.kind == DiskOperationKind::kOpenRead && operation.path.ends_with(".sst")) {
      ++read_tables;
    }
  }
  EXPECT_LE(read_tables, info_.sent_tables + 1) << "old tables are not read again";
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(info_.sent_tables, 0u);
  EXPECT_EQ(info_.sent_bytes, 0u);
}

TEST_F(StoreBackup, RemovesOneAndKeepsWhatOthersShare) {
  Prepare(3);
  ASSERT_TRUE(RemoveBackup(env_.get(), kBackups, 2).ok());
  EXPECT_EQ(List().size(), 2u);
  ExpectRestores(1);
  ExpectRestores(3);
  ExpectNothingUnnamed();
  EXPECT_TRUE(RemoveBackup(env_.get(), kBackups, 2).Is(StatusCode::kNotFound));
  ASSERT_TRUE(RemoveBackup(env_.get(), kBackups, 1).ok());
  ASSERT_TRUE(RemoveBackup(env_.get(), kBackups, 3).ok());
  EXPECT_TRUE(Files(PathIn("tables")).empty());
  BackupInfo info;
  EXPECT_TRUE(RestoreBackup(env_.get(), kBackups, "/r", 0, &info).Is(StatusCode::kNotFound));
}

TEST_F(StoreBackup, HoldsStoresOfDifferentOriginsSideBySide) {
  Prepare(2);
  ASSERT_TRUE(run_->world().Close().ok());
  ASSERT_TRUE(env_->RenameFile(StoreWorld::kPath, "/first").ok());
  ScriptRun other(env_.get(), seed_ + 1);
  Fill(other, 1);
  BackupInfo info;
  ASSERT_TRUE(other.world().store().Backup(kBackups, {}, &info).ok());
  EXPECT_EQ(info.number, 3u);
  EXPECT_EQ(info.sent_tables, info.tables) << "another store's table is no substitute";
  held_.push_back(other.history().Newest());
  ASSERT_TRUE(other.world().Close().ok());
  ExpectGood(3);
}

TEST_F(StoreBackup, TellsDamageByFileAndLeavesNoHalfStore) {
  Prepare(2);
  ASSERT_TRUE(run_->world().Close().ok());
  const SimulatedEnv::Image image = env_->Snapshot();
  const BackupDirectoryNames all = NamesOf();
  std::set<std::string> files(all.begin(), all.end());
  files.insert(PathIn(BackupName(2)));
  const auto expect_told = [&](const std::string& file) {
    BackupInfo info;
    const Status status = RestoreBackup(env_.get(), kBackups, "/restored", 2, &info);
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
    EXPECT_EQ(PathIn(status.place().file), file);
    EXPECT_FALSE(ImageExists(*env_, "/restored"));
    EXPECT_FALSE(ImageExists(*env_, "/restored.partial"));
    std::vector<Status> findings;
    EXPECT_TRUE(VerifyBackup(env_.get(), kBackups, 2, &findings).ok());
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(PathIn(findings.front().place().file), file);
  };
  size_t damaged = 0;
  for (const std::string& file : files) {
    BackupInfo info;
    const std::string bytes = *env_->ReadImage(file);
    bool needed = false;
    for (const uint64_t offset : {uint64_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      SCOPED_TRACE(file + ", byte " + std::to_string(offset));
      env_->Restore(image);
      env_->CorruptByte(file, offset, 0x10);
      std::vector<Status> findings;
      ASSERT_TRUE(VerifyBackup(env_.get(), kBackups, 2, &findings).ok());
      needed = !findings.empty();
      if (!needed) break;  // a table of backup 1 alone
      expect_told(file);
      ++damaged;
    }
    if (!needed) continue;
    SCOPED_TRACE(file + " cut short");
    env_->Restore(image);
    env_->WriteImage(file, Slice(bytes).substr(0, bytes.size() - 1));
    expect_told(file);
    if (file == PathIn(BackupName(2))) continue;
    SCOPED_TRACE(file + " gone");
    env_->Restore(image);
    env_->RemoveImage(file);
    expect_told(file);
  }
  EXPECT_GT(damaged, 9u);
}

TEST_F(StoreBackup, ADamagedRecordIsListedAndNeverPassedOver) {
  Prepare(3);
  env_->CorruptByte(PathIn(BackupName(3)), 60, 1);
  const std::vector<BackupInfo> infos = List();
  ASSERT_EQ(infos.size(), 3u);
  EXPECT_TRUE(infos[1].damage.ok());
  EXPECT_TRUE(infos[2].damage.Is(StatusCode::kCorruption));
  EXPECT_EQ(infos[2].damage.place().file, BackupName(3));
  BackupInfo info;
  EXPECT_TRUE(RestoreBackup(env_.get(), kBackups, "/r", 0, &info).Is(StatusCode::kCorruption));
  const size_t tables = Files(PathIn("tables")).size();
  EXPECT_TRUE(RemoveBackup(env_.get(), kBackups, 1).Is(StatusCode::kCorruption));
  EXPECT_EQ(List().size(), 3u);
  ASSERT_TRUE(Make().ok()) << "a damaged backup does not keep new ones away";
  EXPECT_GE(Files(PathIn("tables")).size(), tables) << "what the damaged one needs is unknown";
  ASSERT_TRUE(RemoveBackup(env_.get(), kBackups, 3).ok());
  ExpectNothingUnnamed();
  ExpectGood(3);
}

TEST_F(StoreBackup, RefusesADirectoryThatIsSomethingElse) {
  Prepare(1);
  BackupInfo info;
  Store& store = run_->world().store();
  env_->WriteImage(PathIn("notes.txt"), "mine");
  EXPECT_TRUE(store.Backup(kBackups, {}, &info).Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(store.Backup(StoreWorld::kPath, {}, &info).Is(StatusCode::kInvalidArgument));
  EXPECT_EQ(List().size(), 1u);
  EXPECT_TRUE(RestoreBackup(env_.get(), kBackups, StoreWorld::kPath, 1, &info)
                  .Is(StatusCode::kInvalidArgument));
  std::vector<BackupInfo> infos;
  EXPECT_TRUE(ListBackups(env_.get(), "/none", &infos).Is(StatusCode::kNotFound));
}

TEST_F(StoreBackup, OneAtATimeChangesTheDirectory) {
  Prepare(1);
  std::unique_ptr<DirectoryLock> lock;
  ASSERT_TRUE(env_->LockDirectory(kBackups, "LOCK", &lock).ok());
  BackupInfo info;
  EXPECT_TRUE(run_->world().store().Backup(kBackups, {}, &info).Is(StatusCode::kLocked));
  EXPECT_TRUE(RemoveBackup(env_.get(), kBackups, 1).Is(StatusCode::kLocked));
  lock.reset();
  ExpectGood(1);
}

TEST_F(StoreBackup, TellsADamagedTableOfTheStoreAndSendsNothingOfIt) {
  Prepare(1);
  Fill(*run_, 2);
  ASSERT_TRUE(run_->world().Flush().ok());
  std::string table;
  for (const std::string& file : Files(StoreWorld::kPath)) {
    if (file.ends_with(".sst")) table = file;
  }
  env_->CorruptByte(table, 70, 4);
  const Status status = Make();
  EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << status.ToString();
  EXPECT_EQ(StoreWorld::PathOf(status.place().file), table);
  EXPECT_EQ(List().size(), 1u);
  ExpectRestores(1);
}

// Runs `act` with the power cut at each of its operations, and `judge` on what is left.
void SweepCuts(uint64_t seed, const std::function<void()>& prepare,
               const std::function<SimulatedEnv&()>& env, const std::function<void()>& act,
               const std::function<void()>& kill, const std::function<void()>& judge) {
  prepare();
  env().KeepTrace(true);
  act();
  const std::vector<DiskOperation> trace = env().Trace();
  ASSERT_GT(trace.size(), 0u);
  for (uint64_t at = 0; at < trace.size(); ++at) {
    if (!ChangesDisk(trace[at].kind)) continue;
    SCOPED_TRACE("power cut at " + trace[at].Text());
    prepare();
    env().SetFaultPlan(FaultPlan(Fault::CrashAt(at)));
    act();
    kill();
    const SimulatedEnv::Image image = env().Snapshot();
    for (CrashOptions damage : Damages()) {
      damage.seed = seed + at;
      env().Restore(image);
      env().Crash(damage);
      Count("crash images: backup");
      judge();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST_F(StoreBackup, EarlierOnesStayGoodAndAHalfMadeOneIsInvisibleWhereverThePowerGoes) {
  size_t made = 0;
  SweepCuts(
      seed_,
      [&] {
        Prepare(2);
        Fill(*run_, 3);
        held_.push_back(run_->history().Newest());
        run_->world().scheduler().RunAll();
      },
      [&]() -> SimulatedEnv& { return *env_; },
      [&] { (void)run_->world().store().Backup(kBackups, {}, &info_); },
      [&] { run_->world().Kill(); },
      [&] {
        const size_t listed = List().size();
        made += listed == 3 ? 1 : 0;
        ExpectGood(2);
        StoreWorld world(env_.get(), seed_ + 1);
        ASSERT_TRUE(world.Open().ok());
        const Status again = world.store().Backup(kBackups, {}, &info_);
        ASSERT_TRUE(again.ok()) << again.ToString();
        EXPECT_EQ(info_.number, listed + 1);
        ExpectNothingUnnamed();
        ASSERT_TRUE(world.ReadAll(&held_.emplace_back()).ok());
        if (listed == 2) held_[2] = held_.back();
        ExpectGood(3);
        held_.resize(3);
        held_[2] = run_->history().Newest();
      });
  EXPECT_GT(made, 0u) << "no cut came after the record was there";
}

TEST_F(StoreBackup, FailsWholeWhateverFails) {
  Prepare(1);
  Fill(*run_, 2);
  run_->world().scheduler().RunAll();
  env_->KeepTrace(true);
  ASSERT_TRUE(Make().ok());
  const size_t count = env_->Trace().size();
  size_t failed = 0;
  for (const bool partly : {false, true}) {
    for (uint64_t at = 0; at < count; ++at) {
      SCOPED_TRACE("operation " + std::to_string(at) + (partly ? " half done" : " refused"));
      Prepare(1);
      Fill(*run_, 2);
      run_->world().scheduler().RunAll();
      Fault fault;
      fault.operation = at;
      fault.kind = at % 2 == 0 ? FaultKind::kIoError : FaultKind::kNoSpace;
      fault.partly = partly;
      env_->SetFaultPlan(FaultPlan(fault));
      failed += Make().ok() ? 0 : 1;
      env_->SetFaultPlan(FaultPlan());
      Count("I/O errors: backup");
      ASSERT_EQ(env_->misuse().total(), 0u);
      (void)run_->world().Close();
      ExpectGood(1);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(failed, count / 2);
}

TEST_F(StoreBackup, RemovingLeavesTheOthersGoodWhereverThePowerGoes) {
  SweepCuts(
      seed_,
      [&] {
        Prepare(3);
        ASSERT_TRUE(run_->world().Close().ok());
      },
      [&]() -> SimulatedEnv& { return *env_; },
      [&] { (void)RemoveBackup(env_.get(), kBackups, 2); }, [] {},
      [&] {
        ExpectGood(2);
        ExpectRestores(1);
        ExpectRestores(3);
        if (List().size() == 3) {
          ASSERT_TRUE(RemoveBackup(env_.get(), kBackups, 2).ok());
          ExpectNothingUnnamed();
        }
      });
}

TEST_F(StoreBackup, RestoringGivesAWholeStoreOrNoneWhereverThePowerGoes) {
  size_t there = 0;
  SweepCuts(
      seed_,
      [&] {
        Prepare(2);
        ASSERT_TRUE(run_->world().Close().ok());
      },
      [&]() -> SimulatedEnv& { return *env_; },
      [&] { (void)RestoreBackup(env_.get(), kBackups, "/restored", 2, &info_); }, [] {},
      [&] {
        ASSERT_EQ(List().size(), 2u);
        if (ImageExists(*env_, "/restored")) {
          ++there;
          const CopyLook look = LookAtCopy(*env_, "/restored");
          ASSERT_TRUE(look.status.ok()) << look.status.ToString();
          ASSERT_EQ(StoreStateText(look.state), StoreStateText(held_[1]));
        } else {
          ExpectRestores(2);
        }
      });
  EXPECT_GT(there, 0u) << "no cut came after the rename";
}

}  // namespace
}  // namespace ledgerstone
