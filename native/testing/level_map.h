// LSM states as small text, for goldens of the picker and the version room.
//
//   map   := line*           line := "L" level ":" table*
//   table := number "=" first "-" last ("@" largest_sequence)? ("*" kib)? ("/" tombstone_percent)?
//   "!"? "!" marks the table busy. Defaults: sequence = number, 1 KiB, no tombstones, 100 entries.
//   L0: 7=a-c@9 5=b-d@3
//   L6: 2=a-m*640/50!
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "version/version.h"

namespace ledgerstone {

struct LevelMap {
  Version version;  // one namespace, 1, "default"
  std::set<uint64_t> busy;

  const Tree& tree() const { return *version.Find(1); }
};

// `context` outlives the tables.
LevelMap ParseLevelMap(const std::string& text, const TableContext* context);

}  // namespace ledgerstone
