// What a power cut leaves. Each rule of simulated_disk.h and simulated_crash.cc has a test that
// says what must survive and what may be lost; the sweeps must catch planted bugs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

#include "env/simulated_env.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kSeeds = 1500;

uint64_t FirstSeed() {
  const char* text = std::getenv("LEDGERSTONE_SEED");
  const uint64_t seed = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  std::printf("LEDGERSTONE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

class SimulatedCrash : public testing::Test {
 protected:
  SimulatedCrash() { EXPECT_TRUE(env_.CreateDirectory("/db").ok()); }

  std::unique_ptr<WritableFile> Create(const std::string& path) {
    std::unique_ptr<WritableFile> file;
    EXPECT_TRUE(env_.NewWritableFile(path, WriteMode::kCreate, &file).ok());
    return file;
  }
  // A file whose name and contents are durable.
  std::unique_ptr<WritableFile> CreateDurable(const std::string& path, Slice contents) {
    auto file = Create(path);
    EXPECT_TRUE(file->Append(contents).ok());
    EXPECT_TRUE(file->Sync().ok());
    EXPECT_TRUE(env_.SyncDirectory("/db").ok());
    return file;
  }
  static std::string Describe(const SimulatedEnv& env) {
    std::string text;
    for (const std::string& path : env.ListImages()) {
      text += path.substr(path.rfind('/') + 1) + "=" + *env.ReadImage(path) + " ";
    }
    return text;
  }
  // Every disk that some seed leaves of the present state.
  std::set<std::string> Outcomes(CrashOptions options) {
    const uint64_t first = FirstSeed();
    std::set<std::string> outcomes;
    for (uint64_t seed = first; seed < first + kSeeds; ++seed) {
      const auto clone = env_.Clone();
      options.seed = seed;
      clone->Crash(options);
      outcomes.insert(Describe(*clone));
    }
    return outcomes;
  }
  std::set<std::string> TornOutcomes() { return Outcomes({}); }

  SimulatedEnv env_;
};

using Strings = std::set<std::string>;

TEST_F(SimulatedCrash, SyncedBytesUnderASyncedNameAlwaysSurvive) {
  auto file = CreateDurable("/db/a", "durable");
  ASSERT_TRUE(file->Append("|lost").ok());
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{"a=durable "});
  EXPECT_EQ(Outcomes({.mode = CrashMode::kKeepAll}), Strings{"a=durable|lost "});
  const std::string zeros("a=durable\0\0\0\0\0 ", 15);
  EXPECT_EQ(TornOutcomes(), (Strings{"a=durable ", "a=durable|lost ", zeros}));
}

TEST_F(SimulatedCrash, UnsyncedUnitsAreLostOrKeptOnTheirOwn) {
  auto file = CreateDurable("/db/a", std::string(100, 'd'));
  ASSERT_TRUE(file->Append(std::string(412 + 512 + 100, 'u')).ok());
  std::set<std::string> shapes;
  const uint64_t first = FirstSeed();
  for (uint64_t seed = first; seed < first + kSeeds; ++seed) {
    const auto clone = env_.Clone();
    clone->Crash({.seed = seed, .unit = 512});
    const std::string bytes = clone->ReadImage("/db/a").value_or("");
    ASSERT_GE(bytes.size(), 100u);
    EXPECT_EQ(bytes.substr(0, 100), std::string(100, 'd')) << "seed " << seed;
    std::string shape;
    constexpr std::array<std::pair<size_t, size_t>, 3> kUnits = {
        {{100, 512}, {512, 1024}, {1024, 1124}}};
    for (const auto& [begin, end] : kUnits) {
      if (bytes.size() < end) {
        EXPECT_LE(bytes.size(), begin) << "a file ends with a whole unit, seed " << seed;
        shape += "-";
        continue;
      }
      const std::string unit = bytes.substr(begin, end - begin);
      const bool kept = unit == std::string(unit.size(), 'u');
      EXPECT_TRUE(kept || unit == std::string(unit.size(), '\0')) << "seed " << seed;
      shape += kept ? "u" : "0";
    }
    shapes.insert(shape);
  }
  EXPECT_EQ(shapes, (Strings{"---", "u--", "uu-", "uuu", "0u-", "00u", "0uu", "u0u", "000", "u00",
                             "uu0", "0u0"}));
}

TEST_F(SimulatedCrash, ASyncedLaterAppendCoversTheEarlierOnes) {
  auto file = CreateDurable("/db/a", "");
  ASSERT_TRUE(file->Append("one").ok());
  ASSERT_TRUE(file->Append("two").ok());
  EXPECT_EQ(env_.UnsyncedBytes("/db/a"), 6u);
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(env_.UnsyncedBytes("/db/a"), 0u);
  EXPECT_EQ(TornOutcomes(), Strings{"a=onetwo "});
}

TEST_F(SimulatedCrash, AfterAFailedSyncALaterSyncPromisesNothingForTheOldBytes) {
  auto file = CreateDurable("/db/a", "base");
  ASSERT_TRUE(file->Append(std::string(508, 'x')).ok());
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  ASSERT_FALSE(file->Sync().ok());
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{"a=base "});
  ASSERT_TRUE(file->Append("after").ok());
  ASSERT_TRUE(file->Sync().ok()) << "the system has forgotten that pages were lost";
  const Strings outcomes = TornOutcomes();
  const std::string hole = "a=base" + std::string(508, '\0') + "after ";
  EXPECT_EQ(outcomes, (Strings{hole, "a=base" + std::string(508, 'x') + "after "}));
  EXPECT_EQ(env_.misuse().sync_after_failed_sync, 1u);
}

