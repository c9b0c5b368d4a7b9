// The reads among the operations, and what is there in the end.
#include "testing/operation_store.h"

namespace ledgerstone {

void OperationStore::Get(const StoreOperation& operation, Outcome* outcome) {
  View* const view = ViewOf(operation.view);
  if (view != nullptr && view->drops.at(operation.space) != drops_.at(operation.space))
    return outcome->Add("gone");
  const NamespaceId id = ids_.at(operation.space);
  const std::string key = KeyText(operation.lower);
  ReadOptions options{.tier = operation.memory_first ? Tier::kMemory : Tier::kDisk,
                      .snapshot_id = view != nullptr ? view->id : 0};
  Presence presence = Presence::kAbsent;
  PinnedValue value;
  Status status = store_->Get(id, key, options, &presence, &value);
  if (operation.memory_first && status.Is(StatusCode::kIncomplete)) {
    options.tier = Tier::kDisk;
    status = store_->Get(id, key, options, &presence, &value);
  }
  if (view != nullptr) view->reads.AddKey(id, key);
  if (!status.ok()) return outcome->AddStatus(status);
  const bool found = presence == Presence::kFound;
  outcome->Add(found ? "=" : "absent");
  if (found) outcome->Add(value.value());
}

void OperationStore::Scan(const StoreOperation& operation, Outcome* outcome) {
  View* const view = ViewOf(operation.view);
  if (view != nullptr && view->drops.at(operation.space) != drops_.at(operation.space))
    return outcome->Add("gone");
  const auto [lower, upper] = KeyBounds(operation.lower, operation.upper);
  IterateOptions options;
  options.lower = {lower, !operation.lower_exclusive, !lower.empty()};
  options.upper = {upper, !operation.upper_exclusive, !upper.empty()};
  options.reverse = operation.reverse;
  options.snapshot_id = view != nullptr ? view->id : 0;
  const Status status = Walk(operation, &options, outcome);
  if (view != nullptr) view->reads.AddRange(ids_.at(operation.space), options.lower, options.upper);
  outcome->AddStatus(status);
}

// Leaves in `options` the bounds of what was seen.
Status OperationStore::Walk(const StoreOperation& operation, IterateOptions* options,
                            Outcome* outcome) {
  std::unique_ptr<Iterator> iterator;
  const Tier tier = operation.memory_first ? Tier::kMemory : Tier::kDisk;
  LS_RETURN_IF_ERROR(store_->NewIterator(ids_.at(operation.space), *options, tier, &iterator));
  size_t seen = 0;
  for (iterator->Start();; iterator->Next()) {
    if (!iterator->Valid() && iterator->status().Is(StatusCode::kIncomplete)) {
      iterator = iterator->Resume(Tier::kDisk);
      iterator->Start();
    }
    if (!iterator->Valid()) return iterator->status();
    outcome->Add(iterator->key());
    outcome->Add(iterator->value());
    if (++seen == operation.amount) break;
    if (seen == 2 && operation.pause > 0) host_->RunJobs(operation.pause);
  }
  IterateOptions::Bound* const reached = operation.reverse ? &options->lower : &options->upper;
  *reached = {std::string(iterator->key()), true, true};
  return Status::Ok();
}

// No more keys than were written, whatever it guesses.
void OperationStore::Estimate(uint8_t space, Outcome* outcome) {
  uint64_t count = 0;
  const Status status = store_->ApproximateCount(ids_.at(space), {}, &count);
  if (status.ok() && count > entries_written_.at(space)) {
    return outcome->Add("estimates " + std::to_string(count) + " keys after " +
                        std::to_string(entries_written_.at(space)) + " writes");
  }
  outcome->AddStatus(status);
}

void OperationStore::End(Outcome* outcome) {
  if (store_ == nullptr) return outcome->Add("no store");
  for (uint8_t space = 0; space < kOperationSpaces; ++space) {
    StoreOperation all;
    all.kind = OperationKind::kScan;
    all.space = space;
    Scan(all, outcome);
  }
  std::vector<Finding> findings;
  const Status verified = store_->Verify(&findings);
  if (!verified.ok()) outcome->AddStatus(verified);
  outcome->Add(findings.empty() ? "clean" : findings.front().ToString());
  outcome->AddStatus(Close());
}

}  // namespace ledgerstone
