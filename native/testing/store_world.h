// A store on a simulated disk under a stepwise scheduler, with short calls for what tests do all
// day.
//
// 1. One thread. Each Open makes a new scheduler, seeded by the world's seed.
// 2. Kill ends the process without a goodbye: the disk stays as it is until env.Crash or
//    env.Restore.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/simulated_env.h"
#include "env/stepwise_scheduler.h"
#include "ledgerstone/event_listener.h"
#include "ledgerstone/store.h"

namespace ledgerstone {

using KeyValues = std::map<std::string, std::string>;
// By namespace name.
using StoreState = std::map<std::string, KeyValues>;

// Limits so small that a hundred writes reach compaction.
StoreOptions TinyStoreOptions();

class StoreWorld : public EventListener {
 public:
  static constexpr char kPath[] = "/store";

  explicit StoreWorld(SimulatedEnv* env, uint64_t seed = 1,
                      StoreOptions options = TinyStoreOptions());
  ~StoreWorld() override;

  SimulatedEnv& env() { return *env_; }
  StoreOptions& options() { return options_; }
  StepwiseScheduler& scheduler() { return *scheduler_; }
  bool is_open() const { return store_ != nullptr; }
  Store& store() { return *store_; }
  const std::vector<std::string>& events() const { return events_; }
  static std::string PathOf(const std::string& name) { return std::string(kPath) + "/" + name; }

  Status Open();
  // Closes and lets go of the store.
  Status Close();
  void Kill();

  // The namespace's id, made if need be; 0 when it can't be opened.
  NamespaceId Open(const std::string& name, const NamespaceOptions& options = {});
  Status Put(NamespaceId id, Slice key, Slice value, Durability durability = Durability::kDisk);
  Status Delete(NamespaceId id, Slice key, Durability durability = Durability::kDisk);
  Status Write(const WriteBatch& batch, const WriteOptions& options = {});
  Status Drop(NamespaceId id);
  // Ends with the first failure.
  Status Ingest(NamespaceId id, const std::vector<std::pair<std::string, std::string>>& entries,
                IngestReport* report = nullptr);
  Status Flush();
  Status Compact(NamespaceId id = 0);
  // The value; nothing when absent. A failed read is told as "error: …".
  std::optional<std::string> Get(NamespaceId id, Slice key, uint64_t snapshot_id = 0);
  // In the iterator's own order.
  Status Scan(NamespaceId id, const IterateOptions& options,
              std::vector<std::pair<std::string, std::string>>* entries);
  Status ReadAll(StoreState* state);
  Status VerifyClean();

  void OnEvent(const Event& event) override { events_.push_back(EventText(event)); }

 private:
  Status Wait(const std::function<void(Store::Done)>& call);

  SimulatedEnv* const env_;
  const uint64_t seed_;
  StoreOptions options_;
  uint64_t opens_ = 0;
  std::vector<std::string> events_;
  std::unique_ptr<StepwiseScheduler> scheduler_;
  std::unique_ptr<Store> store_;
};

}  // namespace ledgerstone
