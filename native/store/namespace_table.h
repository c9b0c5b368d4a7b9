// The namespaces a caller may name: known the moment OpenNamespace returns, before the log has
// them. Safe from any thread; its mutex is a leaf.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct BatchEntry;

class NamespaceTable {
 public:
  void Restore(std::vector<NamespaceInfo> infos, NamespaceId next_id);
  // Finds by name and compares, or adds. `created` tells which.
  Status Open(const std::string& name, const NamespaceOptions& options, NamespaceInfo* info,
              bool* created, bool may_create);
  bool Remove(NamespaceId id);
  std::optional<NamespaceInfo> Find(NamespaceId id) const;
  std::vector<NamespaceInfo> All() const;
  // During replay: takes over a creation read from the log.
  void Add(const NamespaceInfo& info);
  NamespaceId next_id() const;
  // Checks that a batch is well formed: `count` whole entries, known namespaces all derived or all
  // not, keys and values within limits.
  Status CheckBatch(Slice batch, uint32_t count, bool derived) const;
  // The same for a transaction's read set: known, ordinary namespaces. Conflict for one that is
  // gone.
  Status CheckReads(Slice reads) const;

 private:
  mutable std::mutex mutex_;
  std::map<NamespaceId, NamespaceInfo> by_id_;
  std::map<std::string, NamespaceId> by_name_;
  NamespaceId next_id_ = 1;
};

Status CheckKey(Slice key);
// What can be said of a batch's entry by itself.
Status CheckEntry(const BatchEntry& entry);

}  // namespace ledgerstone
