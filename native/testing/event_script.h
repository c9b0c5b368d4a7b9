// Short scripts of what a program does with an event log, run against a world that may fail at any
// moment, and the judge of what may be left.
//
// 1. What survives is every event that was acknowledged, at its position, then whole appends of
//    those under way when it ended, in their order, from the first on. Nothing else.
// 2. The epoch is at least the highest acknowledged, at most the highest asked for.
// 3. After a failed open or close nothing more is done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testing/event_world.h"

namespace ledgerstone {

class EventHistory {
 public:
  using Strings = std::vector<std::string>;

  void Acknowledge(const Strings& events) { Add(&acknowledged_, events); }
  // Asked for, and neither acknowledged nor refused.
  void Doubt(const Strings& events) { doubtful_.push_back(events); }
  void AskEpoch(uint64_t epoch) { epoch_most_ = std::max(epoch_most_, epoch); }
  void AcknowledgeEpoch(uint64_t epoch) { epoch_least_ = std::max(epoch_least_, epoch); }
  const Strings& acknowledged() const { return acknowledged_; }

  // "" when the open log may be what is left, else what is wrong with it.
  std::string Judge(EventWorld* world) const;
  // What was found is what there is from now on.
  void Adopt(EventWorld* world);

 private:
  static void Add(Strings* all, const Strings& events) {
    all->insert(all->end(), events.begin(), events.end());
  }

  Strings acknowledged_;
  std::vector<Strings> doubtful_;
  uint64_t epoch_least_ = 0;
  uint64_t epoch_most_ = 0;
};

class EventRun {
 public:
  EventRun(SimulatedEnv* env, uint64_t seed) : world_(env, seed) {}

  EventWorld& world() { return world_; }
  const EventHistory& history() const { return history_; }

  void Open();
  // Waits for the outcome.
  void Append(int events, const AppendOptions& options = {});
  // Goes on at once; Settle waits for all that was queued.
  void Queue(int events, const AppendOptions& options = {});
  void Settle();
  void Fence(uint64_t epoch);
  void Roll();
  void Archive(uint64_t through);
  void Background();
  void Reopen();
  // Reads everything and holds it against the history.
  void Look();
  const std::string& complaint() const { return complaint_; }

 private:
  bool Alive() const { return alive_ && world_.is_open(); }
  std::vector<std::string> NewEvents(int count);

  struct Pending {
    std::vector<std::string> events;
    EventWorld::OutcomePtr outcome;
  };

  EventWorld world_;
  EventHistory history_;
  std::vector<Pending> pending_;
  int made_ = 0;
  bool alive_ = true;
  std::string complaint_;
};

struct EventScript {
  std::string name;
  std::function<void(EventRun&)> run;
};

// What the power loss and the fault suites sweep over.
const std::vector<EventScript>& EventScripts();

}  // namespace ledgerstone
