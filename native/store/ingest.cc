// Ingestions: sorted entries that become tables without log or memtables.
//
// The commit is a barrier in the queue. When its turn comes all that was committed before is in
// tables, so that the new tables are newer than everything; one manifest edit adds them. A new,
// empty generation comes with the new view: an older view, which lacks the tables, gets no later
// write. A mark in the log tells recovery that the edit was durable: a manifest that has lost its
// end would else show the store without the tables.
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// How far above the newest sequence, and the ones that an unclean end used up, an ingestion takes
// its own: so many entries may be written while it is under way.
constexpr Sequence kSequenceLead = Sequence{1} << 28;

}  // namespace

Status StoreImpl::NewIngestion(NamespaceId id, std::shared_ptr<Ingestion>* ingestion) {
  StoreIngestion::Plan plan;
  const std::optional<NamespaceInfo> info = namespaces_.Find(id);
  if (!info.has_value()) {
    return Status::InvalidArgument("namespace " + std::to_string(id) +
                                   " does not exist (dropped?)");
  }
  if (info->options.derived) {
    return Status(StatusCode::kNotSupported,
                  "a derived namespace takes no ingestion: it has no position to be 'applied'");
  }
  if (options_.retention.any()) {
    return Status(StatusCode::kNotSupported,
                  "with retention nothing is ingested: it would not be in the log that is kept");
  }
  plan.info = *info;
  plan.sequence = std::max(VisibleSequence(), versions_->state().last_sequence) + kSequenceLead;
  plan.context = MakeCompactionContext(info->options, false);
  plan.context.rules = {};
  plan.bottom_compression = info->options.bottom_compression;
  {
    const std::lock_guard lock(mutex_);
    LS_RETURN_IF_ERROR(WriteRefusal());
    if (ingesting_) return Status::Conflict("another ingestion is under way");
    ingesting_ = true;
  }
  IngestHost* const host = this;
  const auto made = std::make_shared<StoreIngestion>(host, std::move(plan));
  {
    const std::lock_guard lock(mutex_);
    ingestion_ = made;
    // A Close that came between would not know of it.
    if (!closing_) {
      *ingestion = made;
      return Status::Ok();
    }
  }
  return Status::Closed("the store");
}

void StoreImpl::ForgetIngestion() {
  const std::lock_guard lock(mutex_);
  ingesting_ = false;
}

// Before the directory is another owner's.
void StoreImpl::AbandonIngestion() {
  std::shared_ptr<StoreIngestion> ingestion;
  {
    const std::lock_guard lock(mutex_);
    ingestion = ingestion_.lock();
  }
  if (ingestion != nullptr) ingestion->Abandon(Status::Closed("the store"));
}

bool StoreImpl::IsBottomFor(NamespaceId id, Slice user_key) const {
  const VersionPtr version = versions_->current();
  const Tree* const tree = version->Find(id);
  if (tree == nullptr) return true;
  for (int level = 0; level < kLevelCount; ++level) {
    if (!tree->Overlapping(level, user_key, user_key).empty()) return false;
  }
  return true;
}

// Flushes first without holding writers up, so that the barrier finds little left to be flushed.
Status StoreImpl::CommitTables(std::shared_ptr<const IngestTables> tables) {
  Status result;
  std::atomic<bool> settled{false};
  const auto settle = [&](const Status& status) {
    result = status;
    settled.store(true, std::memory_order_release);
  };
  const auto wait = [&] {
    scheduler_->WaitUntil([&] { return settled.load(std::memory_order_acquire); });
  };
  Flush(settle);
  wait();
  LS_RETURN_IF_ERROR(result);
  settled.store(false, std::memory_order_release);
  CommitRequest request;
  request.kind = CommitRequest::Kind::kIngest;
  request.ingest = std::move(tables);
  request.done = settle;
  Enqueue(std::move(request));
  wait();
  return result;
}

Status StoreImpl::RemoveTables(const std::vector<TableMeta>& tables) {
  Status result;
  for (const TableMeta& table : tables) {
    const Status status = env_->RemoveFile(PathOf(TableName(table.number)));
    if (result.ok()) result = status;
  }
  return result;
}

void StoreImpl::CommitIngest(CommitGroup& group) {
  LS_CHECK(group.requests.size() == 1);
  const Span span = Timed(Lane::kCommit, "ingest");
  CommitRequest& request = group.requests.front();
  const Status status = InstallIngest(*request.ingest);
  {
    const std::lock_guard lock(mutex_);
    installing_ = false;
  }
  ScheduleCompaction();
  request.done(status);
}

// The levels, chosen while no compaction can begin.
Status StoreImpl::PlaceTables(const IngestTables& ingest, VersionEdit* edit) {
  const std::lock_guard lock(mutex_);
  LS_CHECK(active_->empty() && immutables_.empty());
  const VersionPtr version = versions_->current();
  const Tree* const tree = version->Find(ingest.namespace_id);
  if (tree == nullptr) {
    return Status::InvalidArgument("namespace " + std::to_string(ingest.namespace_id) +
                                   " was dropped while it was ingested into");
  }
  installing_ = true;
  for (const TableMeta& table : ingest.tables) {
    const int level = IngestLevel(*tree, table, options_.level_count, compacting_);
    edit->new_tables.push_back({ingest.namespace_id, level, table});
  }
  edit->last_sequence = ingest.sequence;
  return Status::Ok();
}

Status StoreImpl::InstallIngest(const IngestTables& ingest) {
  if (next_sequence_ > ingest.sequence) {
    return Status::Conflict("more was written while the ingestion was under way than it allows: " +
                            std::to_string(kSequenceLead) + " entries");
  }
  GenerationPtr fresh = NewGeneration(active_->log_number, 0);
  if (fresh == nullptr)
    return Status(StatusCode::kNoMemory, "no memory for a generation of memtables");
  VersionEdit edit;
  LS_RETURN_IF_ERROR(PlaceTables(ingest, &edit));
  // No sequence is given out twice, whatever becomes of the edit.
  next_sequence_ = ingest.sequence + 1;
  const Status status = versions_->Apply(edit, [&](const VersionPtr& version) {
    ReadViewPtr old_view;
    const std::lock_guard lock(mutex_);
    active_.swap(fresh);
    floor_ = ingest.sequence;
    // Transactions that began before have read without it.
    window_floor_ = ingest.sequence;
    old_view = InstallView(version);
  });
  const Status marked = status.ok() ? MarkIngested(ingest.sequence) : status;
  if (!marked.ok()) {
    return FailStop(marked).As(StatusCode::kOutcomeUnknown,
                               "the entries may or may not be there after reopening");
  }
  group_rows_.clear();
  feed_.SetIngested(ingest.sequence);
  Publish(ingest.sequence);
  ShowInFeed(active_->log_number);
  feed_.SetDurable();
  NoteIngested(edit);
  return Status::Ok();
}

Status StoreImpl::MarkIngested(Sequence sequence) {
  LS_RETURN_IF_ERROR(writer_->Append({log::RecordType::kIngested, sequence, 1}, {}));
  return SyncLog();
}

}  // namespace ledgerstone
