// The engines that this process has open, by the identity of their directory's lock file.
//
// 1. A lock file's identity is nobody else's while it is open, and its engine keeps it open.
// 2. An engine without owners is being closed, or waits for somebody to close it: whoever meets it
//    does so, and Store::Close waits for one who is at it. So nobody waits for work that has no
//    thread yet.
// 3. Store::Open and Store::Close run without mutex_. At most one opening for each path; two
//    openings by different paths to one directory meet at its lock, and the loser tries again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "store/shared_engine.h"

namespace ledgerstone {

class StoreTable {
 public:
  static StoreTable& OfProcess();

  // The engine of the directory with `token` among its owners: opened, or joined. `token` is what
  // Leave takes; of two calls with one `options.owner` the second is Locked.
  Status Join(const SharedStoreOptions& options, const std::string& path, const void* token,
              SharedEnginePtr* engine);
  // Never waits.
  void Leave(SharedEngine* engine, const void* token);
  // Closes the engine if nobody has it any more.
  Status CloseIfLeft(const SharedEnginePtr& engine);

 private:
  using Lock = std::unique_lock<std::mutex>;

  // All require mutex_, by `lock` where they let go of it for a while.
  Status Admit(const SharedStoreOptions& options, const std::string& path, const void* token,
               const SharedEnginePtr& engine);
  Status OpenNew(const SharedStoreOptions& options, const std::string& path, const void* token,
                 SharedEnginePtr* engine, Lock& lock);
  SharedEnginePtr Find(const std::string& path) const;
  bool IsOpening(const std::string& path) const;
  bool AwaitOpenings(Lock& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<posix::FileIdentity, SharedEnginePtr> engines_;
  std::map<uint64_t, std::string> openings_;  // paths, by order of arrival
  uint64_t next_opening_ = 1;
};

}  // namespace ledgerstone
