// Estimates of how many keys a range holds: what is asked, and what one memtable, table or level
// answers.
#pragma once

#include <algorithm>
#include <vector>

#include "base/key_range.h"

namespace ledgerstone {

// A part of a range that a range tombstone lies over: the newest there that the reader sees. An
// empty end is none. Borrows the keys.
struct ErasedStretch {
  Slice begin;
  Slice end;
  Sequence sequence = 0;
};

struct RangeToEstimate {
  KeyRange range;
  Sequence at_most = kSequenceMax;
  std::vector<ErasedStretch> erased;  // rising and apart; parts of the range

  // Entries of the key with a smaller sequence are erased.
  Sequence ErasedBelow(Slice user_key) const {
    const auto behind =
        std::partition_point(erased.begin(), erased.end(), [&](const ErasedStretch& stretch) {
          return !stretch.end.empty() && CompareUserKeys(stretch.end, user_key) <= 0;
        });
    const bool covered = behind != erased.end() && CompareUserKeys(behind->begin, user_key) <= 0;
    return covered ? behind->sequence : 0;
  }
};

// Keys with a value, and deletes of keys that older sources may have.
struct EntryEstimate {
  double puts = 0;
  double deletes = 0;

  EntryEstimate operator+(const EntryEstimate& other) const {
    return {puts + other.puts, deletes + other.deletes};
  }
  EntryEstimate operator-(const EntryEstimate& other) const {
    return {puts - other.puts, deletes - other.deletes};
  }
  EntryEstimate operator*(double share) const { return {puts * share, deletes * share}; }
};

}  // namespace ledgerstone