TEST_F(SimulatedCrash, AFailedWritebackIsHeardAtTheNextSync) {
  auto file = CreateDurable("/db/a", "base");
  ASSERT_TRUE(file->Append("+").ok());
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  file->StartWriteback();
  EXPECT_TRUE(file->Sync().Is(StatusCode::kIoError));
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{"a=base "});
}

TEST_F(SimulatedCrash, ANewNameMayBeLostThoughItsBytesWereSynced) {
  auto file = Create("/db/a");
  ASSERT_TRUE(file->Append("synced").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"", "a=synced "}));
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{""});
  EXPECT_EQ(Outcomes({.lose_directory_entries = false}), Strings{"a=synced "});
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  EXPECT_EQ(TornOutcomes(), Strings{"a=synced "});
}

TEST_F(SimulatedCrash, ARemovedFileMayComeBackUntilTheDirectoryIsSynced) {
  CreateDurable("/db/a", "A");
  ASSERT_TRUE(env_.RemoveFile("/db/a").ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"", "a=A "}));
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  EXPECT_EQ(TornOutcomes(), Strings{""});
}

TEST_F(SimulatedCrash, ARenameIsTheOldOrTheNewNeverBothOrNeither) {
  CreateDurable("/db/old", "1");
  CreateDurable("/db/new", "2");
  ASSERT_TRUE(env_.RenameFile("/db/new", "/db/old").ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"new=2 old=1 ", "old=2 "}));
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  EXPECT_EQ(TornOutcomes(), Strings{"old=2 "});
}

TEST_F(SimulatedCrash, ARenamedFileIsNotLostWithAnotherThatTookItsOldName) {
  CreateDurable("/db/a", "1");
  ASSERT_TRUE(env_.RenameFile("/db/a", "/db/b").ok());
  Create("/db/a");
  ASSERT_TRUE(env_.RemoveFile("/db/a").ok());
  const Strings outcomes = TornOutcomes();
  EXPECT_TRUE(outcomes.contains("a=1 "));
  EXPECT_TRUE(outcomes.contains("b=1 "));
  for (const std::string& outcome : outcomes) {
    EXPECT_NE(outcome.find("=1 "), std::string::npos) << outcome;
  }
}

TEST_F(SimulatedCrash, ARenameBetweenDirectoriesIsSyncedWithEitherAndNeverDoubled) {
  ASSERT_TRUE(env_.CreateDirectory("/db/x").ok());
  ASSERT_TRUE(env_.CreateDirectory("/db/y").ok());
  auto file = Create("/db/x/a");
  ASSERT_TRUE(env_.RenameFile("/db/x/a", "/db/y/b").ok());
  const SimulatedEnv::Image before = env_.Snapshot();
  ASSERT_TRUE(env_.SyncDirectory("/db/y").ok());
  EXPECT_EQ(TornOutcomes(), Strings{"b= "});
  env_.Restore(before);
  ASSERT_TRUE(env_.SyncDirectory("/db/x").ok());
  EXPECT_EQ(TornOutcomes(), Strings{"b= "});
}

