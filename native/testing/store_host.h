// The world a store of a metamorphic run lives in: a simulated disk and a stepwise scheduler, or
// real files and threads. The wall clock stands still in both until told.
//
// 1. Used by one thread. The store goes before its host.
// 2. A process's death leaves what was handed to the operating system. Real files can't lose more
//    than that in a living process, so there a death is a close.
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/env.h"
#include "ledgerstone/scheduler.h"
#include "ledgerstone/store.h"

namespace ledgerstone {

class StoreHost {
 public:
  virtual ~StoreHost() = default;
  virtual std::string path() const = 0;
  virtual Env* env() = 0;
  virtual void AdvanceWall(uint64_t millis) = 0;
  // For the next store; the last one's is let go.
  virtual Scheduler* NewScheduler() = 0;
  virtual void RunJobs(uint64_t jobs) = 0;
  // The process that holds the store dies.
  virtual Status Kill(std::unique_ptr<Store>* store) = 0;
};

std::unique_ptr<StoreHost> NewSimulatedHost(uint64_t seed);
// In a directory of its own below `parent`, removed in the end.
std::unique_ptr<StoreHost> NewRealHost(const std::string& parent);

}  // namespace ledgerstone
