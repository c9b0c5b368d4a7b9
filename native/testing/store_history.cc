#include "testing/store_history.h"

#include "base/text.h"

namespace ledgerstone {

size_t StoreHistory::Add(HistoryCommit commit) {
  commits_.push_back(std::move(commit));
  return commits_.size() - 1;
}

void StoreHistory::Settle(size_t number, const Status& status) {
  commits_.at(number).acknowledged = status.ok();
  commits_.at(number).refused = !status.ok() && !status.Is(StatusCode::kOutcomeUnknown);
}

void StoreHistory::MakeDurable(bool derived) {
  for (HistoryCommit& commit : commits_) {
    if (!commit.acknowledged) continue;
    commit.durability = Durability::kDisk;
    if (derived) applied_least_ = std::max(applied_least_, commit.applied);
  }
}

void StoreHistory::Apply(const HistoryCommit& commit, StoreState* state) {
  if (commit.refused) return;
  switch (commit.kind) {
    case HistoryCommit::Kind::kCreate:
      (*state)[commit.changes.front().space];
      return;
    case HistoryCommit::Kind::kDrop:
      state->erase(commit.changes.front().space);
      return;
    case HistoryCommit::Kind::kWrite:
    case HistoryCommit::Kind::kDerived:
      break;
  }
  for (const HistoryChange& change : commit.changes) {
    const auto space = state->find(change.space);
    if (space == state->end()) continue;
    if (change.value.has_value()) {
      space->second[change.key] = *change.value;
    } else {
      space->second.erase(change.key);
    }
  }
}

StoreState StoreHistory::Newest() const {
  StoreState state;
  for (const HistoryCommit& commit : commits_) Apply(commit, &state);
  return state;
}

size_t StoreHistory::LeastSurvivors(uint64_t applied, Durability spared) const {
  size_t least = 0;
  for (size_t i = 0; i < commits_.size(); ++i) {
    const HistoryCommit& commit = commits_[i];
    const bool derived = commit.kind == HistoryCommit::Kind::kDerived;
    const bool safe = commit.acknowledged && commit.durability >= spared && !derived;
    if (safe || (derived && commit.applied <= applied)) least = i + 1;
  }
  return least;
}

std::string StoreHistory::Judge(const StoreState& found, uint64_t applied,
                                Durability spared) const {
  return JudgeFrom(LeastSurvivors(applied, spared), found, applied);
}

std::string StoreHistory::JudgePrefix(const StoreState& found, uint64_t applied) const {
  return JudgeFrom(0, found, applied);
}

std::string StoreHistory::JudgeFrom(size_t least, const StoreState& found,
                                    uint64_t applied) const {
  if (applied < applied_least_) {
    return "applied went back from " + std::to_string(applied_least_) + " to " +
           std::to_string(applied);
  }
  StoreState state;
  std::string closest;
  for (size_t k = 0;; ++k) {
    if (k >= least && state == found) return "";
    if (k == least) closest = StoreStateText(state);
    if (k == commits_.size()) break;
    const HistoryCommit& commit = commits_[k];
    if (commit.kind != HistoryCommit::Kind::kDerived || commit.applied <= applied) {
      Apply(commit, &state);
    }
  }
  return "the state fits no prefix of " + std::to_string(least) + " to " +
         std::to_string(commits_.size()) + " commits; found\n" + StoreStateText(found) +
         "but the shortest allowed is\n" + closest;
}

std::string StoreStateText(const StoreState& state) {
  std::string text;
  for (const auto& [space, entries] : state) {
    text += "  " + space + ":";
    for (const auto& [key, value] : entries) {
      text += " " + EscapeBytes(key) + "=" + EscapeBytes(value.substr(0, 12));
      if (value.size() > 12) text += "…" + std::to_string(value.size());
    }
    text += "\n";
  }
  return text;
}

}  // namespace ledgerstone
