// Where about a key lies between two others, by their bytes alone: for estimates over keys that
// nobody has counted. Right for keys spread evenly, whether their bytes take all values or are
// decimal digits; for others it may be anything between the two.
#pragma once

#include "ledgerstone/slice.h"

namespace ledgerstone {

// In [0, 1]; 0 at or below `low`, 1 at or above `high`.
double KeyFraction(Slice low, Slice high, Slice key);

}  // namespace ledgerstone
