// Reads the bytes of read sets (grammar: include/ledgerstone/read_set.h).
#pragma once

#include "base/key_range.h"
#include "ledgerstone/options.h"
#include "ledgerstone/read_set.h"

namespace ledgerstone {

struct ReadSetEntry {
  NamespaceId namespace_id = 0;
  bool single_key = false;  // then both bounds are that key
  KeyRange range;
};

class ReadSetReader {
 public:
  explicit ReadSetReader(Slice bytes) : decoder_(bytes.empty() ? Slice("") : bytes) {}
  // False at the end and at the first entry that is cut short or of an unknown shape.
  bool Next(ReadSetEntry* entry);
  // After Next returned false: whether all bytes were read as whole entries.
  bool whole() const { return decoder_.ok() && decoder_.done() && !bad_shape_; }

 private:
  Decoder decoder_;
  bool bad_shape_ = false;
};

}  // namespace ledgerstone
