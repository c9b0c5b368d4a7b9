// A Slice is a borrowed run of bytes. It never owns; whoever hands one out says how long it lives.
// Comparison is by unsigned byte value, which is what std::string_view does for char.
#pragma once

#include <string_view>

namespace ledgerstone {

using Slice = std::string_view;

}  // namespace ledgerstone
