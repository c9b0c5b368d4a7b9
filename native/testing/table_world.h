// Tables in a memory file system, for tests of the table room: builds them from a sorted map, opens
// them, and answers from the map what a table must answer.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/block_cache.h"
#include "base/internal_key.h"
#include "base/random.h"
#include "sstable/table.h"
#include "sstable/table_builder.h"
#include "testing/memory_env.h"

namespace ledgerstone {

struct InternalKeyLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKeys(a, b) < 0;
  }
};
// Internal key to value.
using TableModel = std::map<std::string, std::string, InternalKeyLess>;

std::string InternalKey(Slice user_key, Sequence sequence, EntryKind kind = EntryKind::kPut);
// Keys with shared prefixes, long and empty ones, several versions, tombstones, values of all
// sizes.
TableModel RandomTableModel(Random* random, size_t entries);

class TableWorld {
 public:
  explicit TableWorld(uint64_t cache_bytes = 1 << 20) : cache_(cache_bytes) {
    identity_.store_id.fill('s');
    identity_.file_number = 7;
    identity_.file = "000007.sst";
  }

  // Builds the file anew.
  Status Build(const TableModel& model, const TableOptions& options);
  Status Open(std::unique_ptr<Table>* table) {
    return Table::Open(&env_, identity_.file, identity_, info_.file_size, &cache_, &statistics_,
                       table);
  }
  // The table, after a build that must work.
  std::unique_ptr<Table> MustOpen(const TableModel& model, const TableOptions& options);

  MemoryEnv& env() { return env_; }
  BlockCache& cache() { return cache_; }
  Table::Statistics& statistics() { return statistics_; }
  TableIdentity& identity() { return identity_; }
  TableInfo& info() { return info_; }
  std::string& bytes() { return env_.Contents(identity_.file); }

 private:
  MemoryEnv env_;
  BlockCache cache_;
  Table::Statistics statistics_;
  TableIdentity identity_;
  TableInfo info_;
};

// "absent", "deleted @3", "found @4 'value'", or the status, of the newest version at or below.
std::string LookupText(Table* table, Slice user_key, Sequence sequence,
                       const TableReadOptions& options = {});
std::string ModelLookupText(const TableModel& model, Slice user_key, Sequence sequence);

}  // namespace ledgerstone
