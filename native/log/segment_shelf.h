// The segments of an event log as readers see them: where each is, what it holds, open files, and
// the way from a position or a time to the record that holds it.
//
// 1. What is on the shelf is durable: the commit lane publishes after the sync.
// 2. An index entry counts only when the record it names says the same; otherwise the segment's
//    index is made anew from its records and asked again.
// 3. A segment is looked for where the catalog says, then in the directory given for moved
//    archives, then beside the log (an archived one whose old files are not deleted yet). A log
//    opened read-only then asks the catalog again: its owner may have moved it.
// 4. Safe from many threads. mutex_ is a leaf and never held during I/O; a segment's own mutex is
//    held while its index is opened or made anew.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/event_catalog.h"
#include "log/event_scan.h"
#include "log/segment_index.h"

namespace ledgerstone::log {

// The segment under way. Number 0: there is none (a log opened read-only behind a finished one).
struct TailSegment {
  uint64_t number = 0;
  uint64_t size = 0;  // durable bytes
  uint32_t chain = 0;
  uint64_t first_time = 0;
  LogPoint end;
  std::vector<IndexEntry> entries;
};

// Every segment as it was at one moment: the tail goes on where the last finished one ends.
struct AllSegments {
  std::vector<CatalogSegment> finished;
  TailSegment tail;  // without its entries
};

// A record that was found.
struct FoundRecord {
  uint64_t segment = 0;
  std::string file;
  IndexEntry entry;
  uint32_t chain = 0;         // its header checksum
  uint64_t records_end = 0;   // where the segment's readable records end
  uint64_t segment_last = 0;  // the last position of these
  std::shared_ptr<const RandomAccessFile> source;
};

class SegmentShelf {
 public:
  struct Options {
    Env* env = nullptr;
    std::string directory;
    std::string archive_directory;  // looked at when an archive was moved; empty: none
    StoreId log_id{};
    bool read_only = false;
  };

  explicit SegmentShelf(Options options) : options_(std::move(options)) {}

  // Filling it.
  void Restore(std::vector<CatalogSegment> finished, TailSegment tail);
  void Publish(const std::optional<IndexEntry>& entry, uint64_t epoch, uint64_t size,
               uint32_t chain);
  void Finish(const CatalogSegment& finished, uint64_t next_size, uint32_t next_chain);
  // What the catalog lists of a segment has changed: its place or its digest.
  void Change(uint64_t number, const CatalogSegment& segment);
  // Cursors under way keep the files they read.
  void Close();
  Status CheckOpen() const;

  // Asking.
  LogPoint End() const;
  std::vector<CatalogSegment> Finished() const;
  CatalogSegment Finished(uint64_t number) const;
  AllSegments All() const;
  // What the catalog will list of it once it is finished, but for its size and its end.
  CatalogSegment TailSummary() const;
  // Where the log stood when the segment began.
  LogPoint Before(uint64_t number) const;
  // The record of a position from 1 to End().last.
  Status FindPosition(uint64_t position, FoundRecord* found);
  // The first position at or after a time; one past the last when there is none.
  Status FindTime(uint64_t time_micros, uint64_t* position);
  // Where the file of a finished segment is.
  Status Locate(uint64_t number, const std::string& name, std::string* path);

 private:
  struct OpenSegment {
    std::mutex mutex;
    std::shared_ptr<const RandomAccessFile> source;
    std::unique_ptr<SegmentIndex> index;  // guarded by mutex
    uint64_t used = 0;                    // guarded by the shelf's mutex_
  };
  using OpenSegmentPtr = std::shared_ptr<OpenSegment>;
  using Lookup = std::function<Status(const SegmentIndex&, IndexEntry*)>;

  uint64_t NumberAt(uint64_t position) const;
  Status FindIn(uint64_t number, const Lookup& lookup, FoundRecord* found);
  Status FindInTail(const IndexEntry& entry, uint64_t number, uint64_t size, FoundRecord* found);
  Status OpenMovedTail(const std::string& name, std::unique_ptr<RandomAccessFile>* source);
  Status FindFinished(uint64_t number, const CatalogSegment& segment, const Lookup& lookup,
                      FoundRecord* found);
  Status OpenFinished(uint64_t number, OpenSegmentPtr* opened);
  Status MakeIndexAnew(uint64_t number, const CatalogSegment& segment,
                       std::unique_ptr<SegmentIndex>* index);
  Status CheckHeader(const RandomAccessFile& source, uint64_t number) const;
  std::vector<std::string> Places(uint64_t number) const;
  Status ReloadPlaces();

  const Options options_;
  std::atomic<bool> closed_{false};

  std::mutex repair_mutex_;  // one index file is replaced at a time

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<CatalogSegment> finished_;
  TailSegment tail_;
  std::string tail_directory_;  // where the owner of a log opened read-only has moved it
  std::map<uint64_t, OpenSegmentPtr> open_;
  uint64_t uses_ = 0;
};

}  // namespace ledgerstone::log
