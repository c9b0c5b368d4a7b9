// Reads one table. Index and filter stay in memory while it is open and are charged to the cache's
// budget; data blocks come through the cache.
//
// 1. Every byte used was covered by a checksum that held when it was read from disk. A bad block
//    gives Corruption (file, offset) for what lies in it; the rest of the table stays readable.
// 2. With Tier::kMemory nothing is read from disk: a block that is not cached gives Incomplete.
// 3. Safe from many threads; iterators are not. A table outlives its iterators and the values they
//    show; a value found by Get lives as long as its pin, also without the table.
#pragma once

#include <atomic>
#include <memory>

#include "base/block_cache.h"
#include "base/hash.h"
#include "base/internal_iterator.h"
#include "ledgerstone/env.h"
#include "sstable/format.h"

namespace ledgerstone {

// When a read first had to go to the disk.
struct DiskWait {
  Env* env = nullptr;
  uint64_t began = 0;  // 0: never
  void Begin() {
    if (began == 0) began = env->NowMicros();
  }
};

struct TableReadOptions {
  Tier tier = Tier::kDisk;
  bool fill_cache = true;         // false: blocks read are not kept (compaction, scrub)
  uint32_t readahead_bytes = 0;   // >0: read this much at once when going forward
  DiskWait* disk_wait = nullptr;  // told by point reads; may be null
};

// The newest version of a user key at or below a sequence.
struct TableLookup {
  enum class Outcome : uint8_t { kAbsent, kFound, kDeleted };
  Outcome outcome = Outcome::kAbsent;
  EntryKind kind = EntryKind::kPut;  // of the entry found
  Sequence sequence = 0;
  Slice value;  // kFound: as stored, inside `pin`
  BlockCache::Handle pin;
  bool filter_excluded = false;  // the filter alone gave kAbsent
};

// Everything of one table read and checked, step by step; borrows the table.
class TableCheck {
 public:
  virtual ~TableCheck() = default;
  // Reads about so many bytes more. A failure is what is wrong, and ends it.
  virtual Status Step(uint64_t bytes, bool* done) = 0;
  virtual uint64_t bytes_read() const = 0;
};

class Table {
 public:
  struct Statistics {  // shared by all tables of a store; relaxed counters
    std::atomic<uint64_t> filter_checks{0};
    std::atomic<uint64_t> filter_useful{0};           // the filter said no
    std::atomic<uint64_t> filter_false_positives{0};  // it said maybe, the key was not there
    std::atomic<uint64_t> blocks_read{0};  // from disk, into the cache: not those of compactions
    std::atomic<uint64_t> block_bytes_read{0};
  };

  // Checks header, footer, file size against `file_size`, and the checksums of index, filter and
  // properties. `cache` and `statistics` must outlive the table.
  static Status Open(Env* env, const std::string& path, const TableIdentity& identity,
                     uint64_t file_size, BlockCache* cache, Statistics* statistics,
                     std::unique_ptr<Table>* table);
  virtual ~Table() = default;

  Status Get(Slice user_key, Sequence sequence, const TableReadOptions& options,
             TableLookup* lookup) {
    return GetHashed(user_key, Hash64(user_key), sequence, options, lookup);
  }
  // For a caller that asks several tables: `key_hash` is Hash64(user_key).
  virtual Status GetHashed(Slice user_key, uint64_t key_hash, Sequence sequence,
                           const TableReadOptions& options, TableLookup* lookup) = 0;
  virtual std::unique_ptr<InternalIterator> NewIterator(const TableReadOptions& options) = 0;
  // Where about in the file a key would be, from the index alone; for size estimates.
  virtual uint64_t ApproximateOffset(Slice internal_key) = 0;
  // What share of its entries lies before the key, in [0, 1], from the index alone: right to about
  // a block.
  virtual double ApproximateShareBefore(Slice user_key) = 0;
  virtual uint64_t MemoryBytes() const = 0;
  // Block checksums, order, filter membership of each key, properties, and the whole file's digest
  // when `digest` is not null.
  virtual std::unique_ptr<TableCheck> NewCheck(const uint32_t* digest) const = 0;
  // The whole check at once.
  Status Verify(const uint32_t* digest) const;
  // Text for the inspector: footer, properties, a line per block, and entries when asked.
  virtual Status Dump(bool entries, std::string* text) = 0;
};

}  // namespace ledgerstone
