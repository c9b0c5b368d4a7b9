// A power cut at every operation of a life with retention: the feed after reopening is the first
// batches that were committed, all of the durable ones, each once; a consumer of the durable feed
// goes on where it was and never meets a batch twice or misses one.
#include <gtest/gtest.h>

#include "testing/change_log.h"
#include "testing/counts.h"
#include "testing/seed.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

StoreOptions Retaining() {
  StoreOptions options = TinyStoreOptions();
  options.retention.bytes = 1 << 20;
  return options;
}

// Numbered values, so that a batch says which one it is.
struct Life {
  explicit Life(SimulatedEnv* env, uint64_t seed) : world(env, seed, Retaining()) {}

  void Consume() {
    std::vector<GivenBatch> batches;
    if (!ReadChangesAfter(&world.store(), position, true, &batches).ok()) return;
    for (const GivenBatch& batch : batches) {
      consumed.push_back(batch);
      position = batch.last;
    }
  }

  void Run() {
    if (!world.Open().ok()) return;
    const NamespaceId id = world.Open("a");
    for (int i = 0; i < 14; ++i) {
      WriteBatch batch;
      for (int entry = 0; entry <= i % 3; ++entry)
        batch.Put(id, "k" + std::to_string((i + entry) % 4), std::string(150, 'v'));
      batch.Put(id, "number", std::to_string(i));
      const auto durability = static_cast<Durability>(2 - i % 3);
      issued.push_back(batch.bytes());
      const bool ok = world.Write(batch, {.durability = durability, .applied = {}}).ok();
      if (ok && durability == Durability::kDisk) durable = issued.size();
      if (i % 5 == 4 && ok && world.Flush().ok()) durable = issued.size();
      Consume();
      if (i == 9 && ok) {
        if (!world.Close().ok() || !world.Open().ok()) return;
        durable = issued.size();
        (void)world.Open("a");
      }
      if (world.env().dead()) return;
    }
    if (world.Flush().ok()) durable = issued.size();
    Consume();
  }

  StoreWorld world;
  std::vector<std::string> issued;
  size_t durable = 0;  // so many of them were told to be on disk
  std::vector<GivenBatch> consumed;
  uint64_t position = 0;
};

// The numbered batches, without the namespace's creation.
std::vector<std::string> Numbered(const std::vector<GivenBatch>& batches) {
  std::vector<std::string> entries;
  for (const GivenBatch& batch : batches) {
    if (batch.entries.front() != static_cast<char>(16)) entries.push_back(batch.entries);
  }
  return entries;
}

void ExpectWholeFeed(Life* life, StoreWorld* world) {
  ASSERT_EQ(world->store().Floor(), 0u);
  std::vector<GivenBatch> batches;
  const Status status = ReadChangesAfter(&world->store(), 0, false, &batches);
  ASSERT_TRUE(status.ok()) << status.ToString();
  const std::vector<std::string> found = Numbered(batches);
  ASSERT_GE(found.size(), life->durable);
  ASSERT_LE(found.size(), life->issued.size());
  for (size_t i = 0; i < found.size(); ++i) ASSERT_TRUE(found[i] == life->issued[i]) << i;
  for (size_t i = 1; i < batches.size(); ++i) ASSERT_GT(batches[i].first, batches[i - 1].last);
  ASSERT_LE(life->position, world->store().VisibleSequence());
  std::vector<GivenBatch> rest;
  ASSERT_TRUE(ReadChangesAfter(&world->store(), life->position, true, &rest).ok());
  std::vector<GivenBatch> all = life->consumed;
  all.insert(all.end(), rest.begin(), rest.end());
  ASSERT_TRUE(all == batches) << SequencesText(all) << "\n" << SequencesText(batches);
}

TEST(StoreChangesPowerLoss, TheFeedKeepsEveryPromiseWhereverThePowerGoes) {
  const uint64_t seed = PrintedSeed(1207);
  SimulatedEnv rehearsal(seed);
  rehearsal.KeepTrace(true);
  Life whole(&rehearsal, seed);
  whole.Run();
  ASSERT_EQ(whole.issued.size(), 14u);
  ASSERT_EQ(Numbered(whole.consumed).size(), 14u);
  const std::vector<DiskOperation> trace = rehearsal.Trace();
  size_t cuts = 0;
  for (uint64_t at = 0; at < trace.size(); ++at) {
    if (!ChangesDisk(trace[at].kind)) continue;
    SCOPED_TRACE("power cut at " + trace[at].Text());
    SimulatedEnv env(seed);
    Life life(&env, seed);
    env.SetFaultPlan(FaultPlan(Fault::CrashAt(at)));
    life.Run();
    life.world.Kill();
    const SimulatedEnv::Image image = env.Snapshot();
    for (const CrashMode mode : {CrashMode::kDropUnsynced, CrashMode::kTearAndReorder}) {
      env.Restore(image);
      env.Crash({seed + at, mode, 512, mode == CrashMode::kTearAndReorder});
      ++cuts;
      StoreWorld world(&env, seed + 1, Retaining());
      ASSERT_TRUE(world.Open().ok());
      ExpectWholeFeed(&life, &world);
      if (HasFatalFailure()) return;
      ASSERT_TRUE(world.Close().ok());
      ASSERT_TRUE(world.Open().ok());
      ExpectWholeFeed(&life, &world);
      if (HasFatalFailure()) return;
      EXPECT_TRUE(world.VerifyClean().ok());
    }
  }
  Count("crash images: feed", cuts);
  EXPECT_GT(cuts, 100u);
}

}  // namespace
}  // namespace ledgerstone
