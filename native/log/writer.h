// Appends records to one segment.
//
// 1. The next record is written only by the caller, after it has made the last one as durable as
//    asked; the writer keeps the promise field right by itself (up to the last OK Sync).
// 2. After any failed Append or Sync the writer is poisoned: every later call returns that first
//    failure and touches nothing (no retry of a failed sync, no bytes after unknown bytes).
// 3. Sequences of batches and events rise; handing in one twice is a programmer error.
// 4. A segment that is synced in small steps has zeros ahead of its last record (space.h). They are
//    gone once it is finished or closed; that they can't be made is no failure.
// 5. One thread at a time. Bytes: docs/format/log.md.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "log/format.h"
#include "log/space.h"

namespace ledgerstone::log {

class Writer {
 public:
  struct Identity {
    FileKind kind = FileKind::kLog;
    StoreId store_id{};
    uint64_t segment = 0;
    uint64_t space_bytes = kSpaceBytes;  // see LengthForSync
  };

  // Creates the segment: file header and opening record (what `previous` says; all zero for the
  // first), both unsynced. The directory is not synced either.
  static Status Create(Env* env, const std::string& path, const Identity& identity,
                       const SegmentEnd& previous, std::unique_ptr<Writer>* writer);
  // Goes on at the end of a recovered segment that is not closed, whose size and chain the reader
  // reported. Syncs it first: what a dead process left in the page cache was read but not durable.
  static Status Reopen(Env* env, const std::string& path, const Identity& identity, uint64_t size,
                       uint32_t chain, Sequence last_sequence, std::unique_ptr<Writer>* writer);

  struct Record {
    RecordType type = RecordType::kBatch;
    Sequence first_sequence = 0;  // the first of entry_count sequences
    uint32_t entry_count = 0;
  };
  // Appends one record whose payload is the pieces in order (at most kPayloadBytesMax in total).
  // Promises, openings and closings are the writer's own to write.
  Status Append(const Record& record, std::span<const Slice> payload);
  Status AppendPromise();
  void StartWriteback();
  Status Sync();
  // Appends the closing record and syncs; nothing is behind it then. `end` is what the next
  // segment's opening repeats.
  Status Finish(SegmentEnd* end);
  // Closes the file without a closing record, for an owner that gives up.
  Status Close();

  uint64_t size() const;
  uint64_t durable_size() const;
  // True when bytes were made durable that no record's promise covers yet, promise records
  // themselves aside; false once the segment is finished.
  bool OwesPromise() const;
  uint32_t chain() const;
  // Of the last record appended; 0 before the first.
  uint32_t payload_checksum() const;
  Sequence last_sequence() const;
  const Status& failure() const;

 private:
  enum class State : uint8_t { kOpen, kFinished, kClosed };

  Writer(std::unique_ptr<WritableFile> file, std::string path, const Identity& identity);
  Status CheckUsable() const;
  Status KeepFailure(Status status);
  Status AppendRecord(RecordHeader header, std::span<const Slice> payload);
  void PrepareSpace();
  Status SyncFile();
  Status TrimSpace();

  std::unique_ptr<WritableFile> file_;
  std::string path_;
  uint64_t file_seed_ = 0;
  uint64_t segment_ = 0;
  uint64_t size_ = 0;
  uint64_t durable_size_ = 0;
  uint64_t promised_size_ = 0;
  uint64_t content_size_ = 0;  // end of the last record that is not a promise
  uint64_t space_bytes_ = 0;
  uint64_t length_ = 0;  // of the file when it was last synced; less than size_ for a moment
  uint32_t chain_ = 0;
  uint32_t payload_checksum_ = 0;
  Sequence last_sequence_ = 0;
  State state_ = State::kOpen;
  Status failure_;
  std::vector<Slice> pieces_;
};

}  // namespace ledgerstone::log