TEST_F(SimulatedCrash, ALinkIsLostWithoutItsTarget) {
  CreateDurable("/db/a", "A");
  ASSERT_TRUE(env_.LinkFile("/db/a", "/db/b").ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"a=A ", "a=A b=A "}));
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  ASSERT_TRUE(env_.RemoveFile("/db/a").ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"b=A ", "a=A b=A "}));
}

TEST_F(SimulatedCrash, ChangesOfNamesAreLostIndependently) {
  Create("/db/a");
  Create("/db/b");
  EXPECT_EQ(TornOutcomes(), (Strings{"", "a= ", "b= ", "a= b= "}));
}

TEST_F(SimulatedCrash, AFailedDirectorySyncLeavesNamesThatNoLaterSyncSaves) {
  Create("/db/a");
  env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(0)));
  ASSERT_FALSE(env_.SyncDirectory("/db").ok());
  ASSERT_TRUE(env_.SyncDirectory("/db").ok());
  EXPECT_EQ(TornOutcomes(), (Strings{"", "a= "}));
}

TEST_F(SimulatedCrash, ATruncatedFileStaysCut) {
  auto file = CreateDurable("/db/a", "0123456789");
  ASSERT_TRUE(file->Append("tail").ok());
  ASSERT_TRUE(env_.TruncateFile("/db/a", 12).ok());
  EXPECT_EQ(TornOutcomes(), Strings{"a=0123456789ta "});
  ASSERT_TRUE(env_.TruncateFile("/db/a", 3).ok());
  EXPECT_EQ(TornOutcomes(), Strings{"a=012 "});
}

TEST_F(SimulatedCrash, BytesWrittenIntoDurableZerosAreThereOrStillZeros) {
  auto file = CreateDurable("/db/a", "old");
  ASSERT_TRUE(file->Extend(10).ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Append("new").ok());
  EXPECT_EQ(env_.UnsyncedBytes("/db/a"), 3u);
  const std::string kept("a=oldnew\0\0\0\0 ", 13);
  const std::string lost("a=old\0\0\0\0\0\0\0 ", 13);
  EXPECT_EQ(TornOutcomes(), (Strings{kept, lost}));
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{lost});
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(TornOutcomes(), Strings{kept});
}

TEST_F(SimulatedCrash, ALengthThatWasNotSyncedMayBeLostWithWhatWasWrittenIntoIt) {
  auto file = CreateDurable("/db/a", "old");
  ASSERT_TRUE(file->Extend(1024).ok());
  ASSERT_TRUE(file->Append("new").ok());
  EXPECT_EQ(env_.UnsyncedBytes("/db/a"), 1021u);
  std::set<size_t> lengths;
  std::set<std::string> contents;
  for (const std::string& outcome : Outcomes({.unit = 512})) {
    const std::string bytes = outcome.substr(2, outcome.size() - 3);
    lengths.insert(bytes.size());
    contents.insert(bytes.substr(0, 6));
  }
  EXPECT_EQ(lengths, (std::set<size_t>{3, 512, 1024}));
  EXPECT_EQ(contents, (Strings{"old", "oldnew", std::string("old\0\0\0", 6)}));
}

TEST_F(SimulatedCrash, ACutOfTheLengthIsDurableOnlyWithTheNextSync) {
  auto file = CreateDurable("/db/a", "old");
  ASSERT_TRUE(file->Extend(8).ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Trim().ok());
  const std::string uncut("a=old\0\0\0\0\0 ", 11);
  EXPECT_EQ(TornOutcomes(), (Strings{"a=old ", uncut}));
  EXPECT_EQ(Outcomes({.mode = CrashMode::kDropUnsynced}), Strings{uncut});
  ASSERT_TRUE(file->Append("new").ok());
  const std::string uncut_kept("a=oldnew\0\0 ", 11);
  const std::string cut_zeros("a=old\0\0\0 ", 9);
  EXPECT_EQ(TornOutcomes(), (Strings{"a=old ", "a=oldnew ", cut_zeros, uncut, uncut_kept}));
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(TornOutcomes(), Strings{"a=oldnew "});
}

TEST_F(SimulatedCrash, ADirectoryIsDurableOnceCreated) {
  ASSERT_TRUE(env_.CreateDirectory("/db/one/two").ok());
  env_.Crash({.mode = CrashMode::kDropUnsynced});
  std::unique_ptr<WritableFile> file;
  EXPECT_TRUE(env_.NewWritableFile("/db/one/two/a", WriteMode::kCreate, &file).ok());
}

