// An event log on a simulated disk under a stepwise scheduler, with short calls for what tests do
// all day.
//
// 1. One thread. Each Open makes a new scheduler, seeded by the world's seed.
// 2. Kill ends the process without a goodbye: the disk stays as it is until env.Crash or
//    env.Restore.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "env/simulated_env.h"
#include "env/stepwise_scheduler.h"
#include "ledgerstone/event_log.h"

namespace ledgerstone {

// Segments of 1 KiB, with so much space ahead that some appends are written into zeros and some
// are not.
EventLogOptions TinyEventLogOptions();

// `count` times a length and an event.
std::string PackEvents(const std::vector<std::string>& events);

class EventWorld {
 public:
  static constexpr char kPath[] = "/log";
  static constexpr char kArchive[] = "/archive";

  struct Event {
    uint64_t time_micros = 0;
    uint64_t epoch = 0;
    std::string bytes;
    bool operator==(const Event&) const = default;
  };
  struct Outcome {
    Status status;
    AppendResult result;
    bool settled = false;
  };
  using OutcomePtr = std::shared_ptr<Outcome>;

  explicit EventWorld(SimulatedEnv* env, uint64_t seed = 1,
                      EventLogOptions options = TinyEventLogOptions());

  SimulatedEnv& env() { return *env_; }
  EventLogOptions& options() { return options_; }
  StepwiseScheduler& scheduler() { return *scheduler_; }
  bool is_open() const { return log_ != nullptr; }
  EventLog& log() { return *log_; }
  static std::string PathOf(const std::string& name) { return std::string(kPath) + "/" + name; }
  static std::string ArchiveOf(const std::string& name) {
    return std::string(kArchive) + "/" + name;
  }

  Status Open();
  // Closes and lets go of the log.
  Status Close();
  void Kill();

  // Queues; the outcome is filled in when it settles.
  OutcomePtr Queue(const std::vector<std::string>& events, const AppendOptions& options = {});
  Outcome Settle(const OutcomePtr& outcome);
  Outcome Append(const std::vector<std::string>& events, const AppendOptions& options = {});
  Outcome Fence(uint64_t epoch);
  Outcome Roll();
  // Lets background work and idle promises run.
  void RunBackground();
  // Events from..to.
  Status Read(uint64_t from, uint64_t to, std::vector<Event>* events);
  Status ReadAll(std::vector<Event>* events) { return Read(1, 0, events); }
  // The first finding, or OK.
  Status VerifyClean();

 private:
  OutcomePtr NewOutcome(EventLog::AppendDone* done);

  SimulatedEnv* const env_;
  const uint64_t seed_;
  EventLogOptions options_;
  uint64_t opens_ = 0;
  std::unique_ptr<StepwiseScheduler> scheduler_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace ledgerstone
