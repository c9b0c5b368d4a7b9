// The engine as its user sees it: namespaces of ordered bytes in one directory, with one commit
// order.
//
// 1. Every method may be called from any thread until Close returns; afterwards each answers
//    Closed.
// 2. A write is visible to readers only once it is as durable as its writer asked; writes become
//    visible in commit order, and what survives a crash is a prefix of that order.
// 3. After a failed write or sync of the log or the manifest the store is read-only: the writes
//    that were under way end in OutcomeUnknown, later ones in ReadOnly with the first cause.
//    Reopening is the way back.
// 4. Nothing here waits for the disk except Open, Close, Get and iterators with Tier::kDisk,
//    Verify, TakeSnapshotAt, reading changes, Checkpoint, Backup, ApproximateBytes, StartTrace,
//    StopTrace and the Write that returns a Status. Making an iterator does not.
//    Readers may wait for a group of writes on its way into memory. Callbacks run on the engine's
//    lanes, must be quick, and must not read.
// 5. Iterators and pinned values may outlive Close, but not the Store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledgerstone/changes.h"
#include "ledgerstone/copies.h"
#include "ledgerstone/ingest.h"
#include "ledgerstone/iterator.h"
#include "ledgerstone/options.h"
#include "ledgerstone/read_set.h"
#include "ledgerstone/statistics.h"
#include "ledgerstone/status.h"
#include "ledgerstone/verify.h"
#include "ledgerstone/write_batch.h"

namespace ledgerstone {

// A value and what keeps its bytes in place: a view of the store or a pinned block.
class PinnedValue {
 public:
  PinnedValue() = default;
  ~PinnedValue() { Reset(); }
  PinnedValue(const PinnedValue&) = delete;
  PinnedValue& operator=(const PinnedValue&) = delete;

  Slice value() const { return value_; }
  // Of the write that made it: the entry's version.
  uint64_t sequence() const { return sequence_; }
  void set_sequence(uint64_t sequence) { sequence_ = sequence; }
  void Reset() {
    value_ = {};
    owner_.reset();
    if (block_ != nullptr) unpin_(block_);
    block_ = nullptr;
  }
  void Set(Slice value, std::shared_ptr<const void> owner) {
    Reset();
    value_ = value;
    owner_ = std::move(owner);
  }
  void SetBlock(Slice value, void* block, void (*unpin)(void*)) {
    Reset();
    value_ = value;
    block_ = block;
    unpin_ = unpin;
  }

 private:
  Slice value_;
  uint64_t sequence_ = 0;
  std::shared_ptr<const void> owner_;
  void* block_ = nullptr;
  void (*unpin_)(void*) = nullptr;
};

enum class Presence : uint8_t { kAbsent, kFound };

struct ReadOptions {
  Tier tier = Tier::kDisk;
  uint64_t snapshot_id = 0;  // 0: the newest visible state
};

struct WriteOptions {
  Durability durability = Durability::kDisk;
  // Set for batches over derived namespaces: the position of the last event whose changes they
  // hold. Positions rise from batch to batch. `durability` is then ignored; see
  // docs/architecture.md.
  std::optional<uint64_t> applied;
};

// What Open found and did.
struct OpenReport {
  bool created = false;
  bool clean_close = false;  // the last owner closed the store
  uint64_t replayed_records = 0;
  uint64_t replayed_bytes = 0;
  uint64_t cut_bytes = 0;  // of an unsynced tail
  bool valid_beyond_cut = false;
  std::string cut_file;
  uint64_t cut_offset = 0;
  uint64_t last_sequence = 0;
  uint64_t applied = 0;  // derived namespaces hold exactly the state at this event position
  std::string store_id;  // 32 hexadecimal digits
  uint64_t micros = 0;
};

struct TransactionCommit {
  uint64_t transaction_id = 0;  // 0: nothing was read, so nothing can conflict
  Slice reads = {};             // bytes of a ReadSet
  Slice batch = {};
  uint32_t count = 0;
  Durability durability = Durability::kDisk;
  std::function<void(const Status&)> done = {};
};

class Store {
 public:
  using Done = std::function<void(const Status&)>;

  static Status Open(const StoreOptions& options, const std::string& path,
                     std::unique_ptr<Store>* store);
  // Closes if need be.
  virtual ~Store() = default;

  virtual const OpenReport& report() const = 0;

  // The namespace of that name, created if absent: its creation is queued in commit order, without
  // I/O, so writes may follow at once. Mismatch if it exists with another codec or kind.
  virtual Status OpenNamespace(const std::string& name, const NamespaceOptions& options,
                               NamespaceId* id) = 0;
  virtual std::vector<NamespaceInfo> Namespaces() const = 0;
  // Removes it and all it holds; O(1) for the caller.
  virtual void DropNamespace(NamespaceId id, Done done) = 0;

  // Takes `batch` bytes of `count` entries (see write_batch.h). Bad bytes give InvalidArgument and
  // nothing is queued; `done` is called exactly once, in every case, in commit order for queued
  // writes.
  virtual void Write(Slice batch, uint32_t count, const WriteOptions& options, Done done) = 0;
  // Waits; not for lanes.
  virtual Status Write(const WriteBatch& batch, const WriteOptions& options = {}) = 0;

