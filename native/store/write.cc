// The write path: submit → queue → commit lane → log, memtables, publish.
//
// One CommitJob commits one group. A group of the log is one record; the next record is written
// only when the last one is as durable as the strongest write in it asked.
#include "store/batch_format.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kBatchMemoryMax = Arena::kCapacityMax / 4;
constexpr uint64_t kWritebackStep = uint64_t{1} << 20;
// From this size on, writing out starts before the memtables are filled, so that both go on at
// once.
constexpr uint64_t kOverlapBytes = uint64_t{1} << 15;
// Up to this size, a group that need not be synced is told to its writers as soon as the log has
// it: they go on while the memtables are filled, and a reader waits for that, a millisecond or two.
constexpr uint64_t kToldEarlyBytesMax = uint64_t{1} << 18;

void SettleAll(std::vector<CommitRequest>& requests, const Status& status) {
  for (CommitRequest& request : requests) request.done(status);
}

}  // namespace

Status StoreImpl::WriteRefusal() const {
  if (closing_) return Status::Closed("the store");
  if (!failure_.ok()) return failure_.As(StatusCode::kReadOnly, "the store is read-only");
  if (options_.read_only) return Status(StatusCode::kReadOnly, "the store was opened read-only");
  return Status::Ok();
}

Status StoreImpl::MakeRequest(Slice batch, uint32_t count, const WriteOptions& options,
                              CommitRequest* request) const {
  const bool derived = options.applied.has_value();
  Status status = namespaces_.CheckBatch(batch, count, derived);
  if (status.ok() && batch.size() > log::kPayloadBytesMax) {
    status = Status::InvalidArgument("a batch has at most 1 GiB");
  }
  if (status.ok() && Generation::BytesNeeded(batch.size(), count) > kBatchMemoryMax) {
    status = Status::InvalidArgument("a batch takes at most 8 GiB of memory; this one has " +
                                     std::to_string(count) + " entries");
  }
  if (!status.ok()) return status;
  request->kind = derived ? CommitRequest::Kind::kDerived : CommitRequest::Kind::kWrite;
  request->durability = derived ? Durability::kMemory : options.durability;
  request->count = count;
  request->applied = options.applied.value_or(0);
  request->bytes.assign(batch);
  return Status::Ok();
}

void StoreImpl::Write(Slice batch, uint32_t count, const WriteOptions& options, Done done) {
  CommitRequest request;
  const Status status = MakeRequest(batch, count, options, &request);
  const bool nothing = count == 0 && !options.applied.has_value();
  if (!status.ok() || nothing) return done(status);
  request.done = std::move(done);
  Enqueue(std::move(request));
}

Status StoreImpl::Write(const WriteBatch& batch, const WriteOptions& options) {
  Status result;
  std::atomic<bool> settled{false};
  Write(batch.bytes(), batch.count(), options, [&](const Status& status) {
    result = status;
    settled.store(true, std::memory_order_release);
  });
  scheduler_->WaitUntil([&] { return settled.load(std::memory_order_acquire); });
  return result;
}

void StoreImpl::Enqueue(CommitRequest request) {
  const Status refusal = TryEnqueue(&request);
  if (!refusal.ok()) request.done(refusal);
}

Status StoreImpl::TryEnqueue(CommitRequest* request) {
  request->queued_micros = env_->NowMicros();
  {
    const std::lock_guard lock(mutex_);
    LS_RETURN_IF_ERROR(PushRequest(request));
    if (!NeedsCommitJob()) return Status::Ok();
  }
  scheduler_->Post(Lane::kCommit, [this] { CommitJob(); });
  return Status::Ok();
}

Status StoreImpl::PushRequest(CommitRequest* request) {
  LS_RETURN_IF_ERROR(WriteRefusal());
  if (request->kind == CommitRequest::Kind::kDerived) {
    if (request->applied <= last_applied_queued_) {
      return Status::InvalidArgument("applied " + std::to_string(request->applied) +
                                     " does not follow " + std::to_string(last_applied_queued_));
    }
    last_applied_queued_ = request->applied;
  }
  queue_.Push(std::move(*request));
  return Status::Ok();
}

