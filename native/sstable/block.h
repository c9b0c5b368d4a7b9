// A data block's contents in memory, and the point lookup in it. Grammar: sstable/format.h.
//
// 1. A view owns nothing; it lives no longer than the bytes.
// 2. Find allocates nothing and copies no key: it follows how many bytes of the target each entry
//    shares, from the entries' own `shared` counts.
// 3. Never reads outside the contents, whatever they say.
#pragma once

#include <cstdint>

#include "base/coding.h"
#include "base/internal_key.h"
#include "ledgerstone/slice.h"
#include "sstable/block_entry.h"

namespace ledgerstone {

class BlockView {
 public:
  enum class Found : uint8_t {
    kEntry,   // the newest version at or below the trailer
    kAbsent,  // a greater user key follows: no such version in the table
    kNotHere,  // not in this block; versions that old may open the next one
    kDamaged,  // the contents contradict themselves
  };

  // False when restart points or hash index do not fit the contents.
  bool Parse(Slice contents);

  Found Find(Slice user_key, uint64_t key_hash, uint64_t seek_trailer, BlockEntry* entry) const;

  uint32_t restart_count() const { return restart_count_; }
  bool has_hash_index() const { return bucket_count_ > 0; }
  // Where an entry's offset counts from, and where the entries end.
  const char* begin() const { return begin_; }
  const char* entries_end() const { return restarts_; }
  // Decodes the entry at a restart point; false when it is none.
  bool RestartEntry(uint32_t restart, const char** at, BlockEntry* entry) const;
  // The last restart point whose key is not after the target, or 0; false when damaged.
  bool SearchRestarts(Slice user_key, uint64_t trailer, uint32_t* restart) const;

 private:
  uint32_t RestartOffset(uint32_t restart) const {
    return DecodeFixed32(restarts_ + size_t{restart} * sizeof(uint32_t));
  }
  Found ScanRun(const char* at, const char* limit, Slice user_key, uint64_t seek_trailer,
                BlockEntry* entry) const;

  const char* begin_ = nullptr;
  const char* restarts_ = nullptr;
  const char* buckets_ = nullptr;
  uint32_t restart_count_ = 0;
  uint32_t bucket_count_ = 0;
};

}  // namespace ledgerstone
