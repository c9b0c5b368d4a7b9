#include "testing/store_world.h"

#include "base/checks.h"

namespace ledgerstone {

StoreOptions TinyStoreOptions() {
  StoreOptions options;
  options.memory_budget = 1 << 20;
  options.generation_bytes = 4 << 10;
  options.manifest_bytes_max = 1 << 10;
  options.block_bytes = 256;
  options.table_bytes = 4 << 10;
  options.level_base_bytes = 8 << 10;
  options.level_fanout = 4;
  options.l0_compaction_trigger = 2;
  options.l0_patience_micros = 0;
  options.l0_slowdown_trigger = 6;
  options.l0_stop_trigger = 10;
  options.level_count = 4;
  options.group_bytes_max = 1 << 10;
  options.log_space_bytes = 4 << 10;
  return options;
}

StoreWorld::StoreWorld(SimulatedEnv* env, uint64_t seed, StoreOptions options)
    : env_(env), seed_(seed), options_(std::move(options)) {}

StoreWorld::~StoreWorld() { store_.reset(); }

Status StoreWorld::Open() {
  LS_CHECK(store_ == nullptr);
  StepwiseScheduler::Clock clock;
  clock.now_micros = [this] { return env_->NowMicros(); };
  clock.advance = [this](uint64_t delta) { env_->AdvanceClock(delta); };
  scheduler_ = std::make_unique<StepwiseScheduler>(HashMix(seed_) + ++opens_, std::move(clock));
  options_.env = env_;
  options_.scheduler = scheduler_.get();
  options_.listener = this;
  return Store::Open(options_, kPath, &store_);
}

Status StoreWorld::Close() {
  if (store_ == nullptr) return Status::Ok();
  const Status status = store_->Close();
  store_.reset();
  return status;
}

void StoreWorld::Kill() {
  if (!env_->dead()) {
    env_->SetFaultPlan(FaultPlan(Fault::CrashAt(0)));
    (void)env_->SyncDirectory("/");
  }
  store_.reset();
}

Status StoreWorld::Wait(const std::function<void(Store::Done)>& call) {
  bool settled = false;
  Status result;
  call([&](const Status& status) {
    LS_CHECK(!settled);
    settled = true;
    result = status;
  });
  scheduler_->WaitUntil([&] { return settled; });
  return result;
}

NamespaceId StoreWorld::Open(const std::string& name, const NamespaceOptions& options) {
  NamespaceId id = 0;
  return store_->OpenNamespace(name, options, &id).ok() ? id : 0;
}

Status StoreWorld::Put(NamespaceId id, Slice key, Slice value, Durability durability) {
  WriteBatch batch;
  batch.Put(id, key, value);
  return Write(batch, {.durability = durability, .applied = {}});
}

Status StoreWorld::Ingest(NamespaceId id,
                          const std::vector<std::pair<std::string, std::string>>& entries,
                          IngestReport* report) {
  std::shared_ptr<Ingestion> ingestion;
  LS_RETURN_IF_ERROR(store_->NewIngestion(id, &ingestion));
  for (const auto& [key, value] : entries) {
    WriteBatch batch;
    batch.Put(id, key, value);
    LS_RETURN_IF_ERROR(ingestion->Add(batch.bytes(), batch.count()));
  }
  IngestReport own;
  return ingestion->Commit(report != nullptr ? report : &own);
}

Status StoreWorld::Delete(NamespaceId id, Slice key, Durability durability) {
  WriteBatch batch;
  batch.Delete(id, key);
  return Write(batch, {.durability = durability, .applied = {}});
}

Status StoreWorld::Write(const WriteBatch& batch, const WriteOptions& options) {
  return store_->Write(batch, options);
}

Status StoreWorld::Drop(NamespaceId id) {
  return Wait([&](Store::Done done) { store_->DropNamespace(id, std::move(done)); });
}

Status StoreWorld::Flush() {
  return Wait([&](Store::Done done) { store_->Flush(std::move(done)); });
}

Status StoreWorld::Compact(NamespaceId id) {
  return Wait([&](Store::Done done) { store_->Compact(id, "", "", std::move(done)); });
}

std::optional<std::string> StoreWorld::Get(NamespaceId id, Slice key, uint64_t snapshot_id) {
  Presence presence = Presence::kAbsent;
  PinnedValue value;
  const Status status =
      store_->Get(id, key, {.tier = Tier::kDisk, .snapshot_id = snapshot_id}, &presence, &value);
  if (!status.ok()) return "error: " + status.ToString();
  if (presence == Presence::kAbsent) return std::nullopt;
  return std::string(value.value());
}

Status StoreWorld::Scan(NamespaceId id, const IterateOptions& options,
                        std::vector<std::pair<std::string, std::string>>* entries) {
  entries->clear();
  std::unique_ptr<Iterator> iterator;
  LS_RETURN_IF_ERROR(store_->NewIterator(id, options, Tier::kDisk, &iterator));
  for (iterator->Start(); iterator->Valid(); iterator->Next()) {
    entries->emplace_back(iterator->key(), iterator->value());
  }
  return iterator->status();
}

Status StoreWorld::ReadAll(StoreState* state) {
  state->clear();
  std::vector<std::pair<std::string, std::string>> entries;
  for (const NamespaceInfo& info : store_->Namespaces()) {
    LS_RETURN_IF_ERROR(Scan(info.id, {}, &entries));
    (*state)[info.name] = KeyValues(entries.begin(), entries.end());
  }
  return Status::Ok();
}

Status StoreWorld::VerifyClean() {
  std::vector<Finding> findings;
  LS_RETURN_IF_ERROR(store_->Verify(&findings));
  return findings.empty() ? Status::Ok() : findings.front();
}

}  // namespace ledgerstone
