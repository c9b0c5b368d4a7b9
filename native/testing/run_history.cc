#include "testing/run_history.h"

#include "base/checks.h"
#include "base/hash.h"

namespace ledgerstone {

void Outcome::Add(Slice part) {
  hash_ = HashMix(hash_ ^ Hash64(part)) + part.size();
  if (keep_) text_.append(part).push_back(' ');
}

void Outcome::AddStatus(const Status& status) {
  if (status.ok()) return Add("ok");
  Add(status.Is(StatusCode::kConflict) ? "conflict" : status.ToString());
}

uint64_t Outcome::TakeHash() {
  const uint64_t hash = hash_;
  hash_ = 0;
  return hash;
}

RunHistory RunOperations(const OperationList& list, OperationTarget* target, size_t explain) {
  RunHistory history;
  history.hashes.reserve(list.size() + 1);
  Outcome outcome;
  target->Begin(&outcome);
  for (size_t i = 0; i < list.size(); ++i) {
    outcome.Keep(i == explain);
    target->Do(list[i], &outcome);
    history.hashes.push_back(outcome.TakeHash());
  }
  outcome.Keep(list.size() == explain);
  target->End(&outcome);
  history.hashes.push_back(outcome.TakeHash());
  history.explained = outcome.text();
  return history;
}

std::optional<size_t> FirstDifference(const RunHistory& one, const RunHistory& other) {
  LS_CHECK(one.hashes.size() == other.hashes.size());
  for (size_t i = 0; i < one.hashes.size(); ++i) {
    if (one.hashes[i] != other.hashes[i]) return i;
  }
  return std::nullopt;
}

}  // namespace ledgerstone