bool StoreImpl::NeedsCommitJob() {
  if (queue_.empty() || commit_scheduled_ || commit_stalled_) return false;
  commit_scheduled_ = true;
  return true;
}

void StoreImpl::ScheduleCommit() {
  bool stall_ends = false;
  uint64_t stall_began = 0;
  StallCause stall_cause{};
  {
    const std::lock_guard lock(mutex_);
    if (commit_scheduled_ || queue_.empty()) return;
    stall_ends = commit_stalled_;
    stall_began = stall_began_;
    stall_cause = stall_cause_;
    commit_stalled_ = false;
    commit_scheduled_ = true;
  }
  if (stall_ends) NoteStall(stall_cause, stall_began, env_->NowMicros() - stall_began);
  scheduler_->Post(Lane::kCommit, [this] { CommitJob(); });
}

// Why waiting for the background would be in vain; OK when it would not. Requires mutex_.
Status StoreImpl::StallError(StallCause cause) const {
  if (cause == StallCause::kFlush) {
    if (flush_error_.ok()) return flush_error_;
    return flush_error_.WithContext("not written: memory is full and can't be flushed");
  }
  if (compaction_error_.ok()) return compaction_error_;
  return compaction_error_.WithContext("not written: level 0 is full and can't be compacted");
}

// Takes the next group, or decides that it has to wait. Returns false when there is nothing to
// commit now.
bool StoreImpl::ReadyToCommit(CommitGroup* group, bool* needs_switch) {
  std::vector<CommitRequest> refused;
  bool ingest_refused = false;
  Status refusal;
  StallDecision decision;
  {
    const std::lock_guard lock(mutex_);
    commit_scheduled_ = false;
    if (queue_.empty()) return false;
    if (!failure_.ok()) {
      refused = queue_.TakeAll();
      refusal = failure_.As(StatusCode::kReadOnly, "the store is read-only");
    } else {
      // A store that is closing doesn't wait for compactions: they may never succeed.
      const uint32_t l0_files = closing_ ? 0 : l0_files_max_;
      const uint64_t bytes_max = GroupBytesMax(l0_files, options_);
      const CommitQueue::Ahead ahead = queue_.Peek(bytes_max);
      const bool ingest = ahead.kind == CommitRequest::Kind::kIngest;
      const bool barrier = ingest || ahead.kind == CommitRequest::Kind::kFlush;
      *needs_switch = barrier ? !active_->empty() : GenerationFull(ahead.bytes, ahead.count);
      decision = DecideStall({l0_files, static_cast<uint32_t>(immutables_.size()), *needs_switch,
                              ahead.bytes, ingest && !*needs_switch},
                             options_);
      const bool waited = delay_served_ && decision.kind == StallDecision::Kind::kDelay;
      if (decision.kind == StallDecision::Kind::kGo || waited) {
        delay_served_ = false;
        commit_running_ = true;
        // An ingestion comes behind the switch and the flush, by another job.
        if (!(ingest && *needs_switch)) *group = queue_.Take(bytes_max);
        return true;
      }
      if (decision.kind == StallDecision::Kind::kDelay) {
        delay_served_ = commit_scheduled_ = true;
      } else if (refusal = StallError(decision.cause); refusal.ok()) {
        commit_stalled_ = true;
        stall_began_ = env_->NowMicros();
        stall_cause_ = decision.cause;
      } else if (ingest) {
        refused = queue_.Take(options_.group_bytes_max).requests;
        ingest_refused = true;
      } else {
        refused = closing_ ? queue_.TakeAll() : queue_.TakeWrites();
        last_applied_queued_ = last_applied_committed_;
      }
    }
  }
  if (!refusal.ok()) {
    EndTransactions(refused);
    SettleAll(refused, refusal);
    // What stands behind an ingestion need not wait for what it waited for.
    if (ingest_refused) ScheduleCommit();
  } else if (decision.kind == StallDecision::Kind::kDelay) {
    NoteStall(StallCause::kSlowdown, env_->NowMicros(), decision.delay_micros);
    scheduler_->PostAfter(Lane::kCommit, decision.delay_micros, [this] { CommitJob(); });
  } else {
    Notify({.kind = Event::Kind::kStallBegan,
            .detail = "waiting for " + std::string(StallCauseName(decision.cause)),
            .stall = decision.cause});
  }
  return false;
}

