// Merges the inputs of a choice into new tables.
//
// 1. What may be dropped is entry_filter.h's business.
// 2. All versions of a user key go into one output table.
// 3. Outputs are synced, and so is the directory; the job never touches inputs or the manifest. On
//    failure it removes its outputs as far as it can and reports; inputs stay as they are.
// 4. `cancelled` is asked at least once per block; when true the job ends with Aborted.
// 5. Runs on one thread; whoever starts it holds the Version that the choice came from.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compaction/entry_filter.h"
#include "compaction/picker.h"
#include "sstable/table_builder.h"
#include "version/version_set.h"

namespace ledgerstone {

struct CompactionContext {
  Env* env = nullptr;
  std::string directory;
  StoreId store_id{};
  std::function<uint64_t()> new_file_number;
  EntryRules rules;  // as of the job's start
  uint64_t table_bytes = 32ull << 20;
  TableOptions table_options;
  std::function<bool()> cancelled;
};

struct CompactionResult {
  std::vector<TableMeta> outputs;  // in key order
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t entries_dropped = 0;  // read and not written
};

Status RunCompaction(const CompactionChoice& choice, const Tree& tree,
                     const CompactionContext& context, CompactionResult* result);

// Writes a sorted source (a memtable) as L0 tables, dropping versions no snapshot can see. Nearly
// always one table: it is cut only at kFlushTableFactor × table_bytes.
inline constexpr uint64_t kFlushTableFactor = 8;
Status WriteTables(InternalIterator* source, const CompactionContext& context,
                   CompactionResult* result);

// Table options of a namespace at a level.
TableOptions TableOptionsFor(const NamespaceOptions& options, uint32_t block_bytes, bool bottom);

// The edit that installs a finished choice; it also ends the range deletes that no table of the
// resulting tree holds anything for.
VersionEdit MakeCompactionEdit(const CompactionChoice& choice, const Tree& tree,
                               const CompactionResult& result);

}  // namespace ledgerstone
