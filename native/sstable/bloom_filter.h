// A Bloom filter in which all bits of a key lie in one 64-byte line: a question costs at most one
// cache miss. Format page: docs/format/table.md.
//
//   filter_block contents := line: 64 bytes × line_count, probe_count: u8
//
// A key's line is the upper half of its Hash64 scaled to line_count; its bits are nine-bit groups
// of HashMix(hash), seven to a number, bit b being bit b % 8 of byte b / 8; HashMix again for more.
//
// 1. A key that was added is always found.
// 2. A view does not own its bytes; asking is safe from many threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

inline constexpr size_t kFilterLineBytes = 64;
inline constexpr uint32_t kFilterProbesMax = 14;

// How many bits of a line a key sets; keeps the false positives near their minimum for the size.
uint32_t FilterProbes(uint32_t bits_per_key);

class FilterBuilder {
 public:
  explicit FilterBuilder(uint32_t bits_per_key) : bits_per_key_(bits_per_key) {}
  // Each distinct user key once.
  void Add(uint64_t key_hash) { hashes_.push_back(key_hash); }
  uint64_t EstimatedSize() const { return hashes_.size() * bits_per_key_ / 8 + kFilterLineBytes; }
  std::string Finish() const;

 private:
  const uint32_t bits_per_key_;
  std::vector<uint64_t> hashes_;
};

class FilterView {
 public:
  FilterView() = default;
  // False when the bytes are not a filter's.
  bool Parse(Slice contents);
  bool MayContain(uint64_t key_hash) const;
  uint32_t line_count() const { return line_count_; }
  uint32_t probe_count() const { return probe_count_; }

 private:
  const char* lines_ = nullptr;
  uint32_t line_count_ = 0;
  uint32_t probe_count_ = 0;
};

}  // namespace ledgerstone
