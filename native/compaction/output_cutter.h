// Where an output table ends: when it is as large as wanted, and before it would overlap so much of
// the level below its own that merging it later would be dear. Only ever asked between two user
// keys.
#pragma once

#include <cstdint>
#include <span>

#include "base/internal_key.h"
#include "version/table_file.h"

namespace ledgerstone {

class OutputCutter {
 public:
  static constexpr uint64_t kGrandparentTables = 10;

  // `grandparents` are sorted, do not overlap, and outlive the cutter.
  OutputCutter(uint64_t table_bytes, std::span<const TableFilePtr> grandparents)
      : table_bytes_(table_bytes), grandparents_(grandparents) {}

  // Keys rise from call to call; `bytes` is what the table at hand holds so far (0: no table).
  bool CutBefore(Slice user_key, uint64_t bytes) {
    while (next_ < grandparents_.size() &&
           CompareUserKeys(UserKeyOf(grandparents_[next_]->meta().largest), user_key) < 0) {
      if (bytes > 0) overlapped_ += grandparents_[next_]->meta().size;
      ++next_;
    }
    const bool cut = bytes >= table_bytes_ || overlapped_ > kGrandparentTables * table_bytes_;
    if (cut || bytes == 0) overlapped_ = 0;
    return cut && bytes > 0;
  }

 private:
  const uint64_t table_bytes_;
  const std::span<const TableFilePtr> grandparents_;
  size_t next_ = 0;
  uint64_t overlapped_ = 0;
};

}  // namespace ledgerstone
