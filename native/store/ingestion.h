// Writes the tables of one ingestion. The store it belongs to decides where they go and commits
// them (ingest.cc).
//
// 1. All entries carry one sequence, far above the store's newest one. The commit takes it if the
//    store has not come that far meanwhile; so no earlier snapshot ever sees them.
// 2. Its mutex is taken before all others of the store. Abandon waits for an Add or Commit that is
//    under way.
// 3. Files exist only while it is unfinished or committed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "compaction/output_tables.h"
#include "ledgerstone/ingest.h"
#include "store/batch_format.h"

namespace ledgerstone {

struct IngestTables {
  NamespaceId namespace_id = 0;
  Sequence sequence = 0;
  std::vector<TableMeta> tables;
};

// What it needs of the store.
class IngestHost {
 public:
  virtual ~IngestHost() = default;
  // Whether no table holds anything around the key, so that a new one will go to the bottom.
  virtual bool IsBottomFor(NamespaceId id, Slice user_key) const = 0;
  virtual Status CommitTables(std::shared_ptr<const IngestTables> tables) = 0;
  virtual Status RemoveTables(const std::vector<TableMeta>& tables) = 0;
  // It has ended; called once, by the ingestion at work.
  virtual void ForgetIngestion() = 0;
  virtual uint64_t NewestSequence() const = 0;
};

class StoreIngestion final : public Ingestion {
 public:
  struct Plan {
    NamespaceInfo info;
    Sequence sequence = 0;
    CompactionContext context;
    Compression bottom_compression = Compression::kNone;
  };

  StoreIngestion(IngestHost* host, Plan plan);
  ~StoreIngestion() override;

  Status Add(Slice batch, uint32_t count) override;
  uint64_t entries() const override { return entries_; }
  Status Commit(IngestReport* report) override;
  // Ends it with `cause` unless it is committed; from any thread.
  void Abandon(const Status& cause);

 private:
  // Require mutex_.
  Status AddEntry(const BatchEntry& entry);
  Status CommitAll(IngestReport* report);
  Status End(const Status& failure);

  IngestHost* const host_;
  const NamespaceInfo info_;
  const Sequence sequence_;
  const Compression upper_compression_;
  const Compression bottom_compression_;
  CompactionContext context_;  // its table options are those of the next table

  std::mutex mutex_;  // guards what follows
  std::unique_ptr<OutputTables> output_;
  std::string last_key_;
  std::string internal_key_;
  uint64_t entries_ = 0;
  Status ended_;  // why it takes nothing more
};

}  // namespace ledgerstone
