// One owner's store over a shared engine. See ledgerstone/shared_store.h for the rules.
//
// 1. `left_` is set once, and first: what comes later answers Closed without asking the engine.
//    What was under way then goes on in the engine, which lives as long as this.
// 2. mutex_ is a leaf: held over no call that waits.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "store/shared_engine.h"

namespace ledgerstone {

class SharedStoreImpl final : public SharedStore {
 public:
  ~SharedStoreImpl() override { (void)Close(); }

  Status Open(const SharedStoreOptions& options, const std::string& path);

  const OpenReport& report() const override { return engine().report(); }
  Status OpenNamespace(const std::string& name, const NamespaceOptions& options,
                       NamespaceId* id) override {
    return left() ? Closed() : engine().OpenNamespace(name, options, id);
  }
  std::vector<NamespaceInfo> Namespaces() const override { return engine().Namespaces(); }
  void DropNamespace(NamespaceId id, Done done) override {
    left() ? done(Closed()) : engine().DropNamespace(id, std::move(done));
  }
  void Write(Slice batch, uint32_t count, const WriteOptions& options, Done done) override {
    left() ? done(Closed()) : engine().Write(batch, count, options, std::move(done));
  }
  Status Write(const WriteBatch& batch, const WriteOptions& options) override {
    return left() ? Closed() : engine().Write(batch, options);
  }
  Status Get(NamespaceId id, Slice key, const ReadOptions& options, Presence* presence,
             PinnedValue* value) override {
    return left() ? Closed() : engine().Get(id, key, options, presence, value);
  }
  Status NewIterator(NamespaceId id, const IterateOptions& options, Tier tier,
                     std::unique_ptr<Iterator>* iterator) override {
    return left() ? Closed() : engine().NewIterator(id, options, tier, iterator);
  }
  Status ApproximateCount(NamespaceId id, const IterateOptions& options, uint64_t* count) override {
    return left() ? Closed() : engine().ApproximateCount(id, options, count);
  }
  Status ApproximateBytes(NamespaceId id, Slice lower, Slice upper, uint64_t* bytes) override {
    return left() ? Closed() : engine().ApproximateBytes(id, lower, upper, bytes);
  }

  uint64_t TakeSnapshot() override;
  bool ReleaseSnapshot(uint64_t snapshot_id) override;
  Status SnapshotSequence(uint64_t snapshot_id, uint64_t* sequence) const override {
    return left() ? Closed() : engine().SnapshotSequence(snapshot_id, sequence);
  }
  Status TakeSnapshotAt(uint64_t sequence, uint64_t* snapshot_id) override;
  uint64_t Floor() const override { return engine().Floor(); }
  Status NewChangeReader(const ChangesOptions& options,
                         std::unique_ptr<ChangeReader>* reader) override;
  uint64_t BeginTransaction() override;
  Status Commit(std::span<TransactionCommit> commits) override;

  uint64_t VisibleSequence() const override { return engine().VisibleSequence(); }
  uint64_t Applied() const override { return engine().Applied(); }
  Status NewIngestion(NamespaceId id, std::shared_ptr<Ingestion>* ingestion) override;
  void Flush(Done done) override { left() ? done(Closed()) : engine().Flush(std::move(done)); }
  void Compact(NamespaceId id, Slice lower, Slice upper, Done done) override {
    left() ? done(Closed()) : engine().Compact(id, lower, upper, std::move(done));
  }
  Status Verify(const VerifyOptions& options, std::vector<Finding>* findings) override;
  Status NewVerification(uint64_t bytes_per_second,
                         std::unique_ptr<Verification>* verification) override;
  Status Checkpoint(const std::string& directory, CheckpointReport* report) override {
    return left() ? Closed() : engine().Checkpoint(directory, report);
  }
  Status Backup(const std::string& directory, const BackupOptions& options,
                BackupInfo* info) override {
    return left() ? Closed() : engine().Backup(directory, options, info);
  }

  StoreStatistics Statistics() const override { return engine().Statistics(); }
  std::vector<NamespaceLevels> Levels() const override { return engine().Levels(); }
  std::string LevelsText() const override { return engine().LevelsText(); }
  Status StartTrace(const std::string& path, uint64_t bytes_max) override;
  Status StopTrace() override;

  void Leave() override;
  Status Close() override;

 private:
  static Status Closed() { return Status::Closed("the store"); }
  bool left() const { return left_.load(std::memory_order_acquire); }
  Store& engine() const { return engine_->store(); }
  bool Keep(uint64_t snapshot_id);

  // One reader's wait, told once: by the engine, or when this owner leaves.
  struct Waiting {
    std::function<void()> ready;
    std::atomic<bool> told{false};
    void Tell() {
      if (!told.exchange(true)) ready();
    }
  };
  class Reader;
  class OwnVerification;
  class OwnIngestion;
  void WaitFor(ChangeReader* reader, uint64_t through, std::function<void()> ready);

  SharedEnginePtr engine_;
  bool is_shared_ = false;  // in the store table
  const void* token_ = nullptr;
  SharedEngine::Listener listener_;
  std::atomic<bool> left_{true};  // until Open succeeded

  std::mutex mutex_;
  bool leaving_ = false;          // guarded by mutex_, like all below
  std::set<uint64_t> snapshots_;  // of transactions too
  bool recording_ = false;
  std::vector<std::shared_ptr<Waiting>> waiting_;  // those that were told are forgotten in time
};

}  // namespace ledgerstone
