// Reads the records of one segment from its front, one at a time, while the segment may still grow.
//
// 1. Nothing at or behind `limit` is looked at: an owner who writes on hands in how much is whole.
// 2. Every record is checked as scan.h does it: both checksums, padding, chain. What does not hold
//    is Corruption with file and offset: below its limit there is no tail to cut.
// 3. The payload is readable until the next call. Used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledgerstone/env.h"
#include "log/format.h"

namespace ledgerstone::log {

class Cursor {
 public:
  static constexpr uint64_t kNoLimit = ~uint64_t{0};

  // `file` is the name, for errors. Begins at `offset`, which is the end of a record; 0: at the
  // front.
  static Status Open(Env* env, const std::string& path, const std::string& file,
                     const StoreId& store_id, uint64_t segment, uint64_t offset,
                     std::unique_ptr<Cursor>* cursor);

  // The next batch record that ends at or before `limit`. Nothing in `payload`: there is none yet,
  // or none at all once the segment is closed().
  Status Next(uint64_t limit, RecordHeader* header, std::optional<Slice>* payload);
  bool closed() const { return closed_; }
  // Where the last record given begins.
  uint64_t offset() const { return record_at_; }
  const std::string& file() const { return file_; }

 private:
  Cursor(std::unique_ptr<RandomAccessFile> source, std::string file, const StoreId& store_id,
         uint64_t segment);
  Status ReadRecord(uint64_t limit, RecordHeader* header, Slice* payload);
  Status Fill(uint64_t offset, size_t size, uint64_t limit, const char** bytes);
  Status Broken(std::string message) const;

  const std::unique_ptr<RandomAccessFile> source_;
  const std::string file_;
  const StoreId store_id_;
  const uint64_t segment_;
  const uint64_t file_seed_;
  uint64_t at_ = 0;
  uint64_t record_at_ = 0;
  std::optional<uint32_t> chain_;  // unknown at first, where reading begins inside the segment
  bool closed_ = false;
  std::string buffer_;
  uint64_t buffer_at_ = 0;
};

}  // namespace ledgerstone::log
