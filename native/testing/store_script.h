// Short scripts of what a program does with a store, run against a world that may fail at any
// moment, while a history remembers what was asked and what was acknowledged.
//
// 1. After a failed open or close nothing more is done; failed writes are left unacknowledged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testing/store_history.h"
#include "testing/store_world.h"

namespace ledgerstone {

class ScriptRun {
 public:
  ScriptRun(SimulatedEnv* env, uint64_t seed) : world_(env, seed) {}

  StoreWorld& world() { return world_; }
  const StoreHistory& history() const { return history_; }
  // The highest sequence a reader was shown.
  uint64_t seen_sequence() const { return seen_sequence_; }

  void Open();
  void Create(const std::string& space, bool derived = false);
  void Drop(const std::string& space);
  void Put(const std::string& space, const std::string& key, const std::string& value,
           Durability durability = Durability::kDisk);
  void Delete(const std::string& space, const std::string& key,
              Durability durability = Durability::kDisk);
  // Waits for the outcome.
  void Write(std::vector<HistoryChange> changes, Durability durability = Durability::kDisk);
  // Goes on at once; Settle waits for all that was queued.
  void Queue(std::vector<HistoryChange> changes, Durability durability = Durability::kDisk);
  void Settle();
  // A transaction that reads `reads` (spaces and keys) at once and is queued when it commits;
  // a conflict counts as refused.
  uint64_t Begin();
  void QueueTransaction(uint64_t transaction_id,
                        const std::vector<std::pair<std::string, std::string>>& reads,
                        std::vector<HistoryChange> changes, Durability durability);
  // Sorted entries; given piece by piece, committed at the end. Waits.
  void Ingest(const std::string& space,
              const std::vector<std::pair<std::string, std::string>>& entries);
  void Derived(uint64_t applied, std::vector<HistoryChange> changes);
  void Flush();
  void Compact();
  void Reopen();

 private:
  bool Alive() const { return alive_ && world_.is_open(); }
  WriteBatch BatchOf(const HistoryCommit& commit);
  Store::Done Settler(HistoryCommit commit);
  void Submit(HistoryCommit commit);
  void Look();

  StoreWorld world_;
  StoreHistory history_;
  std::map<std::string, NamespaceId> ids_;
  std::map<std::string, bool> derived_;
  size_t waiting_ = 0;
  uint64_t seen_sequence_ = 0;
  bool alive_ = true;
};

struct StoreScript {
  std::string name;
  std::function<void(ScriptRun&)> run;
};

// What the power loss and the fault suites sweep over.
const std::vector<StoreScript>& StoreScripts();

}  // namespace ledgerstone
