#include "store/store_table.h"

#include <algorithm>
#include <utility>

#include "env/path_name.h"
#include "version/file_names.h"

namespace ledgerstone {

StoreTable& StoreTable::OfProcess() {
  static StoreTable* const table = new StoreTable;  // outlives every lane at the process's end
  return *table;
}

Status StoreTable::Join(const SharedStoreOptions& options, const std::string& path,
                        const void* token, SharedEnginePtr* engine) {
  Lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !IsOpening(path); });
    const SharedEnginePtr found = Find(path);
    if (found == nullptr) {
      const Status opened = OpenNew(options, path, token, engine, lock);
      if (!opened.Is(StatusCode::kLocked)) return opened;
      if (!AwaitOpenings(lock) && Find(path) == nullptr) return opened;
    } else if (found->owners.empty()) {
      lock.unlock();
      (void)CloseIfLeft(found);
      lock.lock();
    } else {
      LS_RETURN_IF_ERROR(Admit(options, path, token, found));
      *engine = found;
      return Status::Ok();
    }
  }
}

Status StoreTable::Admit(const SharedStoreOptions& options, const std::string& path,
                         const void* token, const SharedEnginePtr& engine) {
  if (engine->owners.contains(token)) {
    return Status(StatusCode::kLocked,
                  path + " is already open in this process, and in this thread", {kLockName});
  }
  if (options.store.error_if_exists) {
    return Status::InvalidArgument("there is a store at '" + path + "' already");
  }
  LS_RETURN_IF_ERROR(engine->Compare(options));
  engine->owners.insert(token);
  engine->Add(options.listener);
  return Status::Ok();
}

Status StoreTable::OpenNew(const SharedStoreOptions& options, const std::string& path,
                           const void* token, SharedEnginePtr* engine, Lock& lock) {
  const uint64_t opening = next_opening_++;
  openings_[opening] = path;
  lock.unlock();
  auto made = std::make_shared<SharedEngine>();
  made->Add(options.listener);
  Status status = made->Open(options.store, path);
  posix::FileIdentity identity;
  if (status.ok()) status = posix::IdentifyFile(JoinPath(path, kLockName), &identity);
  if (!status.ok()) made.reset();
  lock.lock();
  openings_.erase(opening);
  if (status.ok()) {
    made->identity = identity;
    made->owners.insert(token);
    engines_[identity] = made;
    *engine = std::move(made);
  }
  changed_.notify_all();
  return status;
}

void StoreTable::Leave(SharedEngine* engine, const void* token) {
  const std::lock_guard lock(mutex_);
  engine->owners.erase(engine->owners.find(token));
}

Status StoreTable::CloseIfLeft(const SharedEnginePtr& engine) {
  {
    const std::lock_guard lock(mutex_);
    if (!engine->owners.empty()) return Status::Ok();
  }
  const Status status = engine->store().Close();
  const std::lock_guard lock(mutex_);
  const auto found = engines_.find(*engine->identity);
  if (found != engines_.end() && found->second == engine) engines_.erase(found);
  return status;
}

SharedEnginePtr StoreTable::Find(const std::string& path) const {
  posix::FileIdentity identity;
  if (!posix::IdentifyFile(JoinPath(path, kLockName), &identity).ok()) return nullptr;
  const auto found = engines_.find(identity);
  return found == engines_.end() ? nullptr : found->second;
}

bool StoreTable::IsOpening(const std::string& path) const {
  return std::ranges::any_of(openings_, [&](const auto& each) { return each.second == path; });
}

// Waits for those that are under way now; false when there are none.
bool StoreTable::AwaitOpenings(Lock& lock) {
  if (openings_.empty()) return false;
  const uint64_t last = openings_.rbegin()->first;
  changed_.wait(lock, [&] { return openings_.empty() || openings_.begin()->first > last; });
  return true;
}

}  // namespace ledgerstone