  virtual Status Get(NamespaceId id, Slice key, const ReadOptions& options, Presence* presence,
                     PinnedValue* value) = 0;
  virtual Status NewIterator(NamespaceId id, const IterateOptions& options, Tier tier,
                             std::unique_ptr<Iterator>* iterator) = 0;
  // About how many keys an iterator with these options would meet; reads no file. A key counts once
  // for each memtable, L0 table and deeper level that has written it since the last delete, and
  // each delete takes one key away; what expired counts until a compaction leaves it out. Of tables
  // cut by a bound it is right to about a block, of memtables that are cut, or hold more than puts
  // of different keys, to about a quarter. With a snapshot, of tables what they hold now.
  virtual Status ApproximateCount(NamespaceId id, const IterateOptions& options,
                                  uint64_t* count) = 0;
  // Bytes on disk between two keys, from the tables' indexes; memtables are left out.
  virtual Status ApproximateBytes(NamespaceId id, Slice lower, Slice upper, uint64_t* bytes) = 0;

  // A fixed view; ids are never reused. Released views free what they kept.
  virtual uint64_t TakeSnapshot() = 0;
  virtual bool ReleaseSnapshot(uint64_t snapshot_id) = 0;
  virtual Status SnapshotSequence(uint64_t snapshot_id, uint64_t* sequence) const = 0;

  // A snapshot that counts as read by a transaction: what was read with its id may be given to
  // Commit. Ends with Commit, or with ReleaseSnapshot.
  virtual uint64_t BeginTransaction() = 0;
  // Each writes its batch if nothing it has read was written since the transaction began, and ends
  // in every case. Conflict: nothing was written, try anew. They are queued together, and each
  // `done` is called in commit order, also to refuse. Another status than OK: none was queued, and
  // no `done` is called.
  virtual Status Commit(std::span<TransactionCommit> commits) = 0;

  // A view of the store right after the commit that ends at `sequence`; inside a batch of the log,
  // after that batch. Waits for the disk. NotRetained below the floor, and without retention below
  // the newest sequence; InvalidArgument above that.
  virtual Status TakeSnapshotAt(uint64_t sequence, uint64_t* snapshot_id) = 0;
  // The earliest sequence that changes, and with retention snapshots, can be asked for.
  virtual uint64_t Floor() const = 0;
  // NotRetained when `after` is below the floor, InvalidArgument when it is above the newest.
  virtual Status NewChangeReader(const ChangesOptions& options,
                                 std::unique_ptr<ChangeReader>* reader) = 0;

  virtual uint64_t VisibleSequence() const = 0;
  // The event position up to which derived namespaces are in synced tables.
  virtual uint64_t Applied() const = 0;

  // Sorted entries of an ordinary namespace, written straight into tables; see ingest.h. They are
  // not in the log: NotSupported with retention. Conflict while there is another one.
  virtual Status NewIngestion(NamespaceId id, std::shared_ptr<Ingestion>* ingestion) = 0;

  // Done when everything committed before the call is in synced tables.
  virtual void Flush(Done done) = 0;
  // Done when everything committed before the call is in the bottom level. id 0: every namespace.
  // Empty bounds are open.
  virtual void Compact(NamespaceId id, Slice lower, Slice upper, Done done) = 0;

  // Reads and checks every live file. Empty means clean; the status is about the check itself:
  // Closed when the store closes meanwhile.
  virtual Status Verify(const VerifyOptions& options, std::vector<Finding>* findings) = 0;
  Status Verify(std::vector<Finding>* findings) { return Verify({}, findings); }
  // The same, step by step; 0: without a rate.
  virtual Status NewVerification(uint64_t bytes_per_second,
                                 std::unique_ptr<Verification>* verification) = 0;

  // Makes an openable copy of the store as it is now in `directory`, which must be absent or empty;
  // tables by hard link where it is on the same device. Nothing is there until all of it is.
  virtual Status Checkpoint(const std::string& directory, CheckpointReport* report) = 0;
  // Adds a backup of the store as it is now to a directory of backups, which is made if need be.
  // Sends only the tables that no backup there has.
  virtual Status Backup(const std::string& directory, const BackupOptions& options,
                        BackupInfo* info) = 0;

  virtual StoreStatistics Statistics() const = 0;
  virtual std::vector<NamespaceLevels> Levels() const = 0;
  virtual std::string LevelsText() const = 0;

  // Records what the lanes do into a new file at `path`, of about `bytes_max` at most, until
  // StopTrace or Close; the format is in store/trace.h. InvalidArgument when there is a file, or a
  // recording goes on.
  virtual Status StartTrace(const std::string& path, uint64_t bytes_max) = 0;
  // The recording's first failure, if any.
  virtual Status StopTrace() = 0;

  // Settles every queued write, stops background work, marks the log cleanly closed. The first
  // failure the store had, if any, is returned. Idempotent.
  virtual Status Close() = 0;
};

// Opens nothing: checks a directory nobody owns, read-only. Takes the lock while it reads.
Status VerifyDirectory(Env* env, const std::string& path, std::vector<Finding>* findings);
Status VerifyDirectory(Env* env, const std::string& path, const VerifyOptions& options,
                       std::vector<Finding>* findings);

// A file as text, for people. Reads the file alone and changes nothing.
enum class InspectKind : uint8_t {
  kLog,
  kTable,
  kManifest,
  kCurrent,
  kEvents,        // an event log's segment, .evt
  kEventIndex,    // its index, .idx
  kEventCatalog,  // CATALOG
};
Status InspectFile(Env* env, InspectKind kind, const std::string& path, bool entries,
                   std::string* text);

}  // namespace ledgerstone
