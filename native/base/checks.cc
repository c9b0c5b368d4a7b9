#include "base/checks.h"

#include <cstdio>
#include <cstdlib>

namespace ledgerstone {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "ledgerstone: %s:%d: check failed: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace ledgerstone
