// A list of writes that is applied whole or not at all, and its bytes, which are also
// what the log keeps. Later entries win over earlier ones of the same key.
//
//   batch := entry*
//   entry := kind: u8, namespace_id: varint, key_size: varint, key,
//            [value_size: varint, value]                 (not for delete and drop namespace)
//   kinds: 0 delete, 1 put, 2 merge (value: operand), 3 range delete (key: begin, value: end; empty
//   ones are open), 4 expiring put (value: expires_at: u64, milliseconds since 1970, then the
//   user's value), 16 create namespace (key: name, value: options), 17 drop namespace (key: name,
//   no value); the last two are made by the store alone.
// Bytes handed over at once may be several batches, with one byte of 18 between each two: a
// boundary that readers of changes see. They are applied together all the same.
#pragma once

#include <cstdint>
#include <string>

#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

class WriteBatch {
 public:
  void Put(NamespaceId namespace_id, Slice key, Slice value);
  void Delete(NamespaceId namespace_id, Slice key);
  // Gone for readers from `expires_at_millis` (since 1970) on.
  void PutExpiring(NamespaceId namespace_id, Slice key, Slice value, uint64_t expires_at_millis);
  // What the operand does is the namespace's merge operator's to say; the value is not read.
  void Merge(NamespaceId namespace_id, Slice key, Slice operand);
  // Every key in [begin, end), whatever their number; an empty bound is open.
  void DeleteRange(NamespaceId namespace_id, Slice begin, Slice end);
  void Clear();

  uint32_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  uint32_t count_ = 0;
};

}  // namespace ledgerstone
