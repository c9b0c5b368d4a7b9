// Writes one table from entries in rising internal order.
//
// 1. Entries must rise strictly; a caller that breaks this is stopped by a check.
// 2. Finish writes everything and syncs the file; the caller syncs the directory before a manifest
//    names the table. A builder destroyed without Finish leaves a file nobody names.
// 3. After a failed call every later one returns the same failure.
#pragma once

#include <memory>

#include "ledgerstone/env.h"
#include "sstable/format.h"

namespace ledgerstone {

class TableBuilder {
 public:
  // Takes over `file`, which must be empty.
  static std::unique_ptr<TableBuilder> Create(std::unique_ptr<WritableFile> file,
                                              const TableIdentity& identity,
                                              const TableOptions& options);
  virtual ~TableBuilder() = default;
  virtual Status Add(Slice internal_key, Slice value) = 0;
  // Bytes written and buffered so far; what Finish would roughly give.
  virtual uint64_t EstimatedSize() const = 0;
  virtual uint64_t EntryCount() const = 0;
  virtual Status Finish(TableInfo* info) = 0;
};

}  // namespace ledgerstone
