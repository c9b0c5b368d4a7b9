#include "testing/event_world.h"

#include "base/checks.h"
#include "base/coding.h"

namespace ledgerstone {

EventLogOptions TinyEventLogOptions() {
  EventLogOptions options;
  options.segment_bytes = 1 << 10;
  options.group_bytes_max = 1 << 10;
  options.space_bytes = 4 << 10;
  return options;
}

std::string PackEvents(const std::vector<std::string>& events) {
  std::string bytes;
  for (const std::string& event : events) PutLengthPrefixed(&bytes, event);
  return bytes;
}

EventWorld::EventWorld(SimulatedEnv* env, uint64_t seed, EventLogOptions options)
    : env_(env), seed_(seed), options_(std::move(options)) {}

Status EventWorld::Open() {
  LS_CHECK(log_ == nullptr);
  StepwiseScheduler::Clock clock;
  clock.now_micros = [this] { return env_->NowMicros(); };
  clock.advance = [this](uint64_t delta) { env_->AdvanceClock(delta); };
  scheduler_ = std::make_unique<StepwiseScheduler>(HashMix(seed_) + ++opens_, std::move(clock));
  options_.env = env_;
  options_.scheduler = scheduler_.get();
  return EventLog::Open(options_, kPath, &log_);
}

Status EventWorld::Close() {
  if (log_ == nullptr) return Status::Ok();
  const Status status = log_->Close();
  log_.reset();
  return status;
}

void EventWorld::Kill() {
  if (!env_->dead()) {
    env_->SetFaultPlan(FaultPlan(Fault::CrashAt(0)));
    (void)env_->SyncDirectory("/");
  }
  log_.reset();
}

EventWorld::OutcomePtr EventWorld::NewOutcome(EventLog::AppendDone* done) {
  auto outcome = std::make_shared<Outcome>();
  *done = [outcome](const Status& status, const AppendResult& result) {
    LS_CHECK(!outcome->settled);
    *outcome = {status, result, true};
  };
  return outcome;
}

EventWorld::OutcomePtr EventWorld::Queue(const std::vector<std::string>& events,
                                         const AppendOptions& options) {
  EventLog::AppendDone done;
  OutcomePtr outcome = NewOutcome(&done);
  log_->Append(PackEvents(events), static_cast<uint32_t>(events.size()), options, std::move(done));
  return outcome;
}

EventWorld::Outcome EventWorld::Settle(const OutcomePtr& outcome) {
  scheduler_->WaitUntil([&] { return outcome->settled; });
  return *outcome;
}

EventWorld::Outcome EventWorld::Append(const std::vector<std::string>& events,
                                       const AppendOptions& options) {
  return Settle(Queue(events, options));
}

EventWorld::Outcome EventWorld::Fence(uint64_t epoch) {
  EventLog::AppendDone done;
  const OutcomePtr outcome = NewOutcome(&done);
  log_->Fence(epoch, std::move(done));
  return Settle(outcome);
}

EventWorld::Outcome EventWorld::Roll() {
  EventLog::AppendDone done;
  const OutcomePtr outcome = NewOutcome(&done);
  log_->Roll(std::move(done));
  return Settle(outcome);
}

void EventWorld::RunBackground() {
  while (scheduler_->RunOne()) {
  }
}

Status EventWorld::Read(uint64_t from, uint64_t to, std::vector<Event>* events) {
  events->clear();
  std::unique_ptr<EventCursor> cursor;
  LS_RETURN_IF_ERROR(log_->Read(from, to, &cursor));
  EventBatch batch;
  do {
    LS_RETURN_IF_ERROR(cursor->Next(&batch));
    LS_CHECK(batch.events.empty() || batch.first == from + events->size());
    for (const Slice event : batch.events) {
      events->push_back({batch.time_micros, batch.epoch, std::string(event)});
    }
  } while (!batch.events.empty());
  return Status::Ok();
}

Status EventWorld::VerifyClean() {
  std::vector<Status> findings;
  LS_RETURN_IF_ERROR(log_->Verify(&findings));
  return findings.empty() ? Status::Ok() : findings.front();
}

}  // namespace ledgerstone
