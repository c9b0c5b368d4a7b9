// A thread per lane, started by the lane's first job.
//
// 1. One mutex guards every lane; jobs, `done` and the destructors of jobs run without it.
// 2. Lane threads block all signals: the host program's handlers never run on them.
// 3. A waiter reads the wake count before it asks `done`, so that no wake between asking and
//    sleeping is missed.
// 4. The flush and compaction lanes run at a lower priority than the commit lane and the callers.
// 5. The commit lane lingers: for some microseconds after a job it looks out for the next one
//    without sleeping, since waking a thread costs a writer as much as its whole write (measured:
//    40 µs each way in a virtual machine). It stops doing so while nothing comes in that time.
// 6. Stop first lets every lane run dry (a job of one lane may still post to another), then ends
//    the threads. What is delayed is dropped at its start.
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/checks.h"
#include "ledgerstone/scheduler.h"

namespace ledgerstone {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Lock = std::unique_lock<std::mutex>;

constexpr std::array<const char*, kLaneCount> kThreadNames = {"ls-commit", "ls-flush",
                                                              "ls-compact"};

constexpr int kBackgroundNice = 10;

constexpr std::chrono::microseconds kLinger{50};
// After so many times in vain, only every so many-th sleep is put off.
constexpr uint32_t kLingersInVainMax = 4;
constexpr uint64_t kLingerTrialPeriod = 64;

// A longer delay is cut to this, so that a deadline cannot overflow: a year.
constexpr uint64_t kDelayMicrosMax = uint64_t{365} * 24 * 3600 * 1'000'000;

// Tells the processor that this is a loop that waits, to the profit of what else runs on the core.
void PauseProcessor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

thread_local const Scheduler* scheduler_of_this_thread = nullptr;

class ThreadedScheduler final : public Scheduler {
 public:
  ~ThreadedScheduler() override { Stop(); }

  void Post(Lane lane, Job job) override {
    LS_CHECK(job != nullptr);
    Lock lock(mutex_);
    LS_CHECK(!ending_);
    LaneState& state = StartedLane(lane);
    state.ready.push_back(std::move(job));
    state.posted.fetch_add(1, std::memory_order_release);
    state.changed.notify_one();
  }

  void PostAfter(Lane lane, uint64_t delay_micros, Job job) override {
    LS_CHECK(job != nullptr);
    const auto delay = std::chrono::microseconds(std::min(delay_micros, kDelayMicrosMax));
    const auto deadline = SteadyClock::now() + delay;
    Lock lock(mutex_);
    LS_CHECK(!ending_);
    if (stopping_) return;
    LaneState& state = StartedLane(lane);
    state.delayed.emplace(deadline, std::move(job));
    state.changed.notify_one();
  }

  void WaitUntil(const std::function<bool()>& done) override {
    LS_CHECK(scheduler_of_this_thread != this);
    for (;;) {
      Lock lock(mutex_);
      const uint64_t seen = wakes_;
      lock.unlock();
      if (done()) return;
      lock.lock();
      woken_.wait(lock, [&] { return wakes_ != seen; });
    }
  }

  void Wake() override {
    Lock lock(mutex_);
    ++wakes_;
    woken_.notify_all();
  }

  void Stop() override {
    LS_CHECK(scheduler_of_this_thread != this);
    std::array<Delayed, kLaneCount> dropped;
    Lock lock(mutex_);
    if (stopping_) {
      woken_.wait(lock, [this] { return stopped_; });
      return;
    }
    stopping_ = true;
    for (size_t i = 0; i < lanes_.size(); ++i) dropped[i].swap(lanes_[i].delayed);
    woken_.wait(lock, [this] { return AllIdle(); });
    ending_ = true;
    for (LaneState& state : lanes_) state.changed.notify_one();
    lock.unlock();
    for (LaneState& state : lanes_) {
      if (state.thread.joinable()) state.thread.join();
    }
    lock.lock();
    LS_CHECK(AllIdle());
    stopped_ = true;
    ++wakes_;
    woken_.notify_all();
  }

