#include "testing/operation_store.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>

#include "base/checks.h"
#include "base/hash.h"

namespace ledgerstone {
namespace {

// Memory, where there is a file system in it: what is compared here is not how fast a disk syncs.
std::string RealParent() {
  const std::string memory = "/dev/shm";
  std::error_code ignored;
  return std::filesystem::is_directory(memory, ignored)
             ? memory
             : std::filesystem::temp_directory_path().string();
}

}  // namespace

OperationStore::OperationStore(const OptionSet& set, uint64_t seed)
    : set_(set),
      host_(set.real_files ? NewRealHost(RealParent())
                           : NewSimulatedHost(HashMix(seed) + set.scheduler_seed)) {}

OperationStore::~OperationStore() { store_.reset(); }

Status OperationStore::Open() {
  StoreOptions options = set_.store;
  options.env = host_->env();
  scheduler_ = host_->NewScheduler();
  options.scheduler = scheduler_;
  LS_RETURN_IF_ERROR(Store::Open(options, host_->path(), &store_));
  for (uint8_t space = 0; space < kOperationSpaces; ++space) LS_RETURN_IF_ERROR(OpenSpace(space));
  return Status::Ok();
}

Status OperationStore::OpenSpace(uint8_t space) {
  NamespaceOptions options = set_.space;
  options.merge = SpaceMerge(space);
  return store_->OpenNamespace(SpaceName(space), options, &ids_.at(space));
}

Status OperationStore::Close() {
  const StoreStatistics statistics = store_->Statistics();
  flushes_ += statistics.flushes;
  compactions_ += statistics.compactions;
  for (uint8_t view = 1; view <= kOperationViews; ++view) ReleaseView(view);
  const Status status = store_->Close();
  store_.reset();
  return status;
}

Status OperationStore::Kill() {
  views_.fill({});
  return host_->Kill(&store_);
}

void OperationStore::ReleaseView(uint8_t view) {
  const View* const open = ViewOf(view);
  if (open != nullptr) LS_CHECK(store_->ReleaseSnapshot(open->id));
  views_.at(view) = {};
}

void OperationStore::TakeView(const StoreOperation& operation) {
  ReleaseView(operation.view);
  const bool begins = operation.kind == OperationKind::kBegin;
  View& view = views_.at(operation.view);
  view.id = begins ? store_->BeginTransaction() : store_->TakeSnapshot();
  view.is_transaction = begins;
  view.drops = drops_;
}

void OperationStore::AddTo(WriteBatch* batch, const OperationEntry& entry) {
  const NamespaceId id = ids_.at(entry.space);
  if (entry.action != EntryAction::kDelete && entry.action != EntryAction::kDeleteRange)
    ++entries_written_.at(entry.space);
  switch (entry.action) {
    case EntryAction::kPut:
      return batch->Put(id, KeyText(entry.key), ValueText(entry));
    case EntryAction::kDelete:
      return batch->Delete(id, KeyText(entry.key));
    case EntryAction::kMerge:
      return batch->Merge(id, KeyText(entry.key), OperandText(entry));
    case EntryAction::kPutExpiring:
      return batch->PutExpiring(id, KeyText(entry.key), ValueText(entry),
                                host_->env()->WallMillis() + 1 + entry.expires_in);
    case EntryAction::kDeleteRange: {
      const auto [begin, end] = ErasedBounds(entry);
      return batch->DeleteRange(id, begin, end);
    }
  }
}

std::vector<WriteBatch> OperationStore::BatchesOf(const StoreOperation& operation) {
  std::vector<WriteBatch> batches;
  for (const OperationEntry& entry : operation.entries) {
    if (batches.empty() || entry.begins_batch) batches.emplace_back();
    AddTo(&batches.back(), entry);
  }
  return batches;
}

Status OperationStore::Wait(size_t calls, const std::function<void(const Store::Done&)>& start) {
  struct Settled {
    std::mutex mutex;
    size_t left;
    Status first;
  };
  // Shared, because the last callback may still hold the mutex when the waiter goes on.
  const auto settled = std::make_shared<Settled>();
  settled->left = calls;
  start([settled](const Status& status) {
    const std::lock_guard lock(settled->mutex);
    if (settled->first.ok()) settled->first = status;
    --settled->left;
  });
  scheduler_->WaitUntil([&] {
    const std::lock_guard lock(settled->mutex);
    return settled->left == 0;
  });
  const std::lock_guard lock(settled->mutex);
  return settled->first;
}

Status OperationStore::Write(const StoreOperation& operation) {
  const std::vector<WriteBatch> batches = BatchesOf(operation);
  const WriteOptions options{.durability = operation.durability, .applied = {}};
  if (batches.size() == 1) return store_->Write(batches.front(), options);
  return Wait(batches.size(), [&](const Store::Done& done) {
    for (const WriteBatch& batch : batches)
      store_->Write(batch.bytes(), batch.count(), options, done);
  });
}

Status OperationStore::Commit(const StoreOperation& operation, View view) {
  WriteBatch batch;
  for (const OperationEntry& entry : operation.entries) AddTo(&batch, entry);
  TransactionCommit commit{.transaction_id = view.is_transaction ? view.id : 0,
                           .reads = view.reads.bytes(),
                           .batch = batch.bytes(),
                           .count = batch.count(),
                           .durability = operation.durability};
  if (!view.is_transaction) commit.reads = {};
  return Wait(1, [&](const Store::Done& done) {
    commit.done = done;
    const Status status = store_->Commit({&commit, 1});
    if (!status.ok()) done(status);
  });
}

void OperationStore::DoCommit(const StoreOperation& operation, Outcome* outcome) {
  const View view = views_.at(operation.view);
  if (!view.is_transaction) ReleaseView(operation.view);
  if (view.is_transaction && (view.drops != drops_ || view.is_refused)) {
    ReleaseView(operation.view);
    return outcome->Add(view.drops != drops_ ? "gone" : "conflict");
  }
  views_.at(operation.view) = {};
  if (!view.is_transaction && operation.entries.empty()) return outcome->Add("ok");
  outcome->AddStatus(Commit(operation, view));
}

Status OperationStore::Ingest(const StoreOperation& operation) {
  std::map<std::string, const OperationEntry*> last;
  for (const OperationEntry& entry : operation.entries) last[KeyText(entry.key)] = &entry;
  WriteBatch batch;
  for (const auto& [key, entry] : last) AddTo(&batch, *entry);
  if (set_.store.retention.any()) {
    if (last.empty()) return Status::Ok();
    for (View& view : views_) view.is_refused = view.is_transaction;
    return store_->Write(batch, {.durability = Durability::kDisk, .applied = {}});
  }
  std::shared_ptr<Ingestion> ingestion;
  LS_RETURN_IF_ERROR(store_->NewIngestion(ids_.at(operation.space), &ingestion));
  if (!last.empty()) LS_RETURN_IF_ERROR(ingestion->Add(batch.bytes(), batch.count()));
  IngestReport report;
  return ingestion->Commit(&report);
}

Status OperationStore::Compact(const StoreOperation& operation) {
  const bool all = operation.space == kOperationSpaces;
  const auto [lower, upper] =
      all ? std::pair<std::string, std::string>() : KeyBounds(operation.lower, operation.upper);
  const NamespaceId id = all ? 0 : ids_.at(operation.space);
  return Wait(1, [&](const Store::Done& done) { store_->Compact(id, lower, upper, done); });
}

Status OperationStore::Drop(uint8_t space) {
  LS_RETURN_IF_ERROR(
      Wait(1, [&](const Store::Done& done) { store_->DropNamespace(ids_.at(space), done); }));
  ++drops_.at(space);
  entries_written_.at(space) = 0;
  return OpenSpace(space);
}

void OperationStore::Begin(Outcome* outcome) {
  const Status status = Open();
  if (!status.ok()) outcome->AddStatus(status);
}

void OperationStore::Do(const StoreOperation& operation, Outcome* outcome) {
  if (store_ == nullptr) return outcome->Add("no store");
  switch (operation.kind) {
    case OperationKind::kWrite:
      return outcome->AddStatus(operation.entries.empty() ? Status::Ok() : Write(operation));
    case OperationKind::kGet:
      return Get(operation, outcome);
    case OperationKind::kScan:
      return Scan(operation, outcome);
    case OperationKind::kEstimate:
      return Estimate(operation.space, outcome);
    case OperationKind::kSnapshot:
    case OperationKind::kBegin:
      TakeView(operation);
      return outcome->Add("ok");
    case OperationKind::kRelease:
      ReleaseView(operation.view);
      return outcome->Add("ok");
    case OperationKind::kCommit:
      return DoCommit(operation, outcome);
    case OperationKind::kIngest:
      return outcome->AddStatus(Ingest(operation));
    case OperationKind::kWork:
      host_->RunJobs(operation.amount);
      return outcome->Add("ok");
    case OperationKind::kTime:
      host_->AdvanceWall(operation.amount);
      return outcome->Add("ok");
    case OperationKind::kFlush:
      return outcome->AddStatus(Wait(1, [&](const Store::Done& done) { store_->Flush(done); }));
    case OperationKind::kCompact:
      return outcome->AddStatus(Compact(operation));
    case OperationKind::kDrop:
      return outcome->AddStatus(Drop(operation.space));
    case OperationKind::kReopen:
    case OperationKind::kKill:
      return outcome->AddStatus(Reopen(operation));
  }
}

Status OperationStore::Reopen(const StoreOperation& operation) {
  const bool dies = operation.kind == OperationKind::kKill && !operation.entries.empty();
  if (dies) {
    StoreOperation last = operation;
    last.durability = std::max(operation.durability, Durability::kOs);
    LS_RETURN_IF_ERROR(Write(last));
  }
  LS_RETURN_IF_ERROR(dies ? Kill() : Close());
  return Open();
}

}  // namespace ledgerstone
