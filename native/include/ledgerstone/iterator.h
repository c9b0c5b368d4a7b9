// Goes over the entries of one namespace in key order, within bounds, at one moment: what was
// committed later is not seen.
//
// 1. key() and value() stay readable until the next move.
// 2. Valid() false with an OK status is the end; any other status is why it stopped. With
//    Tier::kMemory that can be Incomplete: go on by Resume(Tier::kDisk), on a thread that may wait.
// 3. Used by one thread at a time. Keeps files and memtables alive until destroyed, also past the
//    store's Close (it then answers Closed).
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/options.h"
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
  // An iterator over the same view that begins behind the last entry this one has passed; Start it.
  // This one is not to be used any more.
  virtual std::unique_ptr<Iterator> Resume(Tier tier) = 0;
};

}  // namespace ledgerstone
