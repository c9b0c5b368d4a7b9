// The compaction lane: picks by the pure picker, runs one choice at a time, installs it, removes
// files nobody needs any more. Manual compactions come after L0 and before the other levels.
#include "store/store_impl.h"

namespace ledgerstone {

PickerOptions StoreImpl::MakePickerOptions(uint64_t l0_patience) const {
  PickerOptions options;
  options.level_base_bytes = options_.level_base_bytes;
  options.table_bytes = options_.table_bytes;
  options.level_fanout = options_.level_fanout;
  const uint32_t trigger = options_.l0_compaction_trigger;
  options.l0_compaction_trigger =
      l0_patience == 0 ? trigger : std::min(2 * trigger, options_.l0_slowdown_trigger);
  options.l0_bytes = options_.level_base_bytes / trigger * options.l0_compaction_trigger;
  options.level_count = options_.level_count;
  options.oldest_snapshot = SnapshotSequences().front();
  return options;
}

// What is left of the time after the last flush in which the next one may be near.
uint64_t StoreImpl::L0PatienceLeft() const {
  const uint64_t flushed = last_flush_micros_.load(std::memory_order_relaxed);
  const uint64_t passed = env_->NowMicros() - flushed;
  return flushed == 0 || passed >= options_.l0_patience_micros
             ? 0
             : options_.l0_patience_micros - passed;
}

CompactionContext StoreImpl::MakeCompactionContext(const NamespaceOptions& options, bool bottom) {
  CompactionContext context;
  context.env = env_;
  context.directory = path_;
  context.store_id = versions_->store_id();
  context.new_file_number = [this] { return versions_->NewFileNumber(); };
  context.rules.snapshots = SnapshotSequences();
  context.rules.merge = options.merge;
  context.rules.now_millis = env_->WallMillis();
  context.table_bytes = options_.table_bytes;
  context.table_options = TableOptionsFor(options, options_.block_bytes, bottom);
  context.cancelled = [this] { return cancel_background_.load(std::memory_order_relaxed); };
  return context;
}

std::vector<Sequence> StoreImpl::SnapshotSequences() const {
  const std::lock_guard lock(mutex_);
  const Sequence last = retaining_ ? floor_ : visible_sequence_.load(std::memory_order_acquire);
  std::vector<Sequence> sequences{last};
  snapshots_.ForEach([&](uint64_t, Sequence sequence) {
    if (sequence < last) sequences.push_back(sequence);
  });
  std::sort(sequences.begin(), sequences.end());
  sequences.erase(std::unique(sequences.begin(), sequences.end()), sequences.end());
  return sequences;
}

void StoreImpl::Compact(NamespaceId id, Slice lower, Slice upper, Done done) {
  ManualCompaction manual;
  manual.lower = lower;
  manual.upper = upper;
  manual.done = std::move(done);
  if (id != 0) manual.namespaces.push_back(id);
  const auto shared = std::make_shared<ManualCompaction>(std::move(manual));
  Flush([this, shared, all = id == 0](const Status& status) {
    if (!status.ok()) return shared->done(status);
    if (all) {
      const VersionPtr version = versions_->current();
      for (const auto& [known, tree] : version->trees) shared->namespaces.push_back(known);
    }
    {
      const std::lock_guard lock(mutex_);
      manual_.push_back(std::move(*shared));
    }
    ScheduleCompaction();
  });
}

void StoreImpl::ScheduleCompaction() {
  {
    const std::lock_guard lock(mutex_);
    if (compaction_scheduled_ || stopping_) return;
    compaction_scheduled_ = true;
  }
  scheduler_->Post(Lane::kCompaction, [this] { CompactionJob(); });
}

void StoreImpl::CompactionJob() {
  {
    const std::lock_guard lock(mutex_);
    compaction_scheduled_ = false;
  }
  // The tables that were replaced are let go of by now: they are removed before the next job runs.
  if (CompactNext()) ScheduleCompaction();
}

// False when there is nothing more to do for now.
bool StoreImpl::CompactNext() {
  if (cancel_background_.load(std::memory_order_relaxed)) return false;
  const Status failure = FailureCause();
  if (!failure.ok() || options_.read_only) {
    FailManual(failure);
    return false;
  }
  const VersionPtr version = versions_->current();
  const uint64_t l0_patience = L0PatienceLeft();
  const std::optional<CompactionChoice> choice = NextChoice(l0_patience);
  if (!choice.has_value()) {
    NoteCompactionDone();
    AwaitFlushes(*version, l0_patience);
    return false;
  }
  if (!BeginCompaction(*choice, version)) return true;
  const Status status = RunChoice(*choice);
  {
    const std::lock_guard lock(mutex_);
    compacting_.reset();
  }
  if (status.ok()) {
    NoteCompactionDone();
  } else if (!status.Is(StatusCode::kAborted) && FailureCause().ok()) {
    RetryCompaction(*choice, status);
  } else {
    return false;
  }
  ScheduleCommit();
  return true;
}

// Looks again once no more flushes are expected, where something only waits for them.
void StoreImpl::AwaitFlushes(const Version& version, uint64_t l0_patience) {
  if (l0_patience == 0 || !options_.compact_in_background) return;
  if (!PickCompaction(version, MakePickerOptions(), FailedTables()).has_value()) return;
  scheduler_->PostAfter(Lane::kCompaction, l0_patience, [this] { ScheduleCompaction(); });
}

std::set<uint64_t> StoreImpl::FailedTables() const {
  const std::lock_guard lock(mutex_);
  return failed_tables_;
}

bool StoreImpl::BeginCompaction(const CompactionChoice& choice, const VersionPtr& version) {
  const std::lock_guard lock(mutex_);
  if (installing_ || versions_->current() != version) return false;
  compacting_ = SpanOf(choice);
  return true;
}

void StoreImpl::NoteCompactionDone() {
  const std::lock_guard lock(mutex_);
  if (!failed_tables_.empty()) return;
  compaction_error_ = Status::Ok();
  compaction_failures_ = 0;
}

// The tables of a choice that failed are left alone for a while: others go on, and writers that
// would wait for this one are told.
void StoreImpl::RetryCompaction(const CompactionChoice& choice, const Status& status) {
  Counters::Add(counters_.background_errors, 1);
  Notify(Event::Kind::kBackgroundError, "compaction", 0, 0, status);
  FailManual(status);
  uint64_t delay = 0;
  {
    const std::lock_guard lock(mutex_);
    compaction_error_ = status;
    for (const auto& file : choice.inputs) failed_tables_.insert(file->meta().number);
    for (const auto& file : choice.output_inputs) failed_tables_.insert(file->meta().number);
    delay = RetryDelayMicros(++compaction_failures_);
  }
  scheduler_->PostAfter(Lane::kCompaction, delay, [this] {
    {
      const std::lock_guard lock(mutex_);
      failed_tables_.clear();
    }
    ScheduleCompaction();
  });
}

void StoreImpl::FailManual(const Status& failure) {
  std::vector<ManualCompaction> failed;
  {
    const std::lock_guard lock(mutex_);
    failed.swap(manual_);
  }
  for (ManualCompaction& manual : failed) manual.done(failure);
}

std::optional<CompactionChoice> StoreImpl::NextChoice(uint64_t l0_patience) {
  const VersionPtr version = versions_->current();
  const PickerOptions options = MakePickerOptions(l0_patience);
  std::optional<CompactionChoice> due;
  if (options_.compact_in_background) {
    due = PickCompaction(*version, options, FailedTables());
    // Writers wait for L0: it goes before what somebody asked for.
    if (due.has_value() && due->input_level == 0) return due;
  }
  for (;;) {
    Done finished;
    {
      const std::lock_guard lock(mutex_);
      if (manual_.empty()) break;
      ManualCompaction& manual = manual_.front();
      if (auto choice = NextManualChoice(&manual, *version, options)) return choice;
      finished = std::move(manual.done);
      manual_.erase(manual_.begin());
    }
    finished(Status::Ok());
  }
  return due;
}

std::optional<CompactionChoice> StoreImpl::NextManualChoice(ManualCompaction* manual,
                                                            const Version& version,
                                                            const PickerOptions& options) {
  while (!manual->namespaces.empty()) {
    const Tree* tree = version.Find(manual->namespaces.back());
    for (; tree != nullptr && manual->level < options.level_count; ++manual->level) {
      auto choice = PickRange(*tree, options, manual->level, manual->lower, manual->upper, {});
      if (choice.has_value()) return choice;
    }
    manual->namespaces.pop_back();
    manual->level = 0;
  }
  return std::nullopt;
}

Status StoreImpl::RunChoice(const CompactionChoice& choice) {
  const VersionPtr version = versions_->current();
  const Tree* tree = version->Find(choice.namespace_id);
  if (tree == nullptr) return Status::Ok();  // dropped since it was chosen
  const uint64_t began = env_->NowMicros();
  const bool moved = choice.kind == CompactionChoice::Kind::kMove;
  Span span = Timed(Lane::kCompaction, moved ? "move" : "compaction",
                    moved ? nullptr : &latencies_.compaction);
  span.Text("choice", ChoiceText(choice));
  CompactionResult result;
  if (choice.kind == CompactionChoice::Kind::kMerge) {
    CompactionContext context =
        MakeCompactionContext(tree->info.options, choice.PacksForBottom(options_.level_count));
    if (tree->range_tombstones != nullptr)
      context.rules.range_tombstones = tree->range_tombstones->all();
    LS_RETURN_IF_ERROR(RunCompaction(choice, *tree, context, &result));
  }
  const Status status =
      versions_->Apply(MakeCompactionEdit(choice, *tree, result), [&](const VersionPtr& installed) {
        ReadViewPtr old_view;
        const std::lock_guard lock(mutex_);
        old_view = InstallView(installed);
      });
  if (!status.ok()) {
    // The namespace may have been dropped meanwhile; its tables are gone and the outputs are
    // orphans.
    if (versions_->current()->Find(choice.namespace_id) == nullptr) return DropOutputs(result);
    return FailStop(status);
  }
  NoteCompacted(*tree, choice, result, env_->NowMicros() - began);
  return Status::Ok();
}

Status StoreImpl::DropOutputs(const CompactionResult& result) {
  for (const TableMeta& output : result.outputs) {
    LS_RETURN_IF_ERROR(env_->RemoveFile(PathOf(TableName(output.number))));
  }
  return Status::Ok();
}

// Called by whoever lets go of a table last, on any thread and under any lock but obsolete_mutex_.
void StoreImpl::OnTableObsolete(uint64_t number) {
  const std::lock_guard lock(obsolete_mutex_);
  if (obsolete_stopped_) return;  // the next open removes it
  obsolete_tables_.push_back(number);
  if (obsolete_tables_.size() == 1) {
    scheduler_->Post(Lane::kCompaction, [this] { RemoveObsoleteTables(); });
  }
}

void StoreImpl::RemoveObsoleteTables() {
  std::vector<uint64_t> numbers;
  {
    const std::lock_guard lock(obsolete_mutex_);
    numbers.swap(obsolete_tables_);
  }
  for (const uint64_t number : numbers) {
    cache_.EraseFile(number);
    const Status status = env_->RemoveFile(PathOf(TableName(number)));
    Notify({.kind = status.ok() ? Event::Kind::kTableDeleted : Event::Kind::kBackgroundError,
            .detail = TableName(number),
            .status = status,
            .file = TableName(number)});
  }
}

}  // namespace ledgerstone
