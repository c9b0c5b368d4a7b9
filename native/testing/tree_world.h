// Trees of real tables for tests of the version, compaction and store rooms: a directory "db" in a
// simulated environment, with what opening tables needs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compaction/compaction_job.h"
#include "env/simulated_env.h"
#include "testing/vector_iterator.h"
#include "version/version_set.h"

namespace ledgerstone {

class TreeWorld {
 public:
  explicit TreeWorld(uint64_t seed = 1);

  SimulatedEnv& env() { return env_; }
  TableContext* context() { return &context_; }
  // Numbers of obsolete tables that were let go.
  const std::vector<uint64_t>& obsolete() const { return obsolete_; }
  uint64_t NewNumber() { return next_number_++; }

  // Writes the entries, sorted here, as one table.
  TableFilePtr MakeTable(std::vector<InternalEntry> entries);
  // A table that exists in its description alone.
  TableFilePtr PretendTable(TableMeta meta);
  // For jobs: files in "db", no compression, blocks of 256 bytes.
  CompactionContext JobContext(std::vector<Sequence> snapshots);
  // Everything in the tables, in order.
  std::vector<InternalEntry> Read(const std::vector<TableFilePtr>& files);
  std::vector<TableFilePtr> OpenTables(const std::vector<TableMeta>& metas);

 private:
  SimulatedEnv env_;
  BlockCache cache_;
  Table::Statistics statistics_;
  TableContext context_;
  std::vector<uint64_t> obsolete_;
  uint64_t next_number_ = 1;
};

// "a1 b2- c3": user key, sequence, and a dash for a tombstone; the value of a1 is "a1".
std::vector<InternalEntry> Entries(const std::string& text);
std::string EntriesText(const std::vector<InternalEntry>& entries);

}  // namespace ledgerstone
