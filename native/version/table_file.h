// One table as the LSM tree knows it: its manifest entry, and the table itself once someone needed
// it.
//
// 1. Shared by every Version that lists it; the last one to let go destroys it. If it was marked
//    obsolete by then, the number goes to the store's sink, which removes the file on a lane.
// 2. The table is opened at first use, by whichever thread comes first, and stays open. With
//    Tier::kMemory a table that is not open yet gives Incomplete.
// 3. A failed open is not remembered: the next use tries again.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "base/range_estimate.h"
#include "sstable/table.h"

namespace ledgerstone {

// What the manifest keeps of a table.
struct TableMeta {
  uint64_t number = 0;
  uint64_t size = 0;
  uint32_t digest = 0;
  uint64_t entry_count = 0;
  uint64_t tombstone_count = 0;
  std::string smallest;  // internal keys
  std::string largest;
  Sequence smallest_sequence = 0;
  Sequence largest_sequence = 0;
  // No entry in it is erased by a range tombstone up to here: the job that wrote it left them out.
  Sequence cleared_sequence = 0;
};

// What opening tables needs; one per store, outlives every TableFile.
struct TableContext {
  Env* env = nullptr;
  std::string directory;
  StoreId store_id{};
  BlockCache* cache = nullptr;
  Table::Statistics* statistics = nullptr;
  std::function<void(uint64_t file_number)> on_obsolete;  // called from any thread; must not block
};

class TableFile {
 public:
  TableFile(const TableContext* context, TableMeta meta);
  ~TableFile();
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  const TableMeta& meta() const { return meta_; }
  EntryEstimate held() const {
    const auto deletes = static_cast<double>(meta_.tombstone_count);
    return {static_cast<double>(meta_.entry_count) - deletes, deletes};
  }
  // The open table; stays valid while this object lives.
  Status Get(Tier tier, Table** table);
  void MarkObsolete() { obsolete_.store(true, std::memory_order_relaxed); }

 private:
  const TableContext* const context_;
  const TableMeta meta_;
  std::atomic<Table*> open_{nullptr};
  std::mutex mutex_;
  std::unique_ptr<Table> table_;
  std::atomic<bool> obsolete_{false};
};

using TableFilePtr = std::shared_ptr<TableFile>;

inline uint64_t BytesOf(const std::vector<TableFilePtr>& files) {
  uint64_t bytes = 0;
  for (const TableFilePtr& file : files) bytes += file->meta().size;
  return bytes;
}

}  // namespace ledgerstone
