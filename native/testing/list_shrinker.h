// Makes a failing list of operations as short and as plain as it gets while it still fails: pieces
// are left out, from halves down to single operations (Zeller, "Isolating failure-inducing input",
// 2002), then entries, then each field is set to its plainest value.
//
// 1. Pure but for `fails`, which is asked at most `attempts_max` times. The result fails.
#pragma once

#include <functional>

#include "testing/store_operation.h"

namespace ledgerstone {

using Fails = std::function<bool(const OperationList&)>;

OperationList Shrunk(OperationList list, const Fails& fails, size_t attempts_max = 3000);

}  // namespace ledgerstone
