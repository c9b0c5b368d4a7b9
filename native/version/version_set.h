// The current Version and the manifest that makes it durable.
//
// 1. Apply writes and syncs the edit, and only then makes the new Version current and marks the
//    tables it removed obsolete. After a failed write or sync of a manifest or of CURRENT every
//    later call returns that first failure (fail-stop).
// 2. CURRENT is switched atomically (ReplaceFile) after the new manifest's snapshot is synced.
// 3. Apply may be called from any lane; calls are serialised inside. current() never waits for I/O.
// 4. NewFileNumber is safe from any thread and never gives a number twice in the store's life, once
//    the owner has told MarkFileNumberUsed what it found in the directory.
// 5. A recovered set is read-only until StartManifest: the manifest it was read from is never
//    appended to.
// Format page: docs/format/manifest.md.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/recovery.h"
#include "log/writer.h"
#include "version/version_edit.h"

namespace ledgerstone {

// Everything the manifest knows beside the trees.
struct ManifestState {
  uint64_t next_file_number = 1;
  NamespaceId next_namespace_id = 1;
  Sequence last_sequence = 0;
  uint64_t first_log = 0;
  uint64_t last_log = 0;
  uint64_t applied = 0;
  std::optional<Retained> retained;  // none: the past is not kept
  // Rising by number, all below first_log. Never null; shared by copies of the state.
  std::shared_ptr<const std::vector<KeptLog>> kept_logs =
      std::make_shared<const std::vector<KeptLog>>();
  std::optional<log::SegmentEnd> clean_close;  // of the last edit only; a later one takes it back

  void Apply(const VersionEdit& edit);
};

class VersionSet {
 public:
  // `context` outlives the set; Create and Recover fill in its store_id.
  VersionSet(Env* env, std::string directory, TableContext* context,
             uint64_t manifest_bytes_max = uint64_t{16} << 20);

  // A new store: draws an id, writes the first manifest and CURRENT. Half-created leftovers (a
  // manifest without CURRENT) are overwritten. The caller has made sure that there is no CURRENT.
  Status Create();
  struct RecoveryReport {
    uint64_t manifest_number = 0;
    std::optional<log::TailCut> cut;  // an edit that was never synced
  };
  // Reads CURRENT and its manifest, applies the recovery verdict, checks that each live table is
  // there with its size. Changes nothing on disk. NotFound: there is no CURRENT, so no store.
  Status Recover(RecoveryReport* report);
  // Starts a new manifest: a snapshot of the current state and `extra`. Switches CURRENT to it.
  Status StartManifest(const VersionEdit& extra);

  // A manifest grown beyond manifest_bytes_max and four times its snapshot is then replaced by a
  // new one; should that fail, this call is OK and the next one tells.
  // Durable when it returns OK. `installed`, when given, runs right after the new Version became
  // current, before any other Apply; it may call current() and state(), but not Apply. An edit that
  // cannot be applied gives Corruption and changes nothing. The edit's next_file_number is filled
  // in here.
  Status Apply(const VersionEdit& edit,
               const std::function<void(const VersionPtr&)>& installed = {});

  VersionPtr current() const;
  ManifestState state() const;
  // Both of one moment.
  void Pin(VersionPtr* version, ManifestState* state) const;
  uint64_t NewFileNumber() { return next_file_number_.fetch_add(1, std::memory_order_relaxed); }
  // While opening, before anybody takes a number: those up to `number` are taken.
  void MarkFileNumberUsed(uint64_t number);
  uint64_t manifest_number() const;
  uint64_t manifest_bytes() const;
  const StoreId& store_id() const;
  // Closes the manifest file and lets go of the tables; nothing may be applied afterwards.
  Status Close();

 private:
  struct ManifestReplay;

  Status ReadCurrent(uint64_t* number);
  Status ReplayManifest(uint64_t number, RecoveryReport* report);
  Status CheckTables(const Version& version) const;
  Status WriteManifest(uint64_t number, const Version& version, const ManifestState& state,
                       std::unique_ptr<log::Writer>* writer);
  // Build the new Version and state from the current ones and `edit`.
  Status Advance(const VersionEdit& edit, VersionPtr* version, ManifestState* state,
                 std::vector<TableFilePtr>* removed) const;
  // Require apply_mutex_.
  Status SwitchManifest(const Version& version, ManifestState* state);
  Status RollManifest();
  VersionPtr Install(VersionPtr version, const ManifestState& state);
  Status KeepFailure(Status status);

  Env* const env_;
  const std::string directory_;
  TableContext* const context_;
  const uint64_t manifest_bytes_max_;
  std::atomic<uint64_t> next_file_number_{1};
  std::atomic<uint64_t> manifest_number_{0};
  std::atomic<uint64_t> manifest_bytes_{0};

  std::mutex apply_mutex_;  // taken before version_mutex_; guards what follows
  std::unique_ptr<log::Writer> manifest_;
  uint64_t manifest_snapshot_bytes_ = 0;
  uint64_t next_position_ = 1;  // of the manifest's next edit
  Status failure_;

  mutable std::mutex version_mutex_;  // guards what follows; held briefly
  VersionPtr current_;
  ManifestState state_;
};

// The edit that makes `version` and `state` from nothing: the first one of a manifest.
VersionEdit SnapshotEdit(const Version& version, const ManifestState& state);
// A manifest that begins with `snapshot`, synced; its name is not.
Status CreateManifest(Env* env, const std::string& path, const log::Writer::Identity& identity,
                      const VersionEdit& snapshot, std::unique_ptr<log::Writer>* writer);

// CURRENT := file_header (kind 'C'), manifest_number: u64, checksum: u32 (crc32c of header and
// number)
std::string EncodeCurrent(const StoreId& store_id, uint64_t manifest_number);
Status DecodeCurrent(Slice bytes, const std::string& file, StoreId* store_id,
                     uint64_t* manifest_number);

}  // namespace ledgerstone
