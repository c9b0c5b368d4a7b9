// Several internal iterators as one, in internal order. With equal keys (which the engine never
// has) the earlier child comes first. An error of any child ends the iteration with that error.
#pragma once

#include <memory>
#include <vector>

#include "base/internal_iterator.h"

namespace ledgerstone {

std::unique_ptr<InternalIterator> NewMergingIterator(
    std::vector<std::unique_ptr<InternalIterator>> children);
std::unique_ptr<InternalIterator> NewEmptyIterator(Status status = {});

}  // namespace ledgerstone
