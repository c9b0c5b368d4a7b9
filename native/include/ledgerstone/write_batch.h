// A list of puts and deletes that is applied whole or not at all, and its bytes, which are also
// what the log keeps. Later entries win over earlier ones of the same key.
//
//   batch := entry*
//   entry := kind: u8, namespace_id: varint, key_size: varint, key,
//            [value_size: varint, value]                 (value for put and create namespace only)
//   kinds: 0 delete, 1 put, 16 create namespace (key: name, value: options), 17 drop namespace
//   (empty key); the last two are made by the store alone.
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
  void Clear();

  uint32_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  uint32_t count_ = 0;
};

}  // namespace ledgerstone
