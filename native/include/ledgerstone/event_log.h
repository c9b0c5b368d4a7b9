// A kept log of events: opaque bytes in one order, written once, never deleted; the truth behind a
// state machine. A group commit is one record of a segment; segments are indexed by position and
// time, and finished ones can be moved to an archive.
//
// 1. Positions start at 1 and rise by one for each event, over all segments; they are never reused.
// 2. Append is done only when its record is durable; readers see events no earlier than that.
// 3. Appends of one group share the record and its time. Times never go backwards: the clock's, or
//    the last record's when the clock was set back.
// 4. After a failed write or sync the log is read-only until it is reopened: the appends under way
//    end in OutcomeUnknown, later ones in ReadOnly with the first cause.
// 5. Every method may be called from any thread until Close returns; afterwards each answers
//    Closed. Only Open, Close, cursors, SeekTime, Chain, Archive and Verify wait for the disk.
// 6. AppendDone runs on the commit lane, without a lock, or before the call returns when it was
//    refused at once. It must not wait; it may append.
// Formats: docs/format/log.md, docs/format/event-log.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "ledgerstone/scheduler.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct EventLogOptions {
  Env* env = nullptr;              // null: the real operating system
  Scheduler* scheduler = nullptr;  // null: threads of its own; Close stops it
  bool create_if_missing = true;
  bool error_if_exists = false;
  bool read_only = false;             // takes no lock; sees the whole records there were at Open
  uint64_t segment_bytes = 64 << 20;  // a segment is finished when it has grown to this
  uint64_t group_bytes_max = 4 << 20;
  uint64_t idle_promise_micros = 10'000;  // after the last sync of an idle log
  uint64_t space_bytes = 256 << 10;       // zeros put ahead of small synced appends; 0: none
  // Where an archived segment is looked for when it is not where it was put, as after the archive
  // was moved; empty: nowhere else.
  std::string archive_directory;
};

struct EventLogReport {
  bool created = false;
  bool clean_close = false;  // the log ends where it was closed
  uint64_t segments = 0;
  uint64_t cut_bytes = 0;  // of an unsynced tail
  bool valid_beyond_cut = false;
  std::string cut_file;
  uint64_t cut_offset = 0;
  uint64_t index_entries_dropped = 0;  // bad or ahead of the records
  uint64_t index_entries_rebuilt = 0;
  uint64_t micros = 0;
};

struct AppendOptions {
  // The position of the last event the caller knows of; refused with PositionMismatch when the log
  // has gone on. Absent: anywhere.
  std::optional<uint64_t> expected;
  // Refused with StaleEpoch when below the log's epoch; raises it when above.
  std::optional<uint64_t> epoch;
};

// With PositionMismatch and StaleEpoch: `last` and `epoch` are the log's, `first` is 0. With other
// failures all are 0.
struct AppendResult {
  uint64_t first = 0;  // position of the first event
  uint64_t last = 0;
  uint64_t time_micros = 0;  // since 1970
  uint64_t epoch = 0;        // the log's when the record was written
};

// Events as they lie in a record, in batches that a reader takes whole.
struct EventBatch {
  uint64_t first = 0;  // position
  uint64_t time_micros = 0;
  uint64_t epoch = 0;
  std::vector<Slice> events;  // into memory that the cursor keeps until its next call
};

// Used by one thread at a time. May outlive its log, and then answers Closed.
class EventCursor {
 public:
  virtual ~EventCursor() = default;
  // The next record's events within the bounds, as one batch; an empty one at the end. Damage is
  // Corruption with file, offset and the positions that can't be read.
  virtual Status Next(EventBatch* batch) = 0;
};

struct SegmentFacts {
  uint64_t number = 0;
  uint64_t first = 0;  // position; 0 with last 0: no events
  uint64_t last = 0;
  uint64_t first_time_micros = 0;
  uint64_t last_time_micros = 0;
  uint64_t bytes = 0;
  bool finished = false;
  bool archived = false;
  std::string directory{};  // of an archived segment: as given to Archive
  uint32_t chain = 0;       // of its last record, the closing one of a finished segment
  std::string digest{};     // 32 hexadecimal digits; empty until a finished segment was read back
};

class EventLog {
 public:
  using AppendDone = std::function<void(const Status&, const AppendResult&)>;

  static Status Open(const EventLogOptions& options, const std::string& directory,
                     std::unique_ptr<EventLog>* log);
  virtual ~EventLog() = default;  // closes if need be

  virtual const EventLogReport& report() const = 0;
  virtual std::string log_id() const = 0;  // 32 hexadecimal digits

  // `events`: `count` times (at least one) a varint length and that many bytes; at most 1 GiB. All
  // of them or none. `done` is called exactly once, in every case, in order of position for those
  // appended.
  virtual void Append(Slice events, uint32_t count, const AppendOptions& options,
                      AppendDone done) = 0;
  // Raises the epoch durably, so that an older writer is refused from then on. StaleEpoch unless it
  // is above the log's: of two who ask for one epoch, one gets it. The result has `first` 0.
  virtual void Fence(uint64_t epoch, AppendDone done) = 0;

  virtual uint64_t FirstPosition() const = 0;    // 0: empty
  virtual uint64_t DurablePosition() const = 0;  // of the last durable event; 0: empty
  virtual uint64_t Epoch() const = 0;
  // The header checksum of the record that holds `position`, which chains all records before it:
  // two copies of one log that agree here agree up to that record's end, which is `last`.
  virtual Status Chain(uint64_t position, uint32_t* chain, uint64_t* last) = 0;

  // Events from..to, both included, as far as they are durable now; to 0: all of them. `from` is at
  // least 1; beyond the last event the cursor is at its end.
  virtual Status Read(uint64_t from, uint64_t to, std::unique_ptr<EventCursor>* cursor) = 0;
  // The first position whose time is at or after `time_micros`; one past the last when there is
  // none.
  virtual Status SeekTime(uint64_t time_micros, uint64_t* position) = 0;

  virtual std::vector<SegmentFacts> Segments() const = 0;
  // Moves finished segments, the oldest first, whose last position is at most `through` into
  // `directory`, made if need be: copies, syncs, reads back and compares digests, records the new
  // place, and only then deletes. Whatever happens in between, each segment is whole in at least
  // one recorded place. The directory is recorded as given: let it be absolute.
  virtual Status Archive(const std::string& directory, uint64_t through, uint64_t* moved) = 0;
  // Finishes the segment under way, so that it can be archived; does nothing when it is empty. The
  // result has `first` 0.
  virtual void Roll(AppendDone done) = 0;
  // Reads everything, live and archived, indexes too; empty means clean.
  virtual Status Verify(std::vector<Status>* findings) = 0;

  virtual Status Close() = 0;
};

}  // namespace ledgerstone
