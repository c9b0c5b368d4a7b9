// Reads the bytes of write batches (grammar: include/ledgerstone/write_batch.h).
#pragma once

#include <functional>

#include "base/internal_key.h"
#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct BatchEntry {
  EntryKind kind = EntryKind::kPut;
  NamespaceId namespace_id = 0;
  Slice key;
  Slice value;  // empty for deletes and drops
};

// What stands between two batches.
inline constexpr char kBatchBoundaryByte = static_cast<char>(EntryKind::kBatchBoundary);

// Walks the entries of one batch, or of several with a boundary between each two.
class BatchReader {
 public:
  explicit BatchReader(Slice bytes) : decoder_(bytes) {}
  // False at the end and at the first entry that is cut short or of a kind no batch holds.
  bool Next(BatchEntry* entry);
  // After Next returned false: whether all bytes were read as whole entries.
  bool whole() const { return decoder_.ok() && decoder_.done() && !bad_kind_; }
  // Of the last entry: where it begins, and whether another batch ended right before it.
  size_t position() const { return position_; }
  bool begins_batch() const { return begins_batch_; }

 private:
  EntryKind NextKind();

  Decoder decoder_;
  size_t position_ = 0;
  bool bad_kind_ = false;
  bool begins_batch_ = false;
};

void AppendBatchEntry(std::string* bytes, const BatchEntry& entry);

}  // namespace ledgerstone
