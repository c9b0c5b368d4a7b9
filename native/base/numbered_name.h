// Names of files that carry a number, as "000007.wal": at least six digits, then a suffix.
#pragma once

#include <cstdint>
#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// `suffix` begins with its dot.
std::string NumberedName(uint64_t number, const std::string& suffix);
// False for anything but plain decimal digits, six or more. Overflow is for the caller to catch, by
// comparing the name made again.
bool ParseNameDigits(Slice digits, uint64_t* number);

std::string JoinPath(const std::string& directory, const std::string& name);

}  // namespace ledgerstone
