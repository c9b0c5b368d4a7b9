// The tables a job writes, one after another.
//
// 1. A table exists from its first entry on; Cut ends it. Finish makes all of them durable.
// 2. Unless Finish returned OK, destroying it removes every file it made, as far as that works.
#pragma once

#include <memory>
#include <vector>

#include "compaction/compaction_job.h"

namespace ledgerstone {

class OutputTables {
 public:
  // `context` outlives it.
  explicit OutputTables(const CompactionContext& context) : context_(context) {}
  ~OutputTables();
  OutputTables(const OutputTables&) = delete;
  OutputTables& operator=(const OutputTables&) = delete;

  Status Add(Slice internal_key, Slice value);
  // Bytes of the table at hand; 0 when there is none.
  uint64_t CurrentBytes() const { return builder_ == nullptr ? 0 : builder_->EstimatedSize(); }
  Status Cut();
  // Ends the last table and syncs the directory.
  Status Finish(std::vector<TableMeta>* tables);

 private:
  Status Open();

  const CompactionContext& context_;
  std::unique_ptr<TableBuilder> builder_;
  std::vector<uint64_t> numbers_;  // of every file made; the last one is the builder's
  std::vector<TableMeta> tables_;
  bool finished_ = false;
};

}  // namespace ledgerstone
