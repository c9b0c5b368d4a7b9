#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "ledgerstone/scheduler.h"

namespace ledgerstone {
namespace {

constexpr std::array<Lane, kLaneCount> kLanes = {Lane::kCommit, Lane::kFlush, Lane::kCompaction};

TEST(ThreadedScheduler, RunsTheJobsOfALaneInOrderAndOneAtATime) {
  const auto scheduler = Scheduler::Threaded();
  constexpr int kJobs = 2000;
  struct LaneLog {
    std::vector<int> order;
    std::atomic<int> running = 0;
    bool overlapped = false;
  };
  std::array<LaneLog, kLaneCount> logs;
  std::atomic<int> done = 0;
  for (int i = 0; i < kJobs; ++i) {
    for (const Lane lane : kLanes) {
      scheduler->Post(lane, [&log = logs[static_cast<size_t>(lane)], &done, i] {
        if (log.running.fetch_add(1) != 0) log.overlapped = true;
        log.order.push_back(i);
        log.running.fetch_sub(1);
        done.fetch_add(1);
      });
    }
  }
  scheduler->WaitUntil([&] { return done.load() == kJobs * kLaneCount; });
  for (const LaneLog& log : logs) {
    EXPECT_FALSE(log.overlapped);
    ASSERT_EQ(log.order.size(), static_cast<size_t>(kJobs));
    for (int i = 0; i < kJobs; ++i) ASSERT_EQ(log.order[static_cast<size_t>(i)], i);
  }
}

TEST(ThreadedScheduler, LanesRunBesideEachOther) {
  const auto scheduler = Scheduler::Threaded();
  std::atomic<bool> commit_started = false;
  std::atomic<bool> flush_ran = false;
  scheduler->Post(Lane::kCommit, [&] {
    commit_started = true;
    scheduler->Wake();
    while (!flush_ran) std::this_thread::yield();
  });
  scheduler->WaitUntil([&] { return commit_started.load(); });
  scheduler->Post(Lane::kFlush, [&] { flush_ran = true; });
  scheduler->Stop();
  EXPECT_TRUE(flush_ran);
}

TEST(ThreadedScheduler, DelayedJobsRunByDeadlineAndNotBefore) {
  const auto scheduler = Scheduler::Threaded();
  const auto start = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::string order;
  std::chrono::steady_clock::duration first{};
  const auto add = [&](const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (order.empty()) first = std::chrono::steady_clock::now() - start;
    order += text;
  };
  scheduler->PostAfter(Lane::kCommit, 60'000, [&] { add("c"); });
  scheduler->PostAfter(Lane::kCommit, 20'000, [&] { add("a"); });
  scheduler->PostAfter(Lane::kCommit, 40'000, [&] { add("b"); });
  scheduler->WaitUntil([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return order.size() == 3;
  });
  EXPECT_EQ(order, "abc");
  EXPECT_GE(first, std::chrono::milliseconds(20));
}

// The commit lane lingers for 50 microseconds before it sleeps; after some times in vain only now
// and then, until that meets a job.
TEST(ThreadedScheduler, JobsAtTheMomentALaneFallsAsleepAreRun) {
  using Clock = std::chrono::steady_clock;
  const auto scheduler = Scheduler::Threaded();
  std::counting_semaphore<> done(0);
  const auto runs_after = [&](int micros) {
    const auto due = Clock::now() + std::chrono::microseconds(micros);
    while (Clock::now() < due) {
    }
    scheduler->Post(Lane::kCommit, [&] { done.release(); });
    if (done.try_acquire_for(std::chrono::seconds(10))) return true;
    scheduler->Post(Lane::kCommit, [] {});  // wakes the lane, so that the test can end
    return false;
  };
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 80; ++i) ASSERT_TRUE(runs_after(i % 60)) << i;
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(runs_after(300)) << i;
  }
  scheduler->PostAfter(Lane::kCommit, 10, [&] { done.release(); });
  EXPECT_TRUE(done.try_acquire_for(std::chrono::seconds(10)));
}

TEST(ThreadedScheduler, AReadyJobDoesNotWaitForADelayedOne) {
  const auto scheduler = Scheduler::Threaded();
  std::atomic<int> ran = 0;
  scheduler->PostAfter(Lane::kFlush, 3'600'000'000, [&] { ran += 100; });
  scheduler->Post(Lane::kFlush, [&] { ran += 1; });
  scheduler->WaitUntil([&] { return ran.load() != 0; });
  scheduler->Stop();
  EXPECT_EQ(ran.load(), 1) << "what is delayed is dropped";
}

TEST(ThreadedScheduler, StopRunsWhatIsQueuedAlsoWhenItPostsToAnotherLane) {
  for (int round = 0; round < 50; ++round) {
    const auto scheduler = Scheduler::Threaded();
    std::atomic<int> ran = 0;
    scheduler->Post(Lane::kCommit, [&] {
      ++ran;
      scheduler->Post(Lane::kFlush, [&] {
        ++ran;
        scheduler->Post(Lane::kCompaction, [&] {
          ++ran;
          scheduler->Post(Lane::kCommit, [&] { ++ran; });
        });
      });
    });
    scheduler->Stop();
    EXPECT_EQ(ran.load(), 4);
  }
}

TEST(ThreadedScheduler, StopsWithoutEverHavingRun) {
  const auto scheduler = Scheduler::Threaded();
  scheduler->Stop();
  scheduler->Stop();
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(scheduler->Post(Lane::kCommit, [] {}), "check failed");
}

TEST(ThreadedScheduler, WakeMakesWaitersAskAgain) {
  const auto scheduler = Scheduler::Threaded();
  std::atomic<bool> flag = false;
  std::atomic<int> waiting = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&] {
      scheduler->WaitUntil([&] {
        ++waiting;
        return flag.load();
      });
    });
  }
  while (waiting.load() < 3) std::this_thread::yield();
  flag = true;
  scheduler->Wake();
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_GE(waiting.load(), 4);
}

TEST(ThreadedScheduler, ManyPostersAndWaitersAgree) {
  const auto scheduler = Scheduler::Threaded();
  std::atomic<int> total = 0;
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&, i] {
      std::atomic<int> mine = 0;
      for (int n = 0; n < 300; ++n) {
        scheduler->Post(kLanes[static_cast<size_t>((i + n) % kLaneCount)], [&] {
          ++mine;
          ++total;
        });
        if (n % 50 == 0) scheduler->WaitUntil([&] { return mine.load() == n + 1; });
      }
      scheduler->WaitUntil([&] { return mine.load() == 300; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(total.load(), 1200);
}

TEST(ThreadedScheduler, ALaneThreadHasItsNameAndNoSignals) {
  const auto scheduler = Scheduler::Threaded();
  std::array<std::string, kLaneCount> names;
  std::array<bool, kLaneCount> blocked{};
  for (const Lane lane : kLanes) {
    scheduler->Post(lane, [&, index = static_cast<size_t>(lane)] {
      std::array<char, 32> name{};
      pthread_getname_np(pthread_self(), name.data(), name.size());
      names[index] = name.data();
      sigset_t mask;
      pthread_sigmask(SIG_BLOCK, nullptr, &mask);
      blocked[index] = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGUSR1) == 1;
    });
  }
  scheduler->Stop();
  EXPECT_EQ(names, (std::array<std::string, kLaneCount>{"ls-commit", "ls-flush", "ls-compact"}));
  EXPECT_EQ(blocked, (std::array<bool, kLaneCount>{true, true, true}));
  sigset_t mine;
  pthread_sigmask(SIG_BLOCK, nullptr, &mine);
  EXPECT_EQ(sigismember(&mine, SIGUSR1), 0) << "the poster's own mask must be left as it was";
}

TEST(ThreadedScheduler, ALaneMustNotWait) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        const auto scheduler = Scheduler::Threaded();
        scheduler->Post(Lane::kCommit, [&] { scheduler->WaitUntil([] { return false; }); });
        scheduler->Stop();
      },
      "check failed");
}

}  // namespace
}  // namespace ledgerstone
