// The flush lane: the oldest immutable generation becomes L0 tables of its namespaces, installed by
// one manifest edit. A failed table write drops the outputs, keeps the generation, and is tried
// again later.
#include "base/text.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kRetryMicrosFirst = 100'000;
constexpr uint64_t kRetryMicrosMax = 5'000'000;

bool Contains(const std::vector<NamespaceId>& ids, NamespaceId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

uint64_t RetryDelayMicros(uint32_t failures) {
  uint64_t delay = kRetryMicrosFirst;
  for (uint32_t i = 1; i < failures && delay < kRetryMicrosMax; ++i) delay *= 2;
  return std::min(delay, kRetryMicrosMax);
}

void StoreImpl::Flush(Done done) {
  CommitRequest request;
  request.kind = CommitRequest::Kind::kFlush;
  request.done = std::move(done);
  Enqueue(std::move(request));
}

void StoreImpl::ScheduleFlush() {
  {
    const std::lock_guard lock(mutex_);
    if (flush_scheduled_ || immutables_.empty()) return;
    flush_scheduled_ = true;
  }
  scheduler_->Post(Lane::kFlush, [this] { FlushJob(); });
}

void StoreImpl::FlushJob() {
  GenerationPtr generation;
  {
    const std::lock_guard lock(mutex_);
    flush_scheduled_ = false;
    if (immutables_.empty() || !failure_.ok() || options_.read_only) return;
    generation = immutables_.front();
  }
  if (cancel_background_.load(std::memory_order_relaxed)) return;
  const Status status = FlushGeneration(generation);
  uint64_t retry = 0;
  if (status.Is(StatusCode::kAborted) || !FailureCause().ok()) {
    // Closing or fail-stop: the log still has it all.
  } else if (!status.ok()) {
    Counters::Add(counters_.background_errors, 1);
    Notify(Event::Kind::kBackgroundError, "flush of " + LogName(generation->log_number), 0, 0,
           status);
    const std::lock_guard lock(mutex_);
    flush_error_ = status;
    retry = RetryDelayMicros(++flush_failures_);
    flush_scheduled_ = true;
  } else {
    RemoveFlushedLogs();
    const std::lock_guard lock(mutex_);
    flush_error_ = Status::Ok();
    flush_failures_ = 0;
  }
  if (retry > 0) {
    scheduler_->PostAfter(Lane::kFlush, retry, [this] { FlushJob(); });
  } else {
    ScheduleFlush();
  }
  SettleFlushWaiters(FailureCause());
  ScheduleCommit();
  ScheduleCompaction();
}

Status StoreImpl::FlushGeneration(const GenerationPtr& generation) {
  const uint64_t began = env_->NowMicros();
  Span span = Timed(Lane::kFlush, "flush", &latencies_.flush);
  span.Text("log", LogName(generation->log_number));
  VersionEdit edit;
  RetentionStep step;
  LS_RETURN_IF_ERROR(PlanRetention(*generation, &edit, &step));
  std::vector<Event> written;
  if (const Status status = WriteGenerationTables(*generation, &edit, &written); !status.ok()) {
    // What can't be removed is an orphan for the next open.
    for (const auto& table : edit.new_tables) {
      (void)env_->RemoveFile(PathOf(TableName(table.meta.number)));
    }
    return status;
  }
  for (const NamespaceInfo& info : generation->created) {
    if (!Contains(generation->dropped, info.id)) edit.created_namespaces.push_back(info);
  }
  const VersionPtr before = versions_->current();
  for (const NamespaceId id : generation->dropped) {
    if (before->Find(id) != nullptr) edit.dropped_namespaces.push_back(id);
  }
  edit.next_namespace_id = namespaces_.next_id();
  edit.first_log = generation->log_number + 1;
  if (generation->last_sequence > versions_->state().last_sequence) {
    edit.last_sequence = generation->last_sequence;
  }
  if (generation->applied > 0) edit.applied = generation->applied;
  const Status status = versions_->Apply(edit, [&](const VersionPtr& version) {
    RetireGeneration(generation, version, std::move(step));
  });
  if (!status.ok()) return FailStop(status);

  NoteFlushed(edit);
  for (Event& event : written) {
    event.micros = env_->NowMicros() - began;
    Notify(std::move(event));
  }
  return Status::Ok();
}

Status StoreImpl::WriteGenerationTables(const Generation& generation, VersionEdit* edit,
                                        std::vector<Event>* events) {
  for (const auto& [id, memtable] : generation.memtables()) {
    const RangeTombstoneList& range_deletes = memtable->range_tombstones();
    const bool empty = memtable->entry_count() == 0 && range_deletes.empty();
    if (empty || Contains(generation.dropped, id)) continue;
    const NamespaceInfo info = KnownNamespace(id, generation);
    CompactionContext context = MakeCompactionContext(info.options, false);
    for (const RangeTombstonesPtr& run : range_deletes.runs()) {
      context.rules.range_tombstones.insert(context.rules.range_tombstones.end(),
                                            run->all().begin(), run->all().end());
    }
    CompactionResult result;
    const auto source = memtable->NewIterator();
    LS_RETURN_IF_ERROR(WriteTables(source.get(), context, &result));
    for (TableMeta& meta : result.outputs) {
      const std::string name = TableName(meta.number);
      events->push_back({.kind = Event::Kind::kFlushed,
                         .bytes = meta.size,
                         .detail = info.name + ": L0 " + name + " " + ByteSizeText(meta.size),
                         .file = name,
                         .namespace_name = info.name});
      edit->new_tables.push_back({id, 0, std::move(meta)});
    }
    AddRangeDeletes(id, context.rules.range_tombstones, edit);
  }
  return Status::Ok();
}

// Those that tables may hold something for: older tables, or the new ones where a snapshot still
// sees what was erased.
void StoreImpl::AddRangeDeletes(NamespaceId id, const std::vector<RangeTombstone>& tombstones,
                                VersionEdit* edit) const {
  const VersionPtr version = versions_->current();
  const Tree* const tree = version->Find(id);
  for (const RangeTombstone& tombstone : tombstones) {
    bool needed = false;
    for (const auto& table : edit->new_tables)
      needed |= table.namespace_id == id && Tree::MayHoldErased(table.meta, tombstone);
    for (const auto& level : tree == nullptr ? decltype(Tree::levels)() : tree->levels) {
      for (const TableFilePtr& file : level) needed |= Tree::MayHoldErased(file->meta(), tombstone);
    }
    if (needed) edit->range_deletes.push_back({id, tombstone});
  }
}

// A namespace may have been dropped since; its options are then in the tree or in a generation.
NamespaceInfo StoreImpl::KnownNamespace(NamespaceId id, const Generation& generation) const {
  if (const auto info = namespaces_.Find(id)) return *info;
  if (const Tree* tree = versions_->current()->Find(id)) return tree->info;
  for (const NamespaceInfo& info : generation.created) {
    if (info.id == id) return info;
  }
  LS_CHECK(false && "a memtable of a namespace nobody created");
  return {};
}

Status StoreImpl::PlanRetention(const Generation& generation, VersionEdit* edit,
                                RetentionStep* step) const {
  KeptLog log{generation.log_number, 0, generation.last_logged, env_->WallMillis()};
  bool retaining = false;
  std::vector<KeptLog> kept;
  Sequence floor = 0;
  {
    const std::lock_guard lock(mutex_);
    retaining = retaining_;
    kept = kept_logs_;
    floor = floor_;
  }
  if (retaining) LS_RETURN_IF_ERROR(env_->FileSize(PathOf(LogName(log.number)), &log.bytes));
  // A segment without a batch above the floor is of no use to anybody.
  const bool empty = log.last_sequence <= floor;
  const std::optional<KeptLog> added = empty ? std::nullopt : std::optional(log);
  *step = DecideRetention(kept, added, floor, options_.retention, log.flushed_millis);
  if (retaining) AddRetention(*step, added, log.number + 1, edit);
  if (empty) step->dropped.push_back(log.number);
  return Status::Ok();
}

void StoreImpl::RetireGeneration(const GenerationPtr& generation, const VersionPtr& version,
                                 RetentionStep step) {
  ReadViewPtr old_view;
  std::vector<GenerationPtr> dropped;
  const std::lock_guard lock(mutex_);
  LS_CHECK(!immutables_.empty() && immutables_.front() == generation);
  immutables_.erase(immutables_.begin());
  retired_.push_back(generation);
  dropped = TrimWindow();
  flushed_logs_.insert(flushed_logs_.end(), step.dropped.begin(), step.dropped.end());
  kept_logs_ = std::move(step.kept);
  floor_ = step.floor;
  old_view = InstallView(version);
}

void StoreImpl::RemoveFlushedLogs() {
  std::vector<uint64_t> numbers;
  {
    const std::lock_guard lock(mutex_);
    numbers.swap(flushed_logs_);
  }
  for (const uint64_t number : numbers) {
    const Status status = env_->RemoveFile(PathOf(LogName(number)));
    if (!status.ok())
      Notify(Event::Kind::kBackgroundError, "removing " + LogName(number), 0, 0, status);
  }
}

void StoreImpl::SettleFlushWaiters(const Status& failure) {
  std::vector<FlushWaiter> ready;
  {
    const std::lock_guard lock(mutex_);
    const uint64_t oldest = immutables_.empty() ? UINT64_MAX : immutables_.front()->log_number;
    const Status& error = failure.ok() ? flush_error_ : failure;
    auto waits = [&](const FlushWaiter& waiter) {
      return waiter.log_number >= oldest && error.ok();
    };
    const auto split = std::stable_partition(flush_waiters_.begin(), flush_waiters_.end(), waits);
    for (auto at = split; at != flush_waiters_.end(); ++at) {
      if (at->log_number >= oldest) at->failure = error;
      ready.push_back(std::move(*at));
    }
    flush_waiters_.erase(split, flush_waiters_.end());
  }
  for (FlushWaiter& waiter : ready) waiter.done(waiter.failure);
}

}  // namespace ledgerstone
