// What a damaged store still says about itself: its manifest as far as it can be read, and the
// headers of its files.
//
// 1. The facts are whole when every edit of the newest manifest could be read, an unsynced tail
//    aside: only then is it known which tables are the store's, and which logs.
// 2. Tables that edits mentioned are remembered also when a later edit removed them: they tell the
//    namespace of a table found in the directory.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledgerstone/copies.h"
#include "version/version_set.h"

namespace ledgerstone {

struct SalvageFacts {
  StoreId store_id{};
  bool whole = false;
  uint64_t first_log = 0;
  uint64_t last_log = 0;
  std::map<NamespaceId, NamespaceInfo> namespaces;
  std::set<NamespaceId> dropped;
  std::map<uint64_t, VersionEdit::NewTable> tables;  // by number
  std::set<uint64_t> live;
  std::map<NamespaceId, std::vector<RangeTombstone>> range_deletes;
  // Found in the directory, rising.
  std::vector<uint64_t> found_tables;
  std::vector<uint64_t> found_logs;
};

// Fills in the facts; what can't be read of CURRENT and manifest is added to the losses. NotFound
// when the directory holds nothing of a store.
Status GatherFacts(Env* env, const std::string& path, SalvageFacts* facts,
                   std::vector<SalvageLoss>* losses);
// The store id of a file's own header, or the one of the facts where it is damaged.
StoreId StoreIdOf(Env* env, const std::string& path, const SalvageFacts& facts);

}  // namespace ledgerstone
