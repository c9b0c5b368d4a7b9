// Log segments for tests: written through log::Writer into a MemoryEnv, read back by ScanSegment.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log/recovery.h"
#include "log/scan.h"
#include "log/writer.h"
#include "testing/memory_env.h"

namespace ledgerstone::log {

// Bytes 00 01 02 … 0f.
StoreId TestStoreId();
// Without the zeros at the end: what a cut at `from` counts as lost.
inline uint64_t ContentBeyond(Slice bytes, uint64_t from) {
  const size_t last = bytes.find_last_not_of('\0');
  return last == Slice::npos || last < from ? 0 : last + 1 - from;
}
// "log/000007.wal"
std::string SegmentPath(uint64_t segment);

class LogBuilder {
 public:
  explicit LogBuilder(StoreId store_id = TestStoreId(), uint64_t space_bytes = 0)
      : store_id_(store_id), space_bytes_(space_bytes) {}

  MemoryEnv& env() { return env_; }
  std::string& Bytes(uint64_t segment) { return env_.Contents(SegmentPath(segment)); }
  Writer& writer() { return *writer_; }
  Writer::Identity Identity(uint64_t segment) const {
    return {FileKind::kLog, store_id_, segment, space_bytes_};
  }

  // Each expects its outcome to be OK.
  void Create(uint64_t segment, const SegmentEnd& previous = {});
  // A batch of one entry with the next sequence; returns where its record ends.
  uint64_t Append(Slice payload);
  void Sync();
  SegmentEnd Finish();

  // Scans a segment; what was handed on replaces visited().
  Status Scan(uint64_t segment, ScanResult* result, uint64_t chain_offset = 0);
  ScanResult MustScan(uint64_t segment, uint64_t chain_offset = 0);

  // Scans segments `first` to `last` and decides.
  RecoveryVerdict Recover(uint64_t first, uint64_t last, const RecoveryKnowledge& knowledge);

  struct Visited {
    RecordHeader header;
    uint64_t offset = 0;
    std::string payload;
  };
  const std::vector<Visited>& visited() const { return visited_; }
  // Payloads of the batches in visited().
  std::vector<std::string> Batches() const;

 private:
  MemoryEnv env_;
  StoreId store_id_;
  uint64_t space_bytes_;
  std::unique_ptr<Writer> writer_;
  std::vector<Visited> visited_;
};

}  // namespace ledgerstone::log
