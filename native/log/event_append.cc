// Appends: queue → commit lane → one record, synced → published → answered.
//
// One CommitJob commits one group. Whether an append follows what it expects, and whether its
// writer is still the newest, is decided when it is taken from the queue, in order. An append that
// raises the epoch begins a group, so that a record has one epoch; fences and rolls stand alone.
#include <algorithm>

#include "base/checks.h"
#include "log/event_log_impl.h"

namespace ledgerstone::log {

Status EventLogImpl::Refusal() const {
  if (closing_) return Status::Closed("the event log");
  if (!failure_.ok()) return failure_.As(StatusCode::kReadOnly, "the event log is read-only");
  if (options_.read_only)
    return Status(StatusCode::kReadOnly, "the event log was opened read-only");
  return Status::Ok();
}

void EventLogImpl::Append(Slice events, uint32_t count, const AppendOptions& options,
                          AppendDone done) {
  Status status;
  if (count == 0) {
    status = Status::InvalidArgument("an append has at least one event");
  } else if (events.size() > kPayloadBytesMax - kEventsHeaderSize) {
    status = Status::InvalidArgument("an append has at most 1 GiB");
  } else if (!SplitEvents(events, count, nullptr)) {
    status = Status::InvalidArgument("the bytes of an append are not " + std::to_string(count) +
                                     " times a length and an event");
  }
  if (!status.ok()) return done(status, {});
  Request request;
  request.events.assign(events);
  request.count = count;
  request.options = options;
  request.done = std::move(done);
  Enqueue(std::move(request));
}

void EventLogImpl::Fence(uint64_t epoch, AppendDone done) {
  Request request;
  request.kind = Request::Kind::kFence;
  request.options.epoch = epoch;
  request.done = std::move(done);
  Enqueue(std::move(request));
}

void EventLogImpl::Roll(AppendDone done) {
  Request request;
  request.kind = Request::Kind::kRoll;
  request.done = std::move(done);
  Enqueue(std::move(request));
}

void EventLogImpl::Enqueue(Request request) {
  Status refusal;
  {
    const std::lock_guard lock(mutex_);
    refusal = Refusal();
    if (refusal.ok()) {
      queue_.push_back(std::move(request));
      if (commit_scheduled_ || commit_running_) return;
      commit_scheduled_ = true;
    }
  }
  if (!refusal.ok()) return request.done(refusal, {});
  scheduler_->Post(Lane::kCommit, [this] { CommitJob(); });
}

void EventLogImpl::ScheduleCommit() {
  {
    const std::lock_guard lock(mutex_);
    commit_running_ = false;
    if (queue_.empty() || commit_scheduled_) return;
    commit_scheduled_ = true;
  }
  scheduler_->Post(Lane::kCommit, [this] { CommitJob(); });
}

void EventLogImpl::CommitJob() {
  Group group;
  if (TakeGroup(&group)) Commit(&group);
  ScheduleCommit();
}

bool EventLogImpl::TakeGroup(Group* group) {
  std::deque<Request> refused;
  Status refusal;
  {
    const std::lock_guard lock(mutex_);
    commit_scheduled_ = false;
    commit_running_ = true;
    group->first = end_.last + 1;
    group->epoch = end_.epoch;
    if (failure_.ok()) {
      TakeAppends(group);
    } else {
      refused.swap(queue_);
      refusal = failure_.As(StatusCode::kReadOnly, "the event log is read-only");
    }
  }
  for (Request& request : refused) request.done(refusal, {});
  return !group->requests.empty();
}

// Requires mutex_.
void EventLogImpl::TakeAppends(Group* group) {
  while (!queue_.empty()) {
    Request& request = queue_.front();
    const bool alone = request.kind != Request::Kind::kAppend;
    if (alone && !group->requests.empty()) return;
    const uint64_t last = end_.last + group->count;
    const Status refusal = CheckRequest(request, group->epoch, last);
    const bool raises = refusal.ok() && request.options.epoch.value_or(0) > group->epoch;
    const bool full =
        group->count > 0 && group->bytes + request.events.size() > options_.group_bytes_max;
    if (refusal.ok() && group->count > 0 && (raises || full)) return;
    if (refusal.ok()) {
      if (raises) group->epoch = *request.options.epoch;
      request.result = {request.count == 0 ? 0 : last + 1, last + request.count, 0, group->epoch};
      group->count += request.count;
      group->bytes += request.events.size();
      group->writes |= request.kind != Request::Kind::kRoll;
      group->rolls = request.kind == Request::Kind::kRoll;
    } else {
      request.refusal = refusal;
      request.result = {0, last, 0, group->epoch};
    }
    group->requests.push_back(std::move(request));
    queue_.pop_front();
    if (alone) return;
  }
}

Status EventLogImpl::CheckRequest(const Request& request, uint64_t epoch, uint64_t last) const {
  const AppendOptions& options = request.options;
  const bool fence = request.kind == Request::Kind::kFence;
  if (options.epoch.has_value() && *options.epoch < epoch + (fence ? 1 : 0)) {
    const std::string least = (fence ? "above " : "at least ") + std::to_string(epoch);
    const std::string given = std::to_string(*options.epoch);
    return Status::StaleEpoch("the event log wants an epoch " + least + ", not " + given, least,
                              given);
  }
  if (options.expected.has_value() && *options.expected != last) {
    const std::string expected = std::to_string(*options.expected);
    const std::string found = std::to_string(last);
    return Status::PositionMismatch(
        "the event log ends at position " + found + ", not at " + expected, expected, found);
  }
  return Status::Ok();
}

void EventLogImpl::Commit(Group* group) {
  if (!group->writes && !group->rolls) return Settle(group, Status::Ok(), 0);
  const bool full = group->writes && writer_->size() >= options_.segment_bytes;
  if (full || (group->rolls && segment_has_events_)) {
    const Status rolled = RollSegment();
    if (!rolled.ok()) {
      return Settle(group, FailStop(rolled).As(StatusCode::kReadOnly, "not written"), 0);
    }
  }
  if (group->rolls) return Settle(group, Status::Ok(), end_.last_time);
  const uint64_t time_micros = std::max(end_.last_time, env_->WallMillis() * 1000);
  const Status status = WriteRecord(*group, time_micros);
  if (status.ok()) return Settle(group, status, time_micros);
  Settle(group,
         FailStop(status).As(StatusCode::kOutcomeUnknown,
                             "the events may or may not be there after reopening"),
         0);
}

Status EventLogImpl::WriteRecord(const Group& group, uint64_t time_micros) {
  char header[kEventsHeaderSize];
  EncodeEventsHeader({group.epoch, time_micros}, header);
  std::vector<Slice> pieces{Slice(header, sizeof header)};
  pieces.reserve(group.requests.size() + 1);
  for (const Request& request : group.requests) {
    if (request.refusal.ok()) pieces.emplace_back(request.events);
  }
  IndexEntry entry;
  entry.position = group.first;
  entry.time_micros = time_micros;
  entry.offset = writer_->size();
  entry.length = static_cast<uint32_t>(kEventsHeaderSize + group.bytes);
  entry.count = group.count;
  const Sequence first = group.count == 0 ? 0 : group.first;
  LS_RETURN_IF_ERROR(writer_->Append({RecordType::kEvents, first, group.count}, pieces));
  LS_RETURN_IF_ERROR(writer_->Sync());
  entry.payload_checksum = writer_->payload_checksum();
  end_.epoch = group.epoch;
  if (group.count == 0) {
    shelf_->Publish(std::nullopt, end_.epoch, writer_->size(), writer_->chain());
  } else {
    end_.last += group.count;
    end_.last_time = time_micros;
    segment_has_events_ = true;
    shelf_->Publish(entry, end_.epoch, writer_->size(), writer_->chain());
    index_->Add(entry);
  }
  ScheduleIdlePromise();
  return Status::Ok();
}

// A refused request is told so only when the log it was held against is durable.
void EventLogImpl::Settle(Group* group, const Status& status, uint64_t time_micros) {
  const Status unwritten =
      status.ok() ? status : FailureCause().As(StatusCode::kReadOnly, "not written");
  for (Request& request : group->requests) {
    if (!status.ok()) {
      request.done(request.refusal.ok() ? status : unwritten, {});
      continue;
    }
    if (request.refusal.ok()) request.result.time_micros = time_micros;
    request.done(request.refusal, request.result);
  }
}

void EventLogImpl::ScheduleIdlePromise() {
  {
    const std::lock_guard lock(mutex_);
    if (promise_scheduled_ || closing_) return;
    promise_scheduled_ = true;
  }
  scheduler_->PostAfter(Lane::kCommit, options_.idle_promise_micros, [this] { PromiseJob(); });
}

void EventLogImpl::PromiseJob() {
  {
    const std::lock_guard lock(mutex_);
    promise_scheduled_ = false;
    if (closing_ || !failure_.ok()) return;
  }
  index_->Flush();
  if (!writer_->OwesPromise()) return;
  const Status status = writer_->AppendPromise();
  if (!status.ok()) (void)FailStop(status);
}

Status EventLogImpl::FailStop(const Status& cause) {
  LS_CHECK(!cause.ok());
  const std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = cause;
  return failure_;
}

Status EventLogImpl::FailureCause() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace ledgerstone::log
