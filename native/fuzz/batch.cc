// Fuzz target: the bytes of write batches, as JavaScript and the log hand them over. What reads as
// whole entries must encode to a batch that reads the same.
#include "base/checks.h"
#include "fuzz/target.h"
#include "store/batch_format.h"

FUZZ_TARGET(batch) {
  using ledgerstone::BatchEntry;
  using ledgerstone::BatchReader;
  const ledgerstone::Slice input(reinterpret_cast<const char*>(data), size);
  std::string again;
  BatchReader reader(input);
  BatchEntry entry;
  while (reader.Next(&entry)) ledgerstone::AppendBatchEntry(&again, entry);
  if (!reader.whole()) return 0;
  BatchReader first(input);
  BatchReader second(again);
  BatchEntry other;
  while (first.Next(&entry)) {
    LS_CHECK(second.Next(&other));
    LS_CHECK(entry.kind == other.kind && entry.namespace_id == other.namespace_id);
    LS_CHECK(entry.key == other.key && entry.value == other.value);
  }
  LS_CHECK(!second.Next(&other) && second.whole());
  return 0;
}
