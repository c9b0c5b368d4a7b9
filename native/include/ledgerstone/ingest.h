// Bulk loading: sorted entries written straight into tables and made visible by one commit.
//
// 1. Keys rise strictly. Nothing of an ingestion is visible before Commit, all of it afterwards,
//    and durable with it; a crash leaves all or nothing.
// 2. A failed Add ends it: its files are removed, and every later call returns that failure.
// 3. One at a time for a store. Its calls are for one thread at a time, except that the store's
//    Close may come from any: what was not committed then ends with Closed, its files are removed.
// 4. It may outlive Close, but not the Store.
#pragma once

#include <cstdint>

#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct IngestReport {
  uint64_t entries = 0;
  uint64_t bytes = 0;     // of the tables
  uint64_t sequence = 0;  // of every entry; without any, the newest one
};

class Ingestion {
 public:
  // Without a Commit that returned OK, removes what it wrote.
  virtual ~Ingestion() = default;
  // `batch` bytes of `count` entries (write_batch.h), puts of the one namespace. InvalidArgument
  // for a key that is not above the one before.
  virtual Status Add(Slice batch, uint32_t count) = 0;
  // Taken so far: after a failed Add the index of the entry it failed at.
  virtual uint64_t entries() const = 0;
  // Waits for a flush and the commit lane. After Conflict, Closed and the like nothing is there;
  // after OutcomeUnknown it may be.
  virtual Status Commit(IngestReport* report) = 0;
};

}  // namespace ledgerstone
