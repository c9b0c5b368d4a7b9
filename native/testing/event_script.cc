#include "testing/event_script.h"

#include <algorithm>

namespace ledgerstone {

std::string EventHistory::Judge(EventWorld* world) const {
  std::vector<EventWorld::Event> found;
  const Status read = world->ReadAll(&found);
  if (!read.ok()) return "reading: " + read.ToString();
  const uint64_t epoch = world->log().Epoch();
  if (epoch < epoch_least_ || epoch > epoch_most_) return "epoch " + std::to_string(epoch);
  if (found.size() != world->log().DurablePosition()) return "another number of events";
  if (found.size() < acknowledged_.size()) {
    return std::to_string(acknowledged_.size() - found.size()) + " acknowledged events are lost";
  }
  for (size_t i = 0; i + 1 < found.size(); ++i) {
    if (found[i + 1].time_micros < found[i].time_micros) return "times run backwards";
  }
  size_t at = 0;
  const auto matches = [&](const Strings& events) {
    if (found.size() - at < events.size()) return false;
    for (const std::string& event : events) {
      if (found[at++].bytes != event) return false;
    }
    return true;
  };
  if (!matches(acknowledged_)) return "an acknowledged event is not where it was";
  for (const Strings& events : doubtful_) {
    if (at == found.size()) return "";
    if (!matches(events)) return "an append is there in part, or what was never asked for";
  }
  return at == found.size() ? "" : "events that were never asked for";
}

void EventHistory::Adopt(EventWorld* world) {
  std::vector<EventWorld::Event> found;
  if (!world->ReadAll(&found).ok()) return;
  acknowledged_.clear();
  doubtful_.clear();
  for (const EventWorld::Event& event : found) acknowledged_.push_back(event.bytes);
  epoch_least_ = world->log().Epoch();
}

std::vector<std::string> EventRun::NewEvents(int count) {
  std::vector<std::string> events;
  for (int i = 0; i < count; ++i) {
    ++made_;
    events.push_back("event " + std::to_string(made_) +
                     std::string(static_cast<size_t>(made_ % 7) * 9, '.'));
  }
  world_.env().SetWallMillis(1'000 + static_cast<uint64_t>(made_) * 3);
  return events;
}

void EventRun::Open() {
  if (!alive_) return;
  alive_ = world_.Open().ok();
  if (!Alive()) return;
  Look();
  history_.Adopt(&world_);
}

void EventRun::Append(int events, const AppendOptions& options) {
  Queue(events, options);
  Settle();
}

void EventRun::Queue(int events, const AppendOptions& options) {
  if (!Alive()) return;
  const std::vector<std::string> made = NewEvents(events);
  if (options.epoch.has_value()) history_.AskEpoch(*options.epoch);
  pending_.push_back({made, world_.Queue(made, options)});
}

void EventRun::Settle() {
  for (const Pending& pending : pending_) {
    const EventWorld::Outcome outcome = world_.Settle(pending.outcome);
    if (outcome.status.ok()) {
      history_.Acknowledge(pending.events);
      history_.AcknowledgeEpoch(outcome.result.epoch);
    } else if (outcome.status.Is(StatusCode::kOutcomeUnknown)) {
      history_.Doubt(pending.events);
    }
  }
  pending_.clear();
}

void EventRun::Fence(uint64_t epoch) {
  if (!Alive()) return;
  history_.AskEpoch(epoch);
  if (world_.Fence(epoch).status.ok()) history_.AcknowledgeEpoch(epoch);
}

void EventRun::Roll() {
  if (Alive()) (void)world_.Roll();
}

void EventRun::Archive(uint64_t through) {
  if (!Alive()) return;
  uint64_t moved = 0;
  (void)world_.log().Archive(EventWorld::kArchive, through, &moved);
}

void EventRun::Background() {
  if (Alive()) world_.RunBackground();
}

void EventRun::Reopen() {
  if (!Alive()) return;
  alive_ = world_.Close().ok();
  Open();
}

void EventRun::Look() {
  if (!Alive() || !complaint_.empty() || world_.env().dead()) return;
  const std::string wrong = history_.Judge(&world_);
  // A read that was made to fail is no fault of the log's.
  if (wrong.find("IO_ERROR") == std::string::npos && wrong.find("NO_SPACE") == std::string::npos)
    complaint_ = wrong;
}

namespace {

void Singles(EventRun& run) {
  run.Open();
  for (int i = 0; i < 5; ++i) run.Append(1);
  run.Look();
  run.Reopen();
  run.Append(2);
}

void Groups(EventRun& run) {
  run.Open();
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 4; ++i) run.Queue(1 + i);
    run.Settle();
  }
  run.Reopen();
}

void Rolls(EventRun& run) {
  run.Open();
  for (int i = 0; i < 24; ++i) run.Append(2);
  run.Look();
}

void RollsAndPromises(EventRun& run) {
  run.Open();
  for (int i = 0; i < 6; ++i) {
    run.Append(3);
    run.Background();
    run.Append(1);
    run.Roll();
  }
  run.Background();
  run.Reopen();
  run.Append(1);
  run.Background();
}

void Fences(EventRun& run) {
  run.Open();
  run.Append(1, {.expected = {}, .epoch = 1});
  run.Fence(2);
  run.Append(1, {.expected = {}, .epoch = 1});
  run.Queue(1, {.expected = {}, .epoch = 3});
  run.Queue(1, {.expected = {}, .epoch = 4});
  run.Settle();
  run.Roll();
  run.Fence(7);
  run.Reopen();
  run.Append(1);
}

void Archives(EventRun& run) {
  run.Open();
  for (int i = 0; i < 5; ++i) {
    run.Append(4);
    run.Roll();
  }
  run.Archive(9);
  run.Look();
  run.Append(3);
  run.Background();
  run.Archive(100);
  run.Look();
  run.Reopen();
  run.Append(1);
}

void Reopens(EventRun& run) {
  run.Open();
  for (int i = 0; i < 4; ++i) {
    run.Append(5);
    run.Reopen();
    run.Queue(2);
    run.Settle();
    if (i % 2 == 1) run.Roll();
  }
}

}  // namespace

const std::vector<EventScript>& EventScripts() {
  static const std::vector<EventScript> scripts = {
      {"Singles", Singles}, {"Groups", Groups},
      {"Rolls", Rolls},     {"RollsAndPromises", RollsAndPromises},
      {"Fences", Fences},   {"Archives", Archives},
      {"Reopens", Reopens},
  };
  return scripts;
}

}  // namespace ledgerstone
