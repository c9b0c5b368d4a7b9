// Damaged files under every script's store, closed and unclosed: bytes flipped, files cut, removed,
// lengthened, exchanged with another store's. What is read is right, or Corruption names a file.
// Of a store that was not closed the newest log's end may be gone, which nobody can tell from a
// write that was never synced. LEDGERSTONE_ROUNDS=n goes on with other seeds.
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/counts.h"
#include "testing/rounds.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

// Files up to this size are damaged at every byte, larger ones at so many places.
constexpr size_t kSmallFileBytes = 512;
constexpr size_t kPlaces = 64;

class StoreDamage : public testing::TestWithParam<size_t> {
 protected:
  static void TearDownTestSuite() {
    if (Counted("scripts: store damage") < StoreScripts().size()) return;
    for (const char* how : {"flip wal", "flip manifest", "flip sst", "flip CURRENT", "cut wal",
                            "cut manifest", "cut sst", "cut CURRENT", "remove wal",
                            "remove manifest", "remove sst", "remove CURRENT", "exchange wal",
                            "exchange manifest", "exchange sst", "lengthen sst"}) {
      EXPECT_GT(Counted(std::string("damaged opens: store, ") + how), 0u) << how;
    }
    EXPECT_GT(Counted("damage told: store, by open"), 0u);
    EXPECT_GT(Counted("damage told: store, by a read"), 0u);
  }

  const StoreScript& script() const { return StoreScripts().at(GetParam()); }

  // The script's store as it is left by a clean close, or by a death.
  void Make(bool closed) {
    env_ = std::make_unique<SimulatedEnv>(seed_);
    run_ = std::make_unique<ScriptRun>(env_.get(), seed_);
    script().run(*run_);
    closed_ = closed && run_->world().Close().ok();
    ASSERT_EQ(closed_, closed);
    run_->world().Kill();
    // Nothing unsynced is lost: what follows is damage, not a power cut.
    env_->Crash({seed_, CrashMode::kKeepAll, 4096, false});
    image_ = env_->Snapshot();
    StoreWorld sound(env_.get(), seed_ + 1);
    ASSERT_TRUE(sound.Open().ok());
    ASSERT_TRUE(sound.ReadAll(&sound_).ok());
    sound.Kill();
    env_->Restore(image_);
    newest_log_.clear();
    for (const std::string& path : env_->ListImages()) {
      if (path.ends_with(".wal")) newest_log_ = std::max(newest_log_, path);
    }
  }

  std::vector<size_t> Places(size_t size) {
    std::vector<size_t> places;
    if (size <= kSmallFileBytes) {
      for (size_t at = 0; at < size; ++at) places.push_back(at);
    } else {
      for (size_t i = 0; i < kPlaces; ++i) places.push_back(random_.Below(size));
    }
    return places;
  }

  void ExpectRightOrTold(const std::string& how, const std::string& path) {
    Count("damaged opens: store, " + how + " " + FileKindText(DiskOperationKind::kRead, path));
    StoreWorld world(env_.get(), seed_ + 1);
    Status status = world.Open();
    if (!status.ok()) {
      Count("damage told: store, by open");
      ASSERT_EQ(status.code(), StatusCode::kCorruption) << status.ToString();
      ASSERT_FALSE(status.place().file.empty()) << status.ToString();
      return;
    }
    StoreState state;
    status = world.ReadAll(&state);
    if (!status.ok()) {
      Count("damage told: store, by a read");
      ASSERT_EQ(status.code(), StatusCode::kCorruption) << status.ToString();
      ASSERT_FALSE(status.place().file.empty()) << status.ToString();
      return ExpectKeysRightOrTold(&world, sound_);
    }
    if (!closed_ && path == newest_log_) {
      ASSERT_EQ(run_->history().JudgePrefix(state, world.store().Applied()), "");
    } else {
      ASSERT_EQ(StoreStateText(state), StoreStateText(sound_));
    }
    ExpectKeysRightOrTold(&world, state);
  }

