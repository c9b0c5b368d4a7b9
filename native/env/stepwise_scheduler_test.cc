#include "env/stepwise_scheduler.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "env/simulated_env.h"

namespace ledgerstone {
namespace {

std::string RunOrder(uint64_t seed) {
  StepwiseScheduler scheduler(seed);
  std::string order;
  for (const char name : {'1', '2', '3'}) {
    scheduler.Post(Lane::kCommit, [&order, name] { order += std::string("c") + name; });
    scheduler.Post(Lane::kFlush, [&order, name] { order += std::string("f") + name; });
    scheduler.Post(Lane::kCompaction, [&order, name] { order += std::string("k") + name; });
  }
  scheduler.RunAll();
  return order;
}

TEST(StepwiseScheduler, KeepsTheOrderOfALaneAndDrawsTheLaneFromTheSeed) {
  std::set<std::string> orders;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const std::string order = RunOrder(seed);
    EXPECT_EQ(order, RunOrder(seed));
    EXPECT_EQ(order.size(), 18u);
    for (const std::string lane : {"c", "f", "k"}) {
      EXPECT_LT(order.find(lane + "1"), order.find(lane + "2")) << order;
      EXPECT_LT(order.find(lane + "2"), order.find(lane + "3")) << order;
    }
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 25u);
}

TEST(StepwiseScheduler, RunsNothingBeforeItIsAsked) {
  StepwiseScheduler scheduler(1);
  int ran = 0;
  scheduler.Post(Lane::kCommit, [&] { ++ran; });
  scheduler.Wake();
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(scheduler.ready_count(), 1u);
  EXPECT_TRUE(scheduler.RunOne());
  EXPECT_EQ(ran, 1);
  EXPECT_FALSE(scheduler.RunOne());
  EXPECT_EQ(scheduler.jobs_run(), 1u);
}

TEST(StepwiseScheduler, WaitUntilRunsOnlyAsManyJobsAsItNeeds) {
  StepwiseScheduler scheduler(1);
  int ran = 0;
  for (int i = 0; i < 5; ++i) scheduler.Post(Lane::kCommit, [&] { ++ran; });
  scheduler.WaitUntil([&] { return ran == 2; });
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(scheduler.ready_count(), 3u);
}

TEST(StepwiseScheduler, AJobMayPostToAnyLane) {
  StepwiseScheduler scheduler(3);
  std::string order;
  scheduler.Post(Lane::kCommit, [&] {
    order += "a";
    scheduler.Post(Lane::kFlush, [&] {
      order += "b";
      scheduler.PostAfter(Lane::kFlush, 10, [&] { order += "c"; });
    });
  });
  scheduler.WaitUntil([&] { return order == "abc"; });
  EXPECT_EQ(order, "abc");
}

TEST(StepwiseScheduler, DelayedJobsWaitForReadyOnesAndMoveTheClock) {
  SimulatedEnv env;
  env.SetClock(1000);
  StepwiseScheduler scheduler(5, {[&] { return env.NowMicros(); },
                                  [&](uint64_t delta) { env.AdvanceClock(delta); }});
  std::string order;
  scheduler.PostAfter(Lane::kCommit, 900, [&] { order += "late "; });
  scheduler.PostAfter(Lane::kFlush, 100, [&] { order += "early "; });
  scheduler.Post(Lane::kCompaction, [&] { order += "now "; });
  scheduler.RunAll();
  EXPECT_EQ(order, "now ");
  EXPECT_EQ(scheduler.delayed_count(), 2u);
  EXPECT_LT(env.NowMicros(), 1100u);
  scheduler.WaitUntil([&] { return order == "now early "; });
  const uint64_t after_early = env.NowMicros();
  EXPECT_GE(after_early, 1100u);
  EXPECT_LT(after_early, 1900u);
  EXPECT_TRUE(scheduler.RunOne());
  EXPECT_EQ(order, "now early late ");
  EXPECT_GE(env.NowMicros(), 1900u);
}

TEST(StepwiseScheduler, AReadyJobRunsBeforeADelayedOneThatIsDue) {
  StepwiseScheduler scheduler(1);
  std::string order;
  scheduler.PostAfter(Lane::kCommit, 0, [&] { order += "delayed "; });
  scheduler.Post(Lane::kCommit, [&] { order += "ready "; });
  scheduler.WaitUntil([&] { return scheduler.jobs_run() == 2; });
  EXPECT_EQ(order, "ready delayed ");
}

TEST(StepwiseScheduler, StopRunsTheQueuedAndDropsTheDelayed) {
  StepwiseScheduler scheduler(1);
  int ran = 0;
  scheduler.PostAfter(Lane::kCommit, 1, [&] { ran += 100; });
  scheduler.Post(Lane::kCommit, [&] {
    ++ran;
    scheduler.Post(Lane::kFlush, [&] { ++ran; });
  });
  scheduler.Stop();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(scheduler.delayed_count(), 0u);
  EXPECT_DEATH(scheduler.Post(Lane::kCommit, [] {}), "check failed");
}

TEST(StepwiseScheduler, AWaiterNobodyCanHelpIsADeadlock) {
  StepwiseScheduler scheduler(1);
  scheduler.Post(Lane::kCommit, [] {});
  EXPECT_DEATH(scheduler.WaitUntil([] { return false; }), "deadlock");
}

TEST(StepwiseScheduler, AJobMustNotWait) {
  EXPECT_DEATH(
      {
        StepwiseScheduler scheduler(1);
        scheduler.Post(Lane::kCommit, [&] { scheduler.WaitUntil([] { return false; }); });
        scheduler.RunAll();
      },
      "check failed: !running_");
}

}  // namespace
}  // namespace ledgerstone
