// Looks up the index of one segment, on disk or in memory.
//
// 1. Every entry read is checked: its own checksum, and that entries follow each other. What does
//    not hold is Corruption, upon which the caller makes the index anew from the records.
// 2. On disk a lookup reads single entries until a page of them is left, then that page.
// 3. Safe from many threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/event_format.h"

namespace ledgerstone::log {

class SegmentIndex {
 public:
  explicit SegmentIndex(std::vector<IndexEntry> entries)
      : count_(entries.size()), entries_(std::move(entries)) {}
  // The index file of a finished segment with `count` entries.
  static Status Open(Env* env, const std::string& path, const std::string& file,
                     const StoreId& log_id, uint64_t number, uint64_t count,
                     std::unique_ptr<SegmentIndex>* index);

  // The entry that holds `position`, which is in the segment.
  Status FindPosition(uint64_t position, IndexEntry* entry) const;
  // The first entry at or after a time, which is not behind the last one's.
  Status FindTime(uint64_t time_micros, IndexEntry* entry) const;

 private:
  using Predicate = std::function<bool(const IndexEntry&)>;

  SegmentIndex(std::unique_ptr<RandomAccessFile> source, std::string file, uint64_t file_seed,
               uint64_t count)
      : count_(count), source_(std::move(source)), file_(std::move(file)), file_seed_(file_seed) {}
  // The first entry for which `reached` holds; it holds for all behind that too.
  Status FindFirst(const Predicate& reached, IndexEntry* entry) const;
  // Entries [begin, end).
  Status Load(uint64_t begin, uint64_t end, std::vector<IndexEntry>* entries) const;
  Status Damage(uint64_t index) const;

  const uint64_t count_;
  const std::vector<IndexEntry> entries_;  // all of them, when there is no file
  const std::unique_ptr<RandomAccessFile> source_;
  const std::string file_;
  const uint64_t file_seed_ = 0;
};

// How much of an index file agrees with the entries that the records give: the file is read, and
// `kept` is the number of leading entries that are right. `size` is the file's; 0 when it is
// absent. A file header that does not hold keeps nothing.
Status CompareIndex(Env* env, const std::string& path, const StoreId& log_id, uint64_t number,
                    const std::vector<IndexEntry>& entries, uint64_t* kept, uint64_t* size);
// Puts a whole index file at `path`. The directory is not synced: an index can be made again.
Status ReplaceIndex(Env* env, const std::string& path, const StoreId& log_id, uint64_t number,
                    const std::vector<IndexEntry>& entries);

}  // namespace ledgerstone::log
