#include "store/shared_store.h"

#include "store/store_table.h"

namespace ledgerstone {

Status SharedStore::Open(const SharedStoreOptions& options, const std::string& path,
                         std::unique_ptr<SharedStore>* store) {
  const StoreOptions& given = options.store;
  if (given.env != nullptr || given.scheduler != nullptr || given.listener != nullptr) {
    return Status::InvalidArgument("a shared store takes no env, scheduler or engine listener");
  }
  auto opened = std::make_unique<SharedStoreImpl>();
  LS_RETURN_IF_ERROR(opened->Open(options, path));
  *store = std::move(opened);
  return Status::Ok();
}

Status SharedStoreImpl::Open(const SharedStoreOptions& options, const std::string& path) {
  if (options.store.read_only) {
    auto own = std::make_shared<SharedEngine>();
    own->Add(options.listener);
    LS_RETURN_IF_ERROR(own->Open(options.store, path));
    engine_ = std::move(own);
  } else {
    token_ = options.owner != nullptr ? options.owner : this;
    LS_RETURN_IF_ERROR(StoreTable::OfProcess().Join(options, path, token_, &engine_));
    is_shared_ = true;
  }
  listener_ = options.listener;
  left_.store(false, std::memory_order_release);
  return Status::Ok();
}

// A reader of the engine's that ends with this owner.
class SharedStoreImpl::Reader final : public ChangeReader {
 public:
  Reader(SharedStoreImpl* owner, std::unique_ptr<ChangeReader> reader)
      : owner_(owner), reader_(std::move(reader)) {}

  Status Read(char* out, size_t size, Chunk* chunk) override {
    return owner_->left() ? Closed() : reader_->Read(out, size, chunk);
  }
  void Wait(uint64_t through, std::function<void()> ready) override {
    owner_->WaitFor(reader_.get(), through, std::move(ready));
  }

 private:
  SharedStoreImpl* const owner_;
  const std::unique_ptr<ChangeReader> reader_;
};

Status SharedStoreImpl::NewChangeReader(const ChangesOptions& options,
                                        std::unique_ptr<ChangeReader>* reader) {
  if (left()) return Closed();
  std::unique_ptr<ChangeReader> engines;
  LS_RETURN_IF_ERROR(engine().NewChangeReader(options, &engines));
  *reader = std::make_unique<Reader>(this, std::move(engines));
  return Status::Ok();
}

// A verification that ends with this owner.
class SharedStoreImpl::OwnVerification final : public Verification {
 public:
  OwnVerification(SharedStoreImpl* owner, std::unique_ptr<Verification> verification)
      : owner_(owner), verification_(std::move(verification)) {}

  Status Step(uint64_t* wait_micros) override {
    return owner_->left() ? Closed() : verification_->Step(wait_micros);
  }
  bool done() const override { return verification_->done(); }
  VerifyProgress progress() const override { return verification_->progress(); }
  const std::vector<Finding>& findings() const override { return verification_->findings(); }
  void Cancel() override { verification_->Cancel(); }

 private:
  SharedStoreImpl* const owner_;
  const std::unique_ptr<Verification> verification_;
};

Status SharedStoreImpl::NewVerification(uint64_t bytes_per_second,
                                        std::unique_ptr<Verification>* verification) {
  if (left()) return Closed();
  std::unique_ptr<Verification> engines;
  LS_RETURN_IF_ERROR(engine().NewVerification(bytes_per_second, &engines));
  *verification = std::make_unique<OwnVerification>(this, std::move(engines));
  return Status::Ok();
}

// An ingestion that ends with this owner.
class SharedStoreImpl::OwnIngestion final : public Ingestion {
 public:
  OwnIngestion(SharedStoreImpl* owner, std::shared_ptr<Ingestion> ingestion)
      : owner_(owner), ingestion_(std::move(ingestion)) {}

  Status Add(Slice batch, uint32_t count) override {
    return owner_->left() ? Closed() : ingestion_->Add(batch, count);
  }
  uint64_t entries() const override { return ingestion_->entries(); }
  Status Commit(IngestReport* report) override {
    return owner_->left() ? Closed() : ingestion_->Commit(report);
  }

