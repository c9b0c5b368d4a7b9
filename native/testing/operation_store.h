// Operations done to a store under one option set.
//
// 1. Each operation is waited for before the next; background work goes on between them as the
//    host's scheduler draws it.
// 2. With retention nothing can be ingested: the entries are written as a batch, and transactions
//    that are open are refused as an ingestion would have them refused.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "testing/option_sets.h"
#include "testing/run_history.h"
#include "testing/store_host.h"

namespace ledgerstone {

class OperationStore final : public OperationTarget {
 public:
  OperationStore(const OptionSet& set, uint64_t seed);
  ~OperationStore() override;

  void Begin(Outcome* outcome) override;
  void Do(const StoreOperation& operation, Outcome* outcome) override;
  void End(Outcome* outcome) override;
  uint64_t flushes() const { return flushes_; }
  uint64_t compactions() const { return compactions_; }

 private:
  using Drops = std::array<uint64_t, kOperationSpaces>;
  struct View {
    uint64_t id = 0;
    bool is_transaction = false;
    bool is_refused = false;
    Drops drops{};
    ReadSet reads;
  };

  Status Open();
  Status OpenSpace(uint8_t space);
  Status Close();
  Status Kill();
  Status Reopen(const StoreOperation& operation);
  void ReleaseView(uint8_t view);
  void TakeView(const StoreOperation& operation);
  // Null for the newest state.
  View* ViewOf(uint8_t view) { return views_.at(view).id == 0 ? nullptr : &views_.at(view); }

  void AddTo(WriteBatch* batch, const OperationEntry& entry);
  std::vector<WriteBatch> BatchesOf(const StoreOperation& operation);
  // Until the callback was called so many times; the first failure.
  Status Wait(size_t calls, const std::function<void(const Store::Done&)>& start);
  Status Write(const StoreOperation& operation);
  Status Commit(const StoreOperation& operation, View view);
  void DoCommit(const StoreOperation& operation, Outcome* outcome);
  Status Ingest(const StoreOperation& operation);
  Status Compact(const StoreOperation& operation);
  Status Drop(uint8_t space);
  void Get(const StoreOperation& operation, Outcome* outcome);
  void Scan(const StoreOperation& operation, Outcome* outcome);
  Status Walk(const StoreOperation& operation, IterateOptions* options, Outcome* outcome);
  void Estimate(uint8_t space, Outcome* outcome);

  const OptionSet& set_;
  std::unique_ptr<StoreHost> host_;
  Scheduler* scheduler_ = nullptr;
  std::unique_ptr<Store> store_;
  std::array<NamespaceId, kOperationSpaces> ids_{};
  Drops drops_{};
  Drops entries_written_{};
  std::array<View, kOperationViews + 1> views_{};
  uint64_t flushes_ = 0;
  uint64_t compactions_ = 0;
};

}  // namespace ledgerstone