void StoreImpl::CommitJob() {
  CommitGroup group;
  bool needs_switch = false;
  if (!ReadyToCommit(&group, &needs_switch)) return;
  Span span = Timed(Lane::kCommit, "commit group");
  span.Number("batches", group.requests.size());
  span.Number("entries", group.count);
  span.Number("bytes", group.bytes);
  Status status;
  if (needs_switch) status = SwitchGeneration(Generation::BytesNeeded(group.bytes, group.count));
  if (!status.ok()) {
    SettleGroup(group, FailStop(status).As(StatusCode::kReadOnly, "not written"));
  } else if (!group.requests.empty()) {
    CommitOne(std::move(group));
  }
  {
    const std::lock_guard lock(mutex_);
    commit_running_ = false;
  }
  ScheduleCommit();
}

void StoreImpl::CommitOne(CommitGroup group) {
  switch (group.kind) {
    case CommitRequest::Kind::kFlush:
      return CommitFlushBarrier(group);
    case CommitRequest::Kind::kDerived:
      return CommitDerived(group);
    case CommitRequest::Kind::kIngest:
      return CommitIngest(group);
    case CommitRequest::Kind::kWrite:
      return CommitWrite(group);
  }
}

void StoreImpl::CommitWrite(CommitGroup& group) {
  if (group.conditional) RefuseConflicts(&group);
  if (group.count == 0) return SettleGroup(group, Status::Ok());
  const Sequence first = next_sequence_;
  next_sequence_ += group.count;
  const Sequence last = next_sequence_ - 1;
  if (group.durability == Durability::kMemory) {
    InsertGroup(group, first);
    Publish(last);
    SettleGroup(group, Status::Ok());
    const Status status = AppendGroup(group, first);
    if (!status.ok()) {
      (void)FailStop(status);
    } else {
      ShowInFeed(active_->log_number);
    }
    return;
  }
  Status status = AppendGroup(group, first);
  if (status.ok() && group.durability == Durability::kOs && group.bytes <= kToldEarlyBytesMax) {
    told_sequence_.store(last, std::memory_order_release);
    telling_here = this;
    SettleGroup(group, status);
    telling_here = nullptr;
    InsertGroup(group, first);
    Publish(last);
    ShowInFeed(active_->log_number);
    return;
  }
  if (status.ok()) {
    if (group.durability == Durability::kDisk && group.bytes >= kOverlapBytes)
      writer_->StartWriteback();
    InsertGroup(group, first);
    if (group.durability == Durability::kDisk) status = SyncLog();
  }
  if (!status.ok()) {
    SettleGroup(group, FailStop(status).As(StatusCode::kOutcomeUnknown,
                                           "the write may or may not be there after reopening"));
    return;
  }
  Publish(last);
  ShowInFeed(active_->log_number);
  if (group.durability == Durability::kDisk) feed_.SetDurable();
  SettleGroup(group, Status::Ok());
}

void StoreImpl::CommitDerived(CommitGroup& group) {
  const Sequence first = next_sequence_;
  next_sequence_ += group.count;
  InsertGroup(group, first);
  active_->applied = last_applied_committed_ = group.requests.back().applied;
  Publish(next_sequence_ - 1);
  ShowInFeed(active_->log_number);
  SettleGroup(group, Status::Ok());
}

Status StoreImpl::AppendGroup(const CommitGroup& group, Sequence first) {
  std::vector<Slice> pieces;
  pieces.reserve(2 * group.requests.size());
  for (const CommitRequest& request : group.requests) {
    if (request.count == 0) continue;
    if (!pieces.empty()) pieces.emplace_back(&kBatchBoundaryByte, 1);
    pieces.push_back(request.bytes);
  }
  const Span span = Timed(Lane::kCommit, "append");
  const uint64_t before = writer_->size();
  LS_RETURN_IF_ERROR(writer_->Append({log::RecordType::kBatch, first, group.count}, pieces));
  Counters::Add(counters_.log_bytes, writer_->size() - before);
  active_->last_logged = first + group.count - 1;
  if (group.durability != Durability::kDisk && writer_->size() - written_back_ >= kWritebackStep) {
    writer_->StartWriteback();
    written_back_ = writer_->size();
  }
  return Status::Ok();
}

