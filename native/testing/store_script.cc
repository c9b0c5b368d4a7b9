#include "testing/store_script.h"

namespace ledgerstone {

void ScriptRun::Open() {
  if (!alive_) return;
  alive_ = world_.Open().ok();
  if (!alive_) return;
  Look();
  for (auto& [space, id] : ids_) {
    NamespaceOptions options;
    options.derived = derived_[space];
    id = world_.Open(space, options);
  }
}

void ScriptRun::Look() {
  if (world_.is_open()) seen_sequence_ = std::max(seen_sequence_, world_.store().VisibleSequence());
}

void ScriptRun::Create(const std::string& space, bool derived) {
  if (!Alive()) return;
  HistoryCommit commit;
  commit.kind = HistoryCommit::Kind::kCreate;
  commit.durability = Durability::kOs;
  commit.changes = {{space, "", std::nullopt}};
  const size_t number = history_.Add(std::move(commit));
  NamespaceOptions options;
  options.derived = derived;
  ids_[space] = world_.Open(space, options);
  derived_[space] = derived;
  if (ids_[space] == 0) history_.Settle(number, Status::Closed("the namespace"));
}

void ScriptRun::Drop(const std::string& space) {
  if (!Alive()) return;
  HistoryCommit commit;
  commit.kind = HistoryCommit::Kind::kDrop;
  commit.changes = {{space, "", std::nullopt}};
  const size_t number = history_.Add(std::move(commit));
  history_.Settle(number, world_.Drop(ids_[space]));
  ids_.erase(space);
  Look();
}

WriteBatch ScriptRun::BatchOf(const HistoryCommit& commit) {
  WriteBatch batch;
  for (const HistoryChange& change : commit.changes) {
    const NamespaceId id = ids_[change.space];
    if (change.value.has_value()) {
      batch.Put(id, change.key, *change.value);
    } else {
      batch.Delete(id, change.key);
    }
  }
  return batch;
}

Store::Done ScriptRun::Settler(HistoryCommit commit) {
  const size_t number = history_.Add(std::move(commit));
  ++waiting_;
  return [this, number](const Status& status) {
    --waiting_;
    history_.Settle(number, status);
  };
}

void ScriptRun::Submit(HistoryCommit commit) {
  const WriteBatch batch = BatchOf(commit);
  WriteOptions options;
  options.durability = commit.durability;
  if (commit.kind == HistoryCommit::Kind::kDerived) options.applied = commit.applied;
  world_.store().Write(batch.bytes(), batch.count(), options, Settler(std::move(commit)));
}

uint64_t ScriptRun::Begin() { return Alive() ? world_.store().BeginTransaction() : 0; }

void ScriptRun::QueueTransaction(uint64_t transaction_id,
                                 const std::vector<std::pair<std::string, std::string>>& reads,
                                 std::vector<HistoryChange> changes, Durability durability) {
  if (!Alive()) return;
  ReadSet read_set;
  for (const auto& [space, key] : reads) read_set.AddKey(ids_[space], key);
  HistoryCommit commit;
  commit.changes = std::move(changes);
  commit.durability = durability;
  const WriteBatch batch = BatchOf(commit);
  TransactionCommit one{transaction_id, read_set.bytes(), batch.bytes(), batch.count(), durability};
  const Store::Done done = Settler(std::move(commit));
  one.done = done;
  const Status refusal = world_.store().Commit({&one, 1});
  if (!refusal.ok()) done(refusal);
}

void ScriptRun::Queue(std::vector<HistoryChange> changes, Durability durability) {
  if (!Alive()) return;
  HistoryCommit commit;
  commit.changes = std::move(changes);
  commit.durability = durability;
  Submit(std::move(commit));
}

void ScriptRun::Settle() {
  if (!Alive()) return;
  world_.scheduler().WaitUntil([this] { return waiting_ == 0; });
  Look();
}

void ScriptRun::Write(std::vector<HistoryChange> changes, Durability durability) {
  Queue(std::move(changes), durability);
  Settle();
}

void ScriptRun::Put(const std::string& space, const std::string& key, const std::string& value,
                    Durability durability) {
  Write({{space, key, value}}, durability);
}

void ScriptRun::Delete(const std::string& space, const std::string& key, Durability durability) {
  Write({{space, key, std::nullopt}}, durability);
}

void ScriptRun::Ingest(const std::string& space,
                       const std::vector<std::pair<std::string, std::string>>& entries) {
  if (!Alive()) return;
  HistoryCommit commit;
  for (const auto& [key, value] : entries) commit.changes.push_back({space, key, value});
  const size_t number = history_.Add(std::move(commit));
  history_.Settle(number, world_.Ingest(ids_[space], entries));
  Look();
}

void ScriptRun::Derived(uint64_t applied, std::vector<HistoryChange> changes) {
  if (!Alive()) return;
  HistoryCommit commit;
  commit.kind = HistoryCommit::Kind::kDerived;
  commit.applied = applied;
  commit.durability = Durability::kMemory;
  commit.changes = std::move(changes);
  Submit(std::move(commit));
  Settle();
}

void ScriptRun::Flush() {
  if (Alive() && world_.Flush().ok()) history_.MakeDurable(true);
}

void ScriptRun::Compact() {
  if (Alive() && world_.Compact().ok()) history_.MakeDurable(true);
}

void ScriptRun::Reopen() {
  if (!Alive()) return;
  alive_ = world_.Close().ok();
  if (alive_) history_.MakeDurable(world_.env().faults_fired() == 0);
  Open();
}

}  // namespace ledgerstone
