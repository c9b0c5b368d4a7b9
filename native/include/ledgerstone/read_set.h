// What a transaction has read, as bytes: the keys it asked for, found or not, and the ranges it
// walked, each exactly as far as it got.
//
//   read_set := read*
//   read     := namespace_id: varint, shape: u8, [lower_size: varint, lower],
//               [upper_size: varint, upper]
//   shape: 1 lower bound present, 2 lower exclusive, 4 upper bound present, 8 upper exclusive;
//   16 a single key, which stands in place of the lower bound (then no other bit is set)
#pragma once

#include <cstdint>
#include <string>

#include "ledgerstone/iterator.h"

namespace ledgerstone {

class ReadSet {
 public:
  static constexpr uint8_t kHasLower = 1;
  static constexpr uint8_t kLowerExclusive = 2;
  static constexpr uint8_t kHasUpper = 4;
  static constexpr uint8_t kUpperExclusive = 8;
  static constexpr uint8_t kSingleKey = 16;

  void AddKey(NamespaceId namespace_id, Slice key);
  void AddRange(NamespaceId namespace_id, const IterateOptions::Bound& lower,
                const IterateOptions::Bound& upper);
  void Clear() { bytes_.clear(); }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace ledgerstone
