// Assertions for programmer errors. They stay on in release: an engine that has lost its way must
// stop before it writes. Bad bytes and bad arguments are not programmer errors; they give a Status.
//
// LS_CHECK   always on; for conditions that cost a few instructions.
// LS_DCHECK  on in the invariant build (LEDGERSTONE_INVARIANTS) only; for costly ones.
#pragma once

namespace ledgerstone {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace ledgerstone

#define LS_CHECK(condition)                                       \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::ledgerstone::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                             \
  } while (0)

#ifdef LEDGERSTONE_INVARIANTS
#define LS_DCHECK(condition) LS_CHECK(condition)
#else
#define LS_DCHECK(condition) \
  do {                       \
  } while (0)
#endif
