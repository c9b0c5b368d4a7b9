// Gathers a table's bytes into large appends and keeps the digest of the whole file.
//
// 1. Nothing smaller than kGatherBytes is appended before Finish; write-back is started every
//    kWritebackBytes, so that the sync at the end finds little left to do.
// 2. The caller stops after the first failure.
#pragma once

#include <memory>
#include <string>

#include "base/crc32c.h"
#include "ledgerstone/env.h"

namespace ledgerstone {

class TableOutput {
 public:
  static constexpr size_t kGatherBytes = 64 << 10;
  static constexpr uint64_t kWritebackBytes = 1 << 20;

  explicit TableOutput(std::unique_ptr<WritableFile> file);
  Status Append(Slice bytes);
  // Writes what is left, syncs and closes.
  Status Finish();
  uint64_t offset() const { return offset_; }
  uint32_t digest() const { return digest_; }

 private:
  Status Write(Slice large);

  std::unique_ptr<WritableFile> file_;
  std::string gathered_;
  uint64_t offset_ = 0;
  uint64_t unstarted_ = 0;  // appended since the last write-back
  uint32_t digest_ = 0;
};

}  // namespace ledgerstone
