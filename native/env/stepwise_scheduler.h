// A scheduler without threads, for tests that must run the same way every time: jobs wait in their
// lanes until the caller lets them run, in an order drawn from a seed.
//
// 1. Jobs run on the caller's thread inside WaitUntil, RunOne, RunAll or Stop, never inside Post.
// 2. Delayed jobs run only when no other job is ready, earliest deadline first; the clock is then
//    moved on to the deadline.
// 3. WaitUntil with nothing left to run and `done` still false is a deadlock and stops the process.
// 4. Used by one thread; a job may post but not wait or run others.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>

#include "base/random.h"
#include "ledgerstone/scheduler.h"

namespace ledgerstone {

class StepwiseScheduler final : public Scheduler {
 public:
  // The clock that delays are measured with. Without one the scheduler keeps its own, which only
  // delayed jobs move.
  struct Clock {
    std::function<uint64_t()> now_micros;
    std::function<void(uint64_t delta_micros)> advance;
  };

  explicit StepwiseScheduler(uint64_t seed, Clock clock = {});
  ~StepwiseScheduler() override;

  void Post(Lane lane, Job job) override;
  void PostAfter(Lane lane, uint64_t delay_micros, Job job) override;
  void WaitUntil(const std::function<bool()>& done) override;
  void Wake() override {}
  void Stop() override;

  // Runs one job: a ready one, else the next delayed one. False when there is none.
  bool RunOne();
  // Runs until no job is ready. Delayed jobs stay: they may post themselves for ever.
  void RunAll();

  size_t ready_count() const;
  size_t delayed_count() const { return delayed_.size(); }
  uint64_t jobs_run() const { return jobs_run_; }

 private:
  struct DelayedJob {
    Lane lane;
    Job job;
  };

  uint64_t Now() const { return clock_.now_micros ? clock_.now_micros() : own_micros_; }
  bool RunReady();
  bool RunDelayed();
  void Run(Job job);

  Random random_;
  const Clock clock_;
  uint64_t own_micros_ = 0;
  std::array<std::deque<Job>, kLaneCount> lanes_;
  std::multimap<uint64_t, DelayedJob> delayed_;
  uint64_t jobs_run_ = 0;
  bool running_ = false;
  bool stopped_ = false;
};

}  // namespace ledgerstone
