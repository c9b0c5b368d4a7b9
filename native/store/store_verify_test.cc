// Verification of an open store: its rate, its progress, its end, and what it keeps alive.
#include <gtest/gtest.h>

#include "base/coding.h"
#include "base/random.h"
#include "testing/store_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

class StoreVerify : public testing::Test {
 protected:
  StoreVerify() : env_(7), world_(&env_, 7, Options()) {
    EXPECT_TRUE(world_.Open().ok());
    id_ = world_.Open("a");
    Fill("k");
  }

  static StoreOptions Options() {
    StoreOptions options = TinyStoreOptions();
    options.compact_in_background = false;
    options.l0_slowdown_trigger = 1000;
    options.l0_stop_trigger = 2000;
    return options;
  }

  void Fill(const std::string& prefix) {
    for (int i = 0; i < 2000; ++i) {
      std::string value;
      for (int j = 0; j < 12; ++j) PutFixed(&value, random_.Next());
      ASSERT_TRUE(world_.Put(id_, prefix + std::to_string(i), value, Durability::kOs).ok());
    }
    ASSERT_TRUE(world_.Flush().ok());
  }

  uint64_t TableBytes() {
    uint64_t bytes = 0;
    for (const NamespaceLevels& tree : world_.store().Levels()) {
      for (const auto& level : tree.levels) bytes += level.bytes;
    }
    return bytes;
  }

  std::vector<std::string> TableNames() {
    std::vector<std::string> names;
    std::vector<std::string> tables;
    EXPECT_TRUE(env_.ListDirectory(StoreWorld::kPath, &names).ok());
    uint64_t number = 0;
    for (const std::string& name : names) {
      if (ParseFileName(name, &number) == StoreFile::kTable) tables.push_back(name);
    }
    return tables;
  }

  SimulatedEnv env_;
  StoreWorld world_;
  Random random_{7};
  NamespaceId id_ = 0;
};

TEST_F(StoreVerify, TellsOfEveryFileAndByte) {
  std::vector<VerifyProgress> seen;
  VerifyOptions options;
  options.progress = [&](const VerifyProgress& progress) { seen.push_back(progress); };
  std::vector<Finding> findings;
  ASSERT_TRUE(world_.store().Verify(options, &findings).ok());
  EXPECT_TRUE(findings.empty());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().bytes_total, TableBytes());
  EXPECT_EQ(seen.back().bytes_done, TableBytes());
  EXPECT_EQ(seen.back().files_done, TableNames().size());
  EXPECT_EQ(seen.back().files_total, TableNames().size());
}

TEST_F(StoreVerify, ReadsNoFasterThanItsRateAndNotMuchSlower) {
  const uint64_t bytes = TableBytes();
  ASSERT_GT(bytes, uint64_t{100} << 10);
  VerifyOptions options;
  options.bytes_per_second = 10'000;
  std::vector<Finding> findings;
  const uint64_t began = env_.NowMicros();
  ASSERT_TRUE(world_.store().Verify(options, &findings).ok());
  const double seconds = static_cast<double>(env_.NowMicros() - began) / 1e6;
  const double wanted = static_cast<double>(bytes) / 10'000.0;
  // The last step is not waited for.
  const double last_step = 2.0 * static_cast<double>(uint64_t{64} << 10) / 10'000.0;
  EXPECT_GE(seconds, wanted - last_step - 1.0);
  EXPECT_LE(seconds, wanted * 1.05 + 1.0);
  EXPECT_GT(seconds, 5.0);
}

TEST_F(StoreVerify, EndsSoonAfterItIsCancelledAlsoWhileItWaits) {
  VerifyOptions options;
  options.bytes_per_second = 1;  // the first step is waited for, for most of a day
  const uint64_t began = env_.NowMicros();
  options.cancelled = [&] { return env_.NowMicros() - began > 3'000'000; };
  std::vector<Finding> findings;
  EXPECT_TRUE(world_.store().Verify(options, &findings).Is(StatusCode::kAborted));
  EXPECT_LT(env_.NowMicros() - began, 4'000'000u);
}

TEST_F(StoreVerify, ClosingTheStoreEndsIt) {
  std::unique_ptr<Verification> verification;
  ASSERT_TRUE(world_.store().NewVerification(10'000, &verification).ok());
  uint64_t wait = 0;
  ASSERT_TRUE(verification->Step(&wait).ok());
  EXPECT_GT(wait, 0u);
  EXPECT_FALSE(verification->done());
  ASSERT_TRUE(world_.store().Close().ok());
  EXPECT_TRUE(verification->Step(&wait).Is(StatusCode::kClosed));
  std::unique_ptr<Verification> late;
  EXPECT_TRUE(world_.store().NewVerification(0, &late).Is(StatusCode::kClosed));
  std::vector<Finding> findings;
  EXPECT_TRUE(world_.store().Verify(&findings).Is(StatusCode::kClosed));
  verification.reset();
}

TEST_F(StoreVerify, KeepsNoTableButTheOneItReads) {
  std::unique_ptr<Verification> verification;
  ASSERT_TRUE(world_.store().NewVerification(10'000, &verification).ok());
  const std::vector<std::string> before = TableNames();
  ASSERT_GT(before.size(), 3u);
  uint64_t wait = 0;
  ASSERT_TRUE(verification->Step(&wait).ok());
  ASSERT_TRUE(world_.Compact().ok());
  world_.scheduler().RunAll();
  size_t old_ones = 0;
  for (const std::string& name : TableNames())
    old_ones += static_cast<size_t>(std::count(before.begin(), before.end(), name));
  EXPECT_LE(old_ones, 1u);
  while (!verification->done()) ASSERT_TRUE(verification->Step(&wait).ok());
  EXPECT_TRUE(verification->findings().empty());
  const VerifyProgress progress = verification->progress();
  EXPECT_EQ(progress.files_done, progress.files_total);
  EXPECT_EQ(progress.bytes_done, progress.bytes_total);
  EXPECT_LT(progress.files_total, before.size());
}

TEST_F(StoreVerify, AFindingEndsItsFileAlone) {
  const std::vector<std::string> names = TableNames();
  ASSERT_GT(names.size(), 2u);
  ASSERT_TRUE(world_.Close().ok());
  for (const std::string& name : {names[0], names[2]})
    env_.CorruptByte(StoreWorld::PathOf(name), 100, 1);
  ASSERT_TRUE(world_.Open().ok());
  std::vector<Finding> findings;
  VerifyProgress last;
  VerifyOptions options;
  options.progress = [&](const VerifyProgress& progress) { last = progress; };
  ASSERT_TRUE(world_.store().Verify(options, &findings).ok());
  ASSERT_EQ(findings.size(), 2u);
  for (const Finding& finding : findings) EXPECT_TRUE(finding.Is(StatusCode::kCorruption));
  EXPECT_EQ(last.files_done, names.size());
  EXPECT_EQ(last.bytes_done, last.bytes_total);
  (void)world_.Close();
  findings.clear();
  ASSERT_TRUE(VerifyDirectory(&env_, StoreWorld::kPath, &findings).ok());
  EXPECT_EQ(findings.size(), 2u);
}

}  // namespace
}  // namespace ledgerstone
