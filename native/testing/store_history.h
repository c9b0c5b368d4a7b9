// What was asked of a store, in commit order, and what may be left of it after a crash.
//
// 1. What survives of ordinary namespaces is the first k commits, whole, and k is no less than the
//    last commit that was acknowledged as durable enough.
// 2. Derived namespaces hold exactly the commits up to `applied`; those are among the first k.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "testing/store_world.h"

namespace ledgerstone {

struct HistoryChange {
  std::string space;
  std::string key;
  std::optional<std::string> value;  // nothing: deleted
};

struct HistoryCommit {
  enum class Kind : uint8_t { kWrite, kDerived, kCreate, kDrop };
  Kind kind = Kind::kWrite;
  std::vector<HistoryChange> changes;  // of creations and drops: one, that names the space
  uint64_t applied = 0;
  Durability durability = Durability::kDisk;
  bool acknowledged = false;
  bool refused = false;
};

class StoreHistory {
 public:
  // Returns the commit's number.
  size_t Add(HistoryCommit commit);
  // Acknowledged, refused (then it is nowhere), or neither when the outcome is unknown.
  void Settle(size_t number, const Status& status);
  // Everything acknowledged so far is durable now: a flush or a close succeeded. Closing flushes
  // derived namespaces too, but need not succeed in that.
  void MakeDurable(bool derived);
  size_t size() const { return commits_.size(); }
  StoreState Newest() const;

  // "" when `found` may be what is left after a crash that spares what is at least as durable as
  // `spared`, else what is wrong with it.
  std::string Judge(const StoreState& found, uint64_t applied, Durability spared) const;
  // The same, where a log that was never closed may have lost any number of commits at its end.
  std::string JudgePrefix(const StoreState& found, uint64_t applied) const;

 private:
  std::string JudgeFrom(size_t least, const StoreState& found, uint64_t applied) const;
  size_t LeastSurvivors(uint64_t applied, Durability spared) const;
  static void Apply(const HistoryCommit& commit, StoreState* state);

  std::vector<HistoryCommit> commits_;
  uint64_t applied_least_ = 0;
};

std::string StoreStateText(const StoreState& state);

}  // namespace ledgerstone
