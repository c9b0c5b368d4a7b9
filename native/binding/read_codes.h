// What reads return in place of a length. Exported as addon.constants, which TypeScript reads.
#pragma once

#include <cstdint>

namespace ledgerstone::binding {

inline constexpr int32_t kGetPresent = 0;  // of has: there is a value, of any length
inline constexpr int32_t kGetAbsent = -1;
inline constexpr int32_t kGetTooLarge = -2;   // fetch it by takeValue()
inline constexpr int32_t kGetNeedsDisk = -3;  // memory alone can't answer
inline constexpr uint32_t kManyAbsent = 0xffffffff;
inline constexpr uint32_t kManyNeedsDisk = 0xfffffffe;

// Iterator flags.
inline constexpr uint32_t kRangeReverse = 1;
inline constexpr uint32_t kRangeOmitKeys = 2;
inline constexpr uint32_t kRangeOmitValues = 4;
inline constexpr uint32_t kRangeHasLower = 8;
inline constexpr uint32_t kRangeLowerExclusive = 16;
inline constexpr uint32_t kRangeHasUpper = 32;
inline constexpr uint32_t kRangeUpperExclusive = 64;
inline constexpr uint32_t kRangeEndsAtMax = 128;  // of rangeHead: entriesMax are all

}  // namespace ledgerstone::binding
