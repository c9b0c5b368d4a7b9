// Transactions: a snapshot whose reads are checked when its writes commit, and how long the
// memtables stay that the check needs.
//
// 1. The writes since the oldest open transaction began are in generations_ that are active,
//    immutable or retired_. Flushed generations stay in retired_ for that long, within
//    transaction_window_bytes; window_floor_ is the last sequence of what was let go.
// 2. A transaction is open until its commit is settled or its snapshot released.
#include "store/conflict_check.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// Takes it out of the group but not out of the order.
void Refuse(CommitRequest* request, const Status& status) {
  if (request->refusal.ok()) request->refusal = status;
  request->bytes.clear();
  request->count = 0;
}

}  // namespace

uint64_t StoreImpl::BeginTransaction() {
  AwaitTold();
  const std::lock_guard lock(mutex_);
  const uint64_t id = next_snapshot_id_++;
  const Sequence visible = visible_sequence_.load(std::memory_order_acquire);
  snapshots_.Add(id, visible);
  transactions_.Add(id, visible);
  return id;
}

// One lock for all, so that they come into one group. What is wrong with one of them alone is told
// in its turn.
Status StoreImpl::Commit(std::span<TransactionCommit> commits) {
  const uint64_t now = env_->NowMicros();
  std::vector<CommitRequest> requests;
  requests.reserve(commits.size());
  for (TransactionCommit& commit : commits) {
    requests.push_back(MakeTransactionRequest(&commit));
    requests.back().queued_micros = now;
  }
  Status refusal;
  bool needs_job = false;
  {
    const std::lock_guard lock(mutex_);
    refusal = WriteRefusal();
    if (refusal.ok()) {
      for (CommitRequest& request : requests) {
        SetReadSequence(&request);
        queue_.Push(std::move(request));
      }
      needs_job = NeedsCommitJob();
    }
  }
  if (!refusal.ok()) EndTransactions(requests);
  if (needs_job) scheduler_->Post(Lane::kCommit, [this] { CommitJob(); });
  return refusal;
}

CommitRequest StoreImpl::MakeTransactionRequest(TransactionCommit* commit) const {
  CommitRequest request;
  request.transaction_id = commit->transaction_id;
  const Status status = FillTransactionRequest(*commit, &request);
  if (!status.ok()) Refuse(&request, status);
  request.done = std::move(commit->done);
  return request;
}

Status StoreImpl::FillTransactionRequest(const TransactionCommit& commit,
                                         CommitRequest* request) const {
  if (commit.count > 0 || !commit.batch.empty()) {
    const WriteOptions options{.durability = commit.durability, .applied = {}};
    LS_RETURN_IF_ERROR(MakeRequest(commit.batch, commit.count, options, request));
  }
  if (commit.transaction_id == 0) return Status::Ok();
  request->reads.assign(commit.reads);
  return namespaces_.CheckReads(commit.reads);
}

void StoreImpl::SetReadSequence(CommitRequest* request) const {
  if (request->transaction_id == 0) return;
  const Sequence* const began = transactions_.Find(request->transaction_id);
  if (began != nullptr) {
    request->read_sequence = *began;
  } else {
    Refuse(request, Status::Closed("transaction " + std::to_string(request->transaction_id)));
  }
}

void StoreImpl::EndTransactions(const std::vector<CommitRequest>& requests) {
  std::vector<GenerationPtr> dropped;
  const std::lock_guard lock(mutex_);
  for (const CommitRequest& request : requests) {
    if (request.transaction_id == 0) continue;
    transactions_.Erase(request.transaction_id);
    snapshots_.Erase(request.transaction_id);
  }
  dropped = TrimWindow();
}

// Requests whose reads were written since lose their entries and are told in their turn.
void StoreImpl::RefuseConflicts(CommitGroup* group) {
  const ConflictWindow window = MakeConflictWindow();
  GroupWrites ahead;
  for (CommitRequest& request : group->requests) {
    Status status;
    if (request.transaction_id != 0 && request.refusal.ok())
      status = CheckReads(request.reads, request.read_sequence, window, &ahead);
    if (status.ok()) {
      ahead.Add(request.bytes);
      continue;
    }
    Counters::Add(counters_.conflicts, 1);
    group->bytes -= request.bytes.size();
    group->count -= request.count;
    Refuse(&request, status);
  }
}

ConflictWindow StoreImpl::MakeConflictWindow() const {
  const std::lock_guard lock(mutex_);
  std::vector<GenerationPtr> generations{active_};
  generations.insert(generations.end(), immutables_.rbegin(), immutables_.rend());
  generations.insert(generations.end(), retired_.rbegin(), retired_.rend());
  return {std::move(generations), window_floor_};
}

std::vector<GenerationPtr> StoreImpl::TrimWindow() {
  const Sequence oldest = transactions_.empty() ? kSequenceMax : transactions_.front();
  uint64_t bytes = 0;
  for (const GenerationPtr& generation : retired_) bytes += generation->used();
  std::vector<GenerationPtr> dropped;
  auto at = retired_.begin();
  for (; at != retired_.end(); ++at) {
    const Generation& generation = **at;
    if (generation.last_sequence > oldest && bytes <= options_.transaction_window_bytes) break;
    bytes -= generation.used();
    window_floor_ = std::max(window_floor_, generation.last_sequence);
    dropped.push_back(std::move(*at));
  }
  retired_.erase(retired_.begin(), at);
  return dropped;
}

}  // namespace ledgerstone
