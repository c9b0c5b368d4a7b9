// Builds the contents of a data or index block. Grammar: sstable/format.h.
//
// 1. Keys are internal keys and rise strictly.
// 2. A hash index is written when asked for and useful: 2 to 253 restart points. A user key whose
//    versions lie in more than one restart run is entered as a collision, so that the run a bucket
//    names holds every version of the key that the block has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// A restart run ends at restart_interval entries or once it has this many bytes: a lookup reads one
// run, and long values would make it long.
inline constexpr size_t kRestartRunBytesMax = 256;

class BlockBuilder {
 public:
  BlockBuilder(uint32_t restart_interval, bool hash_index);

  // `key_hash` is Hash64 of the user key; unused without a hash index.
  void Add(Slice internal_key, uint64_t key_hash, Slice value);
  // The block's contents; stay put until Reset.
  Slice Finish();
  void Reset();

  bool empty() const { return entry_count_ == 0; }
  uint64_t entry_count() const { return entry_count_; }
  // Size of the contents if it were finished now.
  size_t EstimatedSize() const;
  // What an entry adds to the contents, when it shares nothing with the one before it.
  static size_t GrowthBound(Slice internal_key, Slice value);

 private:
  struct HashEntry {
    uint64_t hash;
    uint32_t first_run;
    uint32_t last_run;
  };
  void NoteHash(bool same_user_key, uint64_t key_hash);
  bool WritesHashIndex() const;
  uint32_t BucketCount() const;
  void AppendHashIndex();

  const uint32_t restart_interval_;
  const bool hash_index_;
  std::string buffer_;
  std::string last_user_key_;
  std::vector<uint32_t> restarts_;
  std::vector<HashEntry> hashes_;
  uint64_t entry_count_ = 0;
  uint64_t last_trailer_ = 0;
  uint32_t run_length_ = 0;
  bool finished_ = false;
};

}  // namespace ledgerstone
