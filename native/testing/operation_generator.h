// Lists of operations from a seed: the same seed and length give the same list for ever, whatever
// any store answers.
//
// 1. Every list has a temper of its own: how often each kind comes (some never), how many keys
//    there are, how long values are. Bugs that need many of one thing and none of another so get
//    their lists.
#pragma once

#include "testing/store_operation.h"

namespace ledgerstone {

OperationList GenerateOperations(uint64_t seed, size_t length);

}  // namespace ledgerstone