  // Single keys go another way than ranges: through filters and hash indexes.
  void ExpectKeysRightOrTold(StoreWorld* world, const StoreState& state) {
    for (const NamespaceInfo& info : world->store().Namespaces()) {
      for (const auto& [key, value] : state.at(info.name)) {
        const std::optional<std::string> found = world->Get(info.id, key);
        if (found.has_value() && found->starts_with("error: CORRUPTION")) continue;
        ASSERT_EQ(found, value) << info.name << " " << key;
      }
    }
  }

  void FlipBytes(const std::string& path, size_t size) {
    for (const size_t at : Places(size)) {
      SCOPED_TRACE("byte " + std::to_string(at));
      env_->Restore(image_);
      env_->CorruptByte(path, at, static_cast<uint8_t>(1u << random_.Below(8)));
      ExpectRightOrTold("flip", path);
      if (HasFatalFailure()) return;
    }
  }

  void Replace(const std::string& path, const std::string& how, Slice contents) {
    env_->Restore(image_);
    env_->WriteImage(path, contents);
    ExpectRightOrTold(how, path);
  }

  void ChangeLength(const std::string& path, const std::string& whole) {
    for (const size_t size : Places(whole.size())) {
      SCOPED_TRACE("cut to " + std::to_string(size));
      Replace(path, "cut", Slice(whole).substr(0, size));
      if (HasFatalFailure()) return;
    }
    Replace(path, "lengthen", whole + std::string(1 + random_.Below(64), '\0'));
    if (HasFatalFailure()) return;
    Replace(path, "lengthen", whole + whole.substr(0, 1 + random_.Below(whole.size())));
  }

  void Remove(const std::string& path) {
    env_->Restore(image_);
    env_->RemoveImage(path);
    ExpectRightOrTold("remove", path);
  }

  // With every other file of its kind, and with that of the same name in another store.
  void Exchange(const std::string& path, const SimulatedEnv& other) {
    const auto kind = [](const std::string& file) {
      return FileKindText(DiskOperationKind::kRead, file);
    };
    env_->Restore(image_);
    const std::vector<std::string> paths = env_->ListImages();
    for (const std::string& from : paths) {
      if (from == path || kind(from) != kind(path)) continue;
      env_->Restore(image_);
      Replace(path, "exchange", env_->ReadImage(from).value_or(""));
      if (HasFatalFailure()) return;
    }
    const std::optional<std::string> foreign = other.ReadImage(path);
    if (foreign.has_value()) Replace(path, "exchange", *foreign);
  }

  void Sweep(bool closed) {
    SimulatedEnv other(seed_ + 77);
    ScriptRun other_run(&other, seed_ + 77);
    script().run(other_run);
    other_run.world().Kill();
    Make(closed);
    if (HasFatalFailure()) return;
    for (const std::string& path : env_->ListImages()) {
      SCOPED_TRACE(script().name + (closed ? ", closed, " : ", unclosed, ") + path);
      env_->Restore(image_);
      const std::string whole = env_->ReadImage(path).value_or("");
      FlipBytes(path, whole.size());
      if (HasFatalFailure()) return;
      if (!whole.empty()) ChangeLength(path, whole);
      if (HasFatalFailure()) return;
      Remove(path);
      if (HasFatalFailure()) return;
      Exchange(path, other);
      if (HasFatalFailure()) return;
    }
  }

  uint64_t seed_ = PrintedSeed(91);
  Random random_{seed_ + GetParam()};
  std::unique_ptr<SimulatedEnv> env_;
  std::unique_ptr<ScriptRun> run_;
  bool closed_ = false;
  StoreState sound_;  // before any damage
  std::string newest_log_;
  SimulatedEnv::Image image_ = SimulatedEnv(1).Snapshot();
};

TEST_P(StoreDamage, IsToldWithAFileOrChangesNothing) {
  Count("scripts: store damage");
  ForEachRound(&seed_, [this] {
    random_ = Random(seed_ + GetParam());
    for (const bool closed : {true, false}) {
      Sweep(closed);
      if (HasFatalFailure()) return;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Scripts, StoreDamage, testing::Range(size_t{0}, StoreScripts().size()),
                         [](const auto& script) { return StoreScripts().at(script.param).name; });

}  // namespace
}  // namespace ledgerstone
