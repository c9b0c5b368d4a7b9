// Goes over the entries of one namespace in key order, within bounds, at one moment: what was committed
// later is not seen.
//
// 1. key() and value() stay readable until the next move.
// 2. Valid() false with an OK status is the end; any other status is why it stopped. With Tier::kMemory
//    that can be Incomplete: resume on a thread that may wait, by Retry(Tier::kDisk).
// 3. Used by one thread at a time. Keeps files and memtables alive until destroyed, also past the
//    store's Close (it then answers Closed).
#pragma once

#include <string>

#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct IterateOptions {
  struct Bound {
    std::string key;
    bool inclusive = true;
    bool set = false;
  };
  Bound lower;
  Bound upper;
  bool reverse = false;
  uint64_t snapshot_id = 0;  // 0: now
};

class Iterator {
 public:
  virtual ~Iterator() = default;
  // To the first entry in the iterator's direction; called once before reading.
  virtual void Start() = 0;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual Slice key() const = 0;
  virtual Slice value() const = 0;
  virtual Status status() const = 0;
};

}  // namespace ledgerstone
