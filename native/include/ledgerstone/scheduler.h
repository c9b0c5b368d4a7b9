// Where the engine's background work runs. The engine never starts a thread and never sleeps: it
// posts jobs to lanes and is told when they ran.
//
// 1. Jobs of one lane run one at a time, in the order posted. Lanes run beside each other.
// 2. A job may post; it must not wait for another job. Only callers outside the lanes wait.
// 3. The threaded scheduler gives each lane a thread. The stepwise one runs every job on the
//    caller's thread in an order drawn from a seed, so that a run can be replayed exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace ledgerstone {

class Env;

enum class Lane : uint8_t { kCommit = 0, kFlush = 1, kCompaction = 2 };
inline constexpr int kLaneCount = 3;

class Scheduler {
 public:
  using Job = std::function<void()>;
  virtual ~Scheduler() = default;

  virtual void Post(Lane lane, Job job) = 0;
  // Posts once at least `delay_micros` have passed. Jobs still waiting when the scheduler stops are
  // dropped.
  virtual void PostAfter(Lane lane, uint64_t delay_micros, Job job) = 0;
  // Blocks the calling thread (never a lane's) until `done` is true; it is asked again after Wake
  // and after each job. `done` takes the locks it needs.
  virtual void WaitUntil(const std::function<bool()>& done) = 0;
  // Tells waiters to ask again.
  virtual void Wake() = 0;
  // Runs what is queued, drops what is delayed, joins the threads. Nothing may be posted
  // afterwards.
  virtual void Stop() = 0;

  // A thread per lane.
  static std::unique_ptr<Scheduler> Threaded();
};

}  // namespace ledgerstone
