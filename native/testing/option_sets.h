// The option sets that lists of operations run under. None of them may change what a program is
// told.
#pragma once

#include <string>
#include <vector>

#include "ledgerstone/options.h"

namespace ledgerstone {

struct OptionSet {
  std::string name;
  StoreOptions store;
  NamespaceOptions space;
  uint64_t scheduler_seed = 0;
  bool real_files = false;  // and threads
  bool is_rare = false;     // slow: not every list runs under it
};

const std::vector<OptionSet>& OptionSets();

}  // namespace ledgerstone
