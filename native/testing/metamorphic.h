// One list of operations under every option set and on the model: all must be told the same. A
// list that is not is shrunk, and the failure shows what is left of it.
//
// 1. Shrinking runs each candidate in a child process, so that a list that stops the process is
//    shrunk like one with a wrong answer.
// 2. When a list stops this process, its seed and its option set are printed first.
#pragma once

#include <string>

#include "testing/operation_model.h"
#include "testing/option_sets.h"

namespace ledgerstone {

struct MetamorphicTotals {
  uint64_t operations = 0;
  uint64_t executions = 0;  // operations, for each option set they ran under
  uint64_t flushes = 0;
  uint64_t compactions = 0;
  uint64_t commits = 0;  // of transactions
  uint64_t conflicts = 0;
};

struct MetamorphicList {
  uint64_t seed = 0;
  size_t length = 0;
  bool under_rare_sets = true;  // also those that not every list runs under
  std::string replay;           // the command that runs this list again
};

class Metamorphic {
 public:
  // `careful`: tries each run in a child process first.
  explicit Metamorphic(bool careful) : careful_(careful) {}

  // "" when all agree, else what a reader needs.
  std::string Check(const MetamorphicList& list);
  const MetamorphicTotals& totals() const { return totals_; }

 private:
  bool Agrees(const OperationList& operations, const MetamorphicList& list, const OptionSet& set,
              const RunHistory& expected);
  static std::string Explain(const OperationList& operations, const MetamorphicList& list,
                             const OptionSet& set);

  const bool careful_;
  MetamorphicTotals totals_;
};

}  // namespace ledgerstone
