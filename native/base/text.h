// Bytes and numbers as text for errors, the inspector and goldens.
#pragma once

#include <cstdint>
#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// Eight hexadecimal digits.
std::string Hex32(uint32_t value);
std::string HexBytes(Slice bytes);
// Printable ASCII as it is, the rest as \xNN, a backslash doubled.
std::string EscapeBytes(Slice bytes);
// "12 B", "3.4 KiB", "1.2 GiB".
std::string ByteSizeText(uint64_t bytes);

}  // namespace ledgerstone
