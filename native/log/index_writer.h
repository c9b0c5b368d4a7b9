// Writes the index of the segment under way, behind its records.
//
// 1. The index is derived, so nothing waits for it and nothing fails with it: after a failed write
//    it writes no more, and whoever reads the segment later makes the index anew.
// 2. Entries are gathered to a page before they are written; nothing is synced here.
// 3. Commit lane only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/event_format.h"

namespace ledgerstone::log {

class IndexWriter {
 public:
  struct Adoption {
    uint64_t dropped = 0;  // entries of the file that were not right
    uint64_t rebuilt = 0;  // made from the records
  };

  IndexWriter(Env* env, std::string directory, const StoreId& log_id, uint64_t number);

  // A new file with no entries. It must not be there.
  Status Create();
  // Goes on in the file that is there, if any, after making it agree with `entries`.
  Status Adopt(const std::vector<IndexEntry>& entries, Adoption* adoption);
  void Add(const IndexEntry& entry);
  void Flush();
  void Close();

 private:
  Env* const env_;
  const std::string path_;
  const StoreId log_id_;
  const uint64_t number_;
  std::unique_ptr<WritableFile> file_;  // null: given up
  std::string pending_;
  uint64_t count_ = 0;
};

}  // namespace ledgerstone::log