 private:
  SharedStoreImpl* const owner_;
  const std::shared_ptr<Ingestion> ingestion_;
};

Status SharedStoreImpl::NewIngestion(NamespaceId id, std::shared_ptr<Ingestion>* ingestion) {
  if (left()) return Closed();
  std::shared_ptr<Ingestion> engines;
  LS_RETURN_IF_ERROR(engine().NewIngestion(id, &engines));
  *ingestion = std::make_shared<OwnIngestion>(this, std::move(engines));
  return Status::Ok();
}

Status SharedStoreImpl::Verify(const VerifyOptions& options, std::vector<Finding>* findings) {
  if (left()) return Closed();
  VerifyOptions own = options;
  own.cancelled = [&] { return left() || (options.cancelled && options.cancelled()); };
  const Status status = engine().Verify(own, findings);
  return left() ? Closed() : status;
}

void SharedStoreImpl::WaitFor(ChangeReader* reader, uint64_t through, std::function<void()> ready) {
  const auto waiting = std::make_shared<Waiting>();
  waiting->ready = std::move(ready);
  bool leaving = false;
  {
    const std::lock_guard lock(mutex_);
    leaving = leaving_;
    std::erase_if(waiting_, [](const auto& each) { return each->told.load(); });
    if (!leaving) waiting_.push_back(waiting);
  }
  if (leaving) return waiting->Tell();
  reader->Wait(through, [waiting] { waiting->Tell(); });
}

Status SharedStoreImpl::TakeSnapshotAt(uint64_t sequence, uint64_t* snapshot_id) {
  if (left()) return Closed();
  LS_RETURN_IF_ERROR(engine().TakeSnapshotAt(sequence, snapshot_id));
  if (Keep(*snapshot_id)) return Status::Ok();
  (void)engine().ReleaseSnapshot(*snapshot_id);
  return Closed();
}

bool SharedStoreImpl::Keep(uint64_t snapshot_id) {
  const std::lock_guard lock(mutex_);
  if (!leaving_) snapshots_.insert(snapshot_id);
  return !leaving_;
}

uint64_t SharedStoreImpl::TakeSnapshot() {
  const uint64_t id = engine().TakeSnapshot();
  if (!Keep(id)) (void)engine().ReleaseSnapshot(id);
  return id;
}

bool SharedStoreImpl::ReleaseSnapshot(uint64_t snapshot_id) {
  {
    const std::lock_guard lock(mutex_);
    if (snapshots_.erase(snapshot_id) == 0) return false;
  }
  return engine().ReleaseSnapshot(snapshot_id);
}

uint64_t SharedStoreImpl::BeginTransaction() {
  const uint64_t id = engine().BeginTransaction();
  if (!Keep(id)) (void)engine().ReleaseSnapshot(id);
  return id;
}

Status SharedStoreImpl::Commit(std::span<TransactionCommit> commits) {
  if (left()) return Closed();
  LS_RETURN_IF_ERROR(engine().Commit(commits));
  const std::lock_guard lock(mutex_);
  for (const TransactionCommit& commit : commits) snapshots_.erase(commit.transaction_id);
  return Status::Ok();
}

Status SharedStoreImpl::StartTrace(const std::string& path, uint64_t bytes_max) {
  if (left()) return Closed();
  LS_RETURN_IF_ERROR(engine().StartTrace(path, bytes_max));
  const std::lock_guard lock(mutex_);
  recording_ = true;
  return Status::Ok();
}

// Another owner's recording is none of this one's business.
Status SharedStoreImpl::StopTrace() {
  {
    const std::lock_guard lock(mutex_);
    if (!recording_) return Status::Ok();
    recording_ = false;
  }
  return engine().StopTrace();
}

void SharedStoreImpl::Leave() {
  std::set<uint64_t> snapshots;
  std::vector<std::shared_ptr<Waiting>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (engine_ == nullptr || leaving_) return;
    leaving_ = true;
    snapshots.swap(snapshots_);
    waiting.swap(waiting_);
  }
  left_.store(true, std::memory_order_release);
  for (const auto& each : waiting) each->Tell();
  for (const uint64_t id : snapshots) (void)engine().ReleaseSnapshot(id);
  if (is_shared_) StoreTable::OfProcess().Leave(engine_.get(), token_);
}

// The listener goes last, so that the last owner's is told that the engine closed.
Status SharedStoreImpl::Close() {
  Leave();
  if (engine_ == nullptr) return Status::Ok();
  (void)StopTrace();
  const Status status =
      is_shared_ ? StoreTable::OfProcess().CloseIfLeft(engine_) : engine().Close();
  engine_->Remove(listener_);
  return status;
}

}  // namespace ledgerstone
