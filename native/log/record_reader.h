// Reads records of a segment one behind the other from any record on, for readers that know from
// an index where one begins.
//
// 1. A record is handed on only after header checksum, payload checksum, padding and, from the
//    second on, the chain have been checked. What does not hold is Corruption.
// 2. Reads the first record alone, then in growing windows from 64 KiB to 1 MiB.
// 3. Used by one thread.
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/env.h"
#include "log/format.h"
#include "log/read_window.h"

namespace ledgerstone::log {

class RecordReader {
 public:
  // Records from `offset` to `end`, both record boundaries of the part of the file that is durable.
  // `first_size` is that of the first record, as far as it is known.
  RecordReader(std::shared_ptr<const RandomAccessFile> source, std::string file, uint64_t file_seed,
               uint64_t offset, uint64_t end, uint64_t first_size);

  bool AtEnd() const { return at_ >= end_; }
  uint64_t offset() const { return at_; }
  // The next record; not to be called at the end. `payload` is readable until the next call.
  Status Next(RecordHeader* header, Slice* payload);

 private:
  Status Damage(std::string expected, std::string found) const;

  const std::shared_ptr<const RandomAccessFile> source_;
  const std::string file_;
  const uint64_t file_seed_;
  ReadWindow window_;
  uint64_t at_;
  const uint64_t end_;
  size_t chunk_;
  bool has_chain_ = false;
  uint32_t chain_ = 0;
};

}  // namespace ledgerstone::log
