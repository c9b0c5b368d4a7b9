// Reading and checking every live file: at a rate, with progress, and so that it can be stopped.
//
// 1. What is checked is what is live when its turn comes, of the files that were live at the
//    beginning: a table that was compacted away meanwhile is left out, and none is kept from being
//    removed but the one being read.
// 2. A verification may outlive the store's Close, but not the Store; after Close each Step gives
//    Closed.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ledgerstone/status.h"

namespace ledgerstone {

// One thing a check found wrong.
using Finding = Status;

// Totals shrink where a file has gone since the beginning.
struct VerifyProgress {
  uint64_t files_done = 0;
  uint64_t files_total = 0;
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
};

struct VerifyOptions {
  uint64_t bytes_per_second = 0;  // 0: as fast as it goes
  // Asked between blocks; when true the verification ends with Aborted.
  std::function<bool()> cancelled = {};
  // Told after each step, on the caller's thread.
  std::function<void(const VerifyProgress&)> progress = {};
};

// A verification under way. All but Cancel is for one thread at a time.
class Verification {
 public:
  virtual ~Verification() = default;
  // Reads on, some hundredths of a second's worth. `wait_micros`: for how long the rate wants
  // nothing read. Closed after the store's Close, Aborted after Cancel.
  virtual Status Step(uint64_t* wait_micros) = 0;
  virtual bool done() const = 0;
  virtual VerifyProgress progress() const = 0;
  // Empty when done means clean.
  virtual const std::vector<Finding>& findings() const = 0;
  // Ends a Step under way within a block; from any thread.
  virtual void Cancel() = 0;
};

}  // namespace ledgerstone
