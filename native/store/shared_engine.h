// The engine behind the SharedStores of one directory, and those who are told of its events.
//
// 1. What it is made with never changes; owners are guarded by the store table's mutex.
// 2. OnEvent comes from the engine's lanes. A listener that was taken away may be told once more.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "env/file_identity.h"
#include "ledgerstone/shared_store.h"

namespace ledgerstone {

class SharedEngine final : public EventListener {
 public:
  using Listener = std::shared_ptr<EventListener>;

  Status Open(const StoreOptions& options, const std::string& path);
  // Only after Open.
  Store& store() { return *store_; }
  // The first of the given options that this engine has another value of: Mismatch.
  Status Compare(const SharedStoreOptions& asked) const;

  void Add(const Listener& listener);
  void Remove(const Listener& listener);
  void OnEvent(const Event& event) override;

  // Guarded by the store table's mutex.
  std::multiset<const void*> owners;
  std::optional<posix::FileIdentity> identity;  // of its lock file

 private:
  StoreOptions options_;
  std::mutex mutex_;
  std::vector<Listener> listeners_;  // guarded by mutex_
  // Last: its lanes tell of events until it is gone.
  std::unique_ptr<Store> store_;
};

using SharedEnginePtr = std::shared_ptr<SharedEngine>;

}  // namespace ledgerstone
