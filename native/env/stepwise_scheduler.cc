#include "env/stepwise_scheduler.h"

#include "base/checks.h"

namespace ledgerstone {

StepwiseScheduler::StepwiseScheduler(uint64_t seed, Clock clock)
    : random_(seed), clock_(std::move(clock)) {
  LS_CHECK((clock_.now_micros == nullptr) == (clock_.advance == nullptr));
}

StepwiseScheduler::~StepwiseScheduler() { Stop(); }

void StepwiseScheduler::Post(Lane lane, Job job) {
  LS_CHECK(!stopped_);
  LS_CHECK(job != nullptr);
  lanes_.at(static_cast<size_t>(lane)).push_back(std::move(job));
}

void StepwiseScheduler::PostAfter(Lane lane, uint64_t delay_micros, Job job) {
  LS_CHECK(!stopped_);
  LS_CHECK(job != nullptr);
  delayed_.emplace(Now() + delay_micros, DelayedJob{lane, std::move(job)});
}

void StepwiseScheduler::WaitUntil(const std::function<bool()>& done) {
  LS_CHECK(!running_);
  while (!done()) {
    if (!RunOne()) {
      CheckFailed(__FILE__, __LINE__, "deadlock: a caller waits and no job is left to run");
    }
  }
}

void StepwiseScheduler::Stop() {
  if (stopped_) return;
  RunAll();
  delayed_.clear();
  stopped_ = true;
}

bool StepwiseScheduler::RunOne() { return RunReady() || RunDelayed(); }

void StepwiseScheduler::RunAll() {
  while (RunReady()) {
  }
}

size_t StepwiseScheduler::ready_count() const {
  size_t count = 0;
  for (const auto& lane : lanes_) count += lane.size();
  return count;
}

bool StepwiseScheduler::RunReady() {
  uint64_t lanes_ready = 0;
  for (const auto& lane : lanes_) lanes_ready += lane.empty() ? 0 : 1;
  if (lanes_ready == 0) return false;
  uint64_t chosen = random_.Below(lanes_ready);
  for (auto& lane : lanes_) {
    if (lane.empty() || chosen-- > 0) continue;
    Job job = std::move(lane.front());
    lane.pop_front();
    Run(std::move(job));
    return true;
  }
  CheckFailed(__FILE__, __LINE__, "a ready lane was counted but not found");
}

bool StepwiseScheduler::RunDelayed() {
  if (delayed_.empty()) return false;
  const auto first = delayed_.begin();
  const uint64_t deadline = first->first;
  Job job = std::move(first->second.job);
  delayed_.erase(first);
  const uint64_t now = Now();
  if (now < deadline) {
    if (clock_.advance) {
      clock_.advance(deadline - now);
    } else {
      own_micros_ = deadline;
    }
  }
  Run(std::move(job));
  return true;
}

void StepwiseScheduler::Run(Job job) {
  LS_CHECK(!running_);
  running_ = true;
  job();
  running_ = false;
  ++jobs_run_;
}

}  // namespace ledgerstone
