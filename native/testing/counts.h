// What the tests of this process have counted: crash images, failed operations, damaged openings.
//
// 1. Printed when the process ends, a line each: `counted N what`. scripts/lib/counted.mjs adds the
//    lines of all suites up.
// 2. For the thread that runs the tests.
#pragma once

#include <cstdint>
#include <string>

namespace ledgerstone {

void Count(const std::string& what, uint64_t number = 1);
uint64_t Counted(const std::string& what);

}  // namespace ledgerstone