Status StoreImpl::SyncLog() {
  const Span span = Timed(Lane::kCommit, "sync", &latencies_.log_sync);
  LS_RETURN_IF_ERROR(writer_->Sync());
  written_back_ = writer_->size();
  Counters::Add(counters_.log_syncs, 1);
  ScheduleIdlePromise();
  return Status::Ok();
}

// Entries are sorted by memtable first, so that each memtable takes all of its own at once.
void StoreImpl::InsertGroup(const CommitGroup& group, Sequence first) {
  const Span span = Timed(Lane::kCommit, "memtables");
  Sequence sequence = first;
  for (const CommitRequest& request : group.requests) {
    BatchReader reader(request.bytes);
    BatchEntry entry;
    while (reader.Next(&entry)) {
      if (entry.kind >= EntryKind::kCreateNamespace) {
        ChangeNamespaces(entry);
      } else if (entry.kind == EntryKind::kRangeDelete) {
        active_->AddRangeDelete(entry.namespace_id,
                                {std::string(entry.key), std::string(entry.value), sequence});
      } else if (std::vector<MemTable::Entry>* rows = RowsFor(entry.namespace_id)) {
        rows->push_back({entry.key, MakeTrailer(sequence, entry.kind), entry.value});
      }
      ++sequence;
    }
    LS_CHECK(reader.whole());
  }
  LS_CHECK(sequence == first + group.count);
  for (GroupRows& rows : group_rows_) {
    if (rows.entries.empty()) continue;
    rows.memtable->InsertMany(rows.entries);
    rows.entries.clear();
  }
  active_->last_sequence = sequence - 1;
  active_->UpdateCharge();
}

// Null: the namespace was dropped between the write's check and its commit.
std::vector<MemTable::Entry>* StoreImpl::RowsFor(NamespaceId id) {
  for (GroupRows& rows : group_rows_) {
    if (rows.id == id) return &rows.entries;
  }
  MemTable* memtable = active_->Find(id);
  if (memtable == nullptr) return nullptr;
  return &group_rows_.emplace_back(GroupRows{id, memtable, {}}).entries;
}

void StoreImpl::Publish(Sequence last) {
  LS_CHECK(last >= visible_sequence_.load(std::memory_order_relaxed));
  visible_sequence_.store(last, std::memory_order_release);
  visible_sequence_.notify_all();
}

void StoreImpl::ShowInFeed(uint64_t segment) {
  feed_.SetVisible({segment, writer_->size(), visible_sequence_.load(std::memory_order_relaxed)});
}

void StoreImpl::SettleGroup(CommitGroup& group, const Status& status) {
  if (group.conditional) EndTransactions(group.requests);
  if (status.ok()) NoteToldCommits(group);
  Counters::Add(counters_.groups, 1);
  for (CommitRequest& request : group.requests) {
    if (!request.refusal.ok()) {
      request.done(request.refusal);
      continue;
    }
    if (status.ok()) {
      Counters::Add(counters_.batches, 1);
      Counters::Add(counters_.entries, request.count);
      Counters::Add(counters_.user_bytes, request.bytes.size());
      Counters::Add(counters_.batches_by_durability[static_cast<size_t>(request.durability)], 1);
    }
    request.done(status);
  }
}

void StoreImpl::ScheduleIdlePromise() {
  {
    const std::lock_guard lock(mutex_);
    if (promise_scheduled_ || closing_) return;
    promise_scheduled_ = true;
  }
  scheduler_->PostAfter(Lane::kCommit, options_.idle_promise_micros, [this] {
    {
      const std::lock_guard lock(mutex_);
      promise_scheduled_ = false;
      if (closing_ || !failure_.ok()) return;
    }
    if (!writer_->OwesPromise()) return;
    const Status status = writer_->AppendPromise();
    if (!status.ok()) (void)FailStop(status);
  });
}

}  // namespace ledgerstone
