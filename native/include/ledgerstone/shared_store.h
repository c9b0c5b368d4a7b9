// A store that several owners in one process have open at once: one engine for each directory.
//
// 1. The first owner opens the engine and later ones join it, whatever path leads them there. The
//    engine closes when its last owner leaves; who opens meanwhile waits, and opens it anew.
// 2. An owner has a directory open once: the second time is Locked, as for another process.
// 3. Each SharedStore is a Store of its own. With its Close end the snapshots, the transactions and
//    the recording that were begun through it, and every later call answers Closed, also while the
//    engine goes on. Writes and jobs it had queued are carried out, and their `done` is called.
// 4. Commit order, memory, options, statistics and failures are the engine's: a store that is
//    read-only after a failure stays so for all until the last owner has left.
// 5. Stores that are opened read-only have an engine each.
#pragma once

#include <bitset>

#include "ledgerstone/event_listener.h"
#include "ledgerstone/store.h"

namespace ledgerstone {

// What an engine has one of, whoever opened it.
enum class EngineOption : uint8_t {
  kMemoryBudget,
  kGenerationBytes,
  kBlockBytes,
  kTableBytes,
  kLevelBaseBytes,
  kLevelFanout,
  kL0CompactionTrigger,
  kLevels,
  kRetentionBytes,
  kRetentionAge,
  kUseBlockCache,
  kCompactInBackground,
};
inline constexpr size_t kEngineOptionCount = 12;

struct SharedStoreOptions {
  // Without env, scheduler and listener.
  StoreOptions store;
  // Those of its options that were asked for. An engine that is open already must have the same
  // value of each, else Mismatch names it; the others are what its first owner chose.
  std::bitset<kEngineOptionCount> given;
  // Who opens; nullptr for an owner that is no other's.
  const void* owner = nullptr;
  // Told what the engine does while this store is open. `opened` is told to the first owner alone,
  // `closed` to the last.
  std::shared_ptr<EventListener> listener;
};

class SharedStore : public Store {
 public:
  static Status Open(const SharedStoreOptions& options, const std::string& path,
                     std::unique_ptr<SharedStore>* store);

  // The part of Close that never waits: the engine is no longer this owner's. Close must follow,
  // or the destructor, since the last one to leave closes the engine.
  virtual void Leave() = 0;
};

}  // namespace ledgerstone
