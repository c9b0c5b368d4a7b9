// Where a table of sorted, newer entries goes that did not come through L0: a pure function of the
// tree and of what is being compacted.
//
// 1. Nothing in its level or above it meets its keys, so that a shallower level stays the newer
//    one: the deepest such level, or L0, where the order is by sequence.
// 2. A compaction under way will write between its smallest and largest key: a table that meets
//    these goes to L0.
#pragma once

#include <optional>
#include <string>

#include "compaction/picker.h"

namespace ledgerstone {

// What a compaction under way may write: the span of its inputs.
struct CompactionSpan {
  NamespaceId namespace_id = 0;
  std::string smallest;  // user keys
  std::string largest;
};
CompactionSpan SpanOf(const CompactionChoice& choice);

int IngestLevel(const Tree& tree, const TableMeta& table, int level_count,
                const std::optional<CompactionSpan>& under_way);

}  // namespace ledgerstone
