#include "compaction/ingest_placement.h"

#include <algorithm>

namespace ledgerstone {

CompactionSpan SpanOf(const CompactionChoice& choice) {
  CompactionSpan span;
  span.namespace_id = choice.namespace_id;
  bool any = false;
  for (const auto* files : {&choice.inputs, &choice.output_inputs}) {
    for (const TableFilePtr& file : *files) {
      const Slice smallest = UserKeyOf(file->meta().smallest);
      const Slice largest = UserKeyOf(file->meta().largest);
      if (!any || CompareUserKeys(smallest, span.smallest) < 0) span.smallest.assign(smallest);
      if (!any || CompareUserKeys(largest, span.largest) > 0) span.largest.assign(largest);
      any = true;
    }
  }
  return span;
}

int IngestLevel(const Tree& tree, const TableMeta& table, int level_count,
                const std::optional<CompactionSpan>& under_way) {
  const Slice smallest = UserKeyOf(table.smallest);
  const Slice largest = UserKeyOf(table.largest);
  if (under_way.has_value() && under_way->namespace_id == tree.info.id &&
      CompareUserKeys(smallest, under_way->largest) <= 0 &&
      CompareUserKeys(under_way->smallest, largest) <= 0) {
    return 0;
  }
  const int bottom = level_count - 1;
  for (int level = 0; level < kLevelCount; ++level) {
    if (!tree.Overlapping(level, smallest, largest).empty())
      return std::clamp(level - 1, 0, bottom);
  }
  return bottom;
}

}  // namespace ledgerstone