TEST_F(SimulatedCrash, ASecondCrashFindsOnlyDurableThings) {
  auto file = Create("/db/a");
  ASSERT_TRUE(file->Append(std::string(5000, 'x')).ok());
  env_.Crash({.seed = 7});
  EXPECT_EQ(TornOutcomes(), Strings{Describe(env_)});
}

TEST_F(SimulatedCrash, TheSameSeedLeavesTheSameDisk) {
  for (int i = 0; i < 6; ++i) {
    auto file = Create("/db/" + std::to_string(i));
    ASSERT_TRUE(file->Append(std::string(3000, static_cast<char>('a' + i))).ok());
  }
  std::set<std::string> different;
  const uint64_t first = FirstSeed();
  for (uint64_t seed = first; seed < first + 20; ++seed) {
    const auto one = env_.Clone();
    const auto two = env_.Clone();
    one->Crash({.seed = seed, .unit = 512});
    two->Crash({.seed = seed, .unit = 512});
    EXPECT_EQ(Describe(*one), Describe(*two)) << "seed " << seed;
    different.insert(Describe(*one));
  }
  EXPECT_GT(different.size(), 10u);
}

// Replaces a pointer file; the sound protocol, or one with a step left out.
enum class Protocol { kSound, kNoSync, kNoDirectorySync, kInPlace };

bool Replace(SimulatedEnv* env, Protocol protocol, Slice contents) {
  if (protocol == Protocol::kSound) return ReplaceFile(env, "/db", "CURRENT", contents).ok();
  const std::string target = protocol == Protocol::kInPlace ? "/db/CURRENT" : "/db/next";
  if (protocol == Protocol::kInPlace && !env->RemoveFile(target).ok()) return false;
  std::unique_ptr<WritableFile> file;
  if (!env->NewWritableFile(target, WriteMode::kCreate, &file).ok()) return false;
  if (!file->Append(contents).ok()) return false;
  if (protocol != Protocol::kNoSync && !file->Sync().ok()) return false;
  if (protocol != Protocol::kInPlace && !env->RenameFile(target, "/db/CURRENT").ok()) return false;
  return protocol == Protocol::kNoDirectorySync || env->SyncDirectory("/db").ok();
}

// Cuts the power at each operation, before and after it took effect; counts outcomes that are
// neither the old nor the new file, and acknowledged ones that are not the new.
int CountViolations(Protocol protocol) {
  SimulatedEnv env;
  EXPECT_TRUE(env.CreateDirectory("/db").ok());
  env.WriteImage("/db/CURRENT", "old");
  const SimulatedEnv::Image start = env.Snapshot();
  env.Restore(start);
  EXPECT_TRUE(Replace(&env, protocol, "new!"));
  const uint64_t operations = env.operation_count();
  int violations = 0;
  const uint64_t first = FirstSeed();
  for (uint64_t n = 0; n <= operations; ++n) {
    for (const bool partly : {false, true}) {
      for (uint64_t seed = first; seed < first + 20; ++seed) {
        env.Restore(start);
        Fault fault = Fault::CrashAt(n);
        fault.partly = partly;
        env.SetFaultPlan(FaultPlan(fault));
        const bool acknowledged = Replace(&env, protocol, "new!");
        EXPECT_EQ(acknowledged, n == operations);
        env.Crash({.seed = seed});
        const std::string after = env.ReadImage("/db/CURRENT").value_or("(absent)");
        if (after != "new!" && (after != "old" || acknowledged)) ++violations;
      }
    }
  }
  return violations;
}

TEST(SimulatedCrashSweep, TheSoundProtocolHoldsAtEveryOperation) {
  EXPECT_EQ(CountViolations(Protocol::kSound), 0);
}

TEST(SimulatedCrashSweep, PlantedBugsAreCaught) {
  EXPECT_GT(CountViolations(Protocol::kNoSync), 0);
  EXPECT_GT(CountViolations(Protocol::kNoDirectorySync), 0);
  EXPECT_GT(CountViolations(Protocol::kInPlace), 0);
}