 private:
  // Jobs with one deadline keep the order they were posted in.
  using Delayed = std::multimap<SteadyClock::time_point, Job>;

  struct LaneState {
    std::deque<Job> ready;
    Delayed delayed;
    std::condition_variable changed;
    bool running = false;
    std::thread thread;
    std::atomic<uint64_t> posted{0};  // jobs, ever; changed under mutex_
    bool lingers = false;             // this and below: for the lane's own thread
    uint32_t lingers_in_vain = 0;     // in a row
  };

  LaneState& StartedLane(Lane lane) noexcept {
    const auto index = static_cast<size_t>(lane);
    LS_CHECK(index < lanes_.size());
    LaneState& state = lanes_[index];
    if (state.thread.joinable()) return state;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    LS_CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    state.thread = std::thread([this, index] { RunLane(index); });
    LS_CHECK(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
    return state;
  }

  void RunLane(size_t index) {
    scheduler_of_this_thread = this;
#ifdef __APPLE__
    pthread_setname_np(kThreadNames[index]);
#else
    pthread_setname_np(pthread_self(), kThreadNames[index]);
#endif
#ifdef __linux__
    // Where processors are few, callers and commits go before flushes and compactions.
    if (index != static_cast<size_t>(Lane::kCommit))
      ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);
#endif
    LaneState& state = lanes_[index];
    // With one processor, whoever brings the next job could not run meanwhile.
    state.lingers = index == static_cast<size_t>(Lane::kCommit) && processors_ > 1;
    Lock lock(mutex_);
    while (WaitForJob(&state, &lock)) {
      Job job = std::move(state.ready.front());
      state.ready.pop_front();
      state.running = true;
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
      state.running = false;
      ++wakes_;
      woken_.notify_all();
    }
  }

  // Returns with a job in `ready`; false when the thread must end.
  bool WaitForJob(LaneState* state, Lock* lock) {
    bool may_linger = state->lingers;
    for (;;) {
      PromoteDue(state);
      if (!state->ready.empty()) return true;
      if (ending_) return false;
      if (may_linger && Lingers(*state)) {
        may_linger = false;
        Linger(state, lock);
      } else if (state->delayed.empty()) {
        state->changed.wait(*lock);
      } else {
        const auto deadline = state->delayed.begin()->first;
        state->changed.wait_until(*lock, deadline);
      }
    }
  }

  static bool Lingers(const LaneState& state) {
    return state.lingers_in_vain < kLingersInVainMax || state.posted % kLingerTrialPeriod == 0;
  }

  // Returns early when a job was posted.
  static void Linger(LaneState* state, Lock* lock) {
    const uint64_t seen = state->posted.load(std::memory_order_relaxed);
    const SteadyClock::time_point end = SteadyClock::now() + kLinger;
    const auto posted = [&] { return state->posted.load(std::memory_order_acquire) != seen; };
    lock->unlock();
    while (!posted() && SteadyClock::now() < end) PauseProcessor();
    lock->lock();
    state->lingers_in_vain = posted() ? 0 : state->lingers_in_vain + 1;
  }

  static void PromoteDue(LaneState* state) {
    while (!state->delayed.empty() && state->delayed.begin()->first <= SteadyClock::now()) {
      state->ready.push_back(std::move(state->delayed.begin()->second));
      state->delayed.erase(state->delayed.begin());
    }
  }

  bool AllIdle() const {
    for (const LaneState& state : lanes_) {
      if (state.running || !state.ready.empty()) return false;
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  uint64_t wakes_ = 0;
  bool stopping_ = false;
  bool ending_ = false;
  bool stopped_ = false;
  const unsigned processors_ = std::thread::hardware_concurrency();
  std::array<LaneState, kLaneCount> lanes_;
};

}  // namespace

std::unique_ptr<Scheduler> Scheduler::Threaded() { return std::make_unique<ThreadedScheduler>(); }

}  // namespace ledgerstone
