// Takes numbers and strings off the front of a fuzzer's bytes. An input that has run out gives
// zeros and empty strings.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ledgerstone/slice.h"

namespace ledgerstone {

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  uint16_t Number16() {
    const unsigned high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  // Below `bound`, which is 1 to 256.
  size_t Below(size_t bound) { return Byte() % bound; }
  Slice Bytes(size_t size) {
    const Slice bytes = rest_.substr(0, std::min(size, rest_.size()));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  Slice Rest() { return Bytes(rest_.size()); }

 private:
  Slice rest_;
};

}  // namespace ledgerstone