// Many random operations, and a model of what must survive: names and bytes at their last syncs
// when nothing touched them since.
TEST(SimulatedCrashSweep, RandomRunsKeepEverythingThatWasSynced) {
  const uint64_t first = FirstSeed();
  for (uint64_t seed = first; seed < first + 200; ++seed) {
    SimulatedEnv env(seed);
    Random random(seed);
    ASSERT_TRUE(env.CreateDirectory("/db").ok());
    std::map<std::string, std::unique_ptr<WritableFile>> files;
    std::map<std::string, std::string> synced;
    std::set<std::string> durable_names;
    for (int step = 0; step < 60; ++step) {
      const std::string path = "/db/" + std::to_string(random.Below(5));
      auto& file = files[path];
      if (file == nullptr) {
        ASSERT_TRUE(env.NewWritableFile(path, WriteMode::kCreate, &file).ok());
      } else if (random.OneIn(8)) {
        ASSERT_TRUE(env.SyncDirectory("/db").ok());
        for (const auto& [name, open] : files) {
          if (open != nullptr) durable_names.insert(name);
        }
      } else if (random.OneIn(4)) {
        ASSERT_TRUE(file->Sync().ok());
        synced[path] = env.ReadImage(path)->substr(0, file->Size());
      } else if (random.OneIn(6)) {
        ASSERT_TRUE((random.OneIn(3) ? file->Trim() : file->Extend(random.Below(60'000))).ok());
      } else if (random.OneIn(10)) {
        ASSERT_TRUE(env.RemoveFile(path).ok());
        file.reset();
        synced.erase(path);
        durable_names.erase(path);
      } else {
        const auto letter = static_cast<char>('a' + random.Below(26));
        ASSERT_TRUE(file->Append(std::string(random.Below(2000), letter)).ok());
      }
    }
    env.Crash({.seed = seed, .unit = random.OneIn(2) ? 512u : 4096u});
    for (const std::string& name : durable_names) {
      const auto image = env.ReadImage(name);
      ASSERT_TRUE(image.has_value()) << name << ", seed " << seed;
      EXPECT_TRUE(image->starts_with(synced[name])) << name << ", seed " << seed;
    }
  }
}

// Files whose name and bytes were synced and that were only renamed since must be there, once.
TEST(SimulatedCrashSweep, RandomRenamesLoseAndDoubleNoFile) {
  const uint64_t first = FirstSeed();
  for (uint64_t seed = first; seed < first + 400; ++seed) {
    SimulatedEnv env(seed);
    Random random(seed);
    ASSERT_TRUE(env.CreateDirectory("/x").ok());
    ASSERT_TRUE(env.CreateDirectory("/y").ok());
    std::map<std::string, std::string> names;  // path to what the file there holds
    std::set<std::string> safe;
    const auto any_path = [&random] {
      return (random.OneIn(2) ? "/x/" : "/y/") + std::to_string(random.Below(4));
    };
    for (int step = 0; step < 40; ++step) {
      const std::string path = any_path();
      const auto found = names.find(path);
      if (random.OneIn(12)) {
        if (random.OneIn(4)) {
          Fault fault;
          fault.only_kind = DiskOperationKind::kSyncDirectory;
          env.SetFaultPlan(FaultPlan(fault));
        }
        const bool both = env.SyncDirectory("/x").ok() && env.SyncDirectory("/y").ok();
        if (both && env.faults_fired() == 0) {
          for (const auto& [name, id] : names) safe.insert(id);
        }
      } else if (found == names.end()) {
        std::unique_ptr<WritableFile> file;
        ASSERT_TRUE(env.NewWritableFile(path, WriteMode::kCreate, &file).ok());
        ASSERT_TRUE(file->Append("#" + std::to_string(step)).ok());
        ASSERT_TRUE(file->Sync().ok());
        names[path] = "#" + std::to_string(step);
      } else if (random.OneIn(4)) {
        ASSERT_TRUE(env.RemoveFile(path).ok());
        safe.erase(found->second);
        names.erase(found);
      } else if (const std::string to = any_path(); to != path) {
        ASSERT_TRUE(env.RenameFile(path, to).ok());
        safe.erase(names[to]);
        names[to] = found->second;
        names.erase(path);
      }
    }
    env.Crash({.seed = seed});
    std::map<std::string, int> left;
    for (const std::string& path : env.ListImages()) ++left[*env.ReadImage(path)];
    for (const auto& [id, count] : left) EXPECT_EQ(count, 1) << id << ", seed " << seed;
    for (const std::string& id : safe) EXPECT_EQ(left[id], 1) << id << ", seed " << seed;
  }
}

}  // namespace
}  // namespace ledgerstone
