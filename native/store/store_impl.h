// The store, split over files by the path data takes:
//   open.cc recover.cc   from directory to running store
//   open_read_only.cc    the same beside another owner
//   namespaces.cc        creating and dropping
//   write.cc             queue, groups, log, memtables
//   ingest.cc            sorted entries as tables
//   transact.cc          transactions, conflicts
//   switch.cc            generations and log segments
//   flush.cc compact.cc  background lanes
//   read.cc iterate.cc   point reads, snapshots, ranges
//   check.cc inspect.cc  verification, files as text
//   copy.cc              checkpoints and backups
//   changes.cc           readers of changes, snapshots of the past
//   observe.cc           statistics, levels, events, spans for the trace
//   close.cc             settling and shutting down
//
// Threads. Callers submit and read from any thread. The commit lane alone touches writer_, the
// active generation's memtables and next_sequence_. The flush lane alone retires generations. The
// compaction lane alone runs compactions and removes files.
//
// Lock order: an ingestion's, namespace_mutex_, VersionSet's apply mutex, mutex_, view_mutex_,
// then leaves (the current version, namespace table, cache shards, the scheduler's). mutex_ and
// view_mutex_ are never held during I/O or callbacks.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>

#include "base/rising_map.h"
#include "compaction/compaction_job.h"
#include "compaction/ingest_placement.h"
#include "ledgerstone/event_listener.h"
#include "ledgerstone/scheduler.h"
#include "ledgerstone/store.h"
#include "log/recovery.h"
#include "log/writer.h"
#include "store/batch_format.h"
#include "store/change_reader.h"
#include "store/commit_queue.h"
#include "store/conflict_check.h"
#include "store/copy_files.h"
#include "store/counters.h"
#include "store/ingestion.h"
#include "store/namespace_table.h"
#include "store/read_view.h"
#include "store/retention.h"
#include "store/stall.h"
#include "store/trace.h"
#include "version/file_names.h"
#include "version/version_set.h"

namespace ledgerstone {

// How long background work waits before it tries again after so many failures.
uint64_t RetryDelayMicros(uint32_t failures);

// The numbers of the log segments from `first_log` on, rising.
Status ListLogs(Env* env, const std::string& path, uint64_t first_log,
                std::vector<uint64_t>* numbers);
// The recovery verdict about the log segments found, given what the manifest knows.
log::RecoveryVerdict DecideLogRecovery(const ManifestState& state,
                                       const std::vector<log::ScanResult>& scans);

class StoreImpl final : public Store, private ChangeSource, private IngestHost {
 public:
  StoreImpl(const StoreOptions& options, std::string path);
  ~StoreImpl() override;

  Status Open();

  const OpenReport& report() const override { return report_; }
  Status OpenNamespace(const std::string& name, const NamespaceOptions& options,
                       NamespaceId* id) override;
  std::vector<NamespaceInfo> Namespaces() const override;
  void DropNamespace(NamespaceId id, Done done) override;
  void Write(Slice batch, uint32_t count, const WriteOptions& options, Done done) override;
  Status Write(const WriteBatch& batch, const WriteOptions& options) override;
  uint64_t BeginTransaction() override;
  Status Commit(std::span<TransactionCommit> commits) override;
  Status Get(NamespaceId id, Slice key, const ReadOptions& options, Presence* presence,
             PinnedValue* value) override;
  Status NewIterator(NamespaceId id, const IterateOptions& options, Tier tier,
                     std::unique_ptr<Iterator>* iterator) override;
  Status ApproximateCount(NamespaceId id, const IterateOptions& options, uint64_t* count) override;
  Status ApproximateBytes(NamespaceId id, Slice lower, Slice upper, uint64_t* bytes) override;
  uint64_t TakeSnapshot() override;
  bool ReleaseSnapshot(uint64_t snapshot_id) override;
  Status SnapshotSequence(uint64_t snapshot_id, uint64_t* sequence) const override;
  Status TakeSnapshotAt(uint64_t sequence, uint64_t* snapshot_id) override;
  uint64_t Floor() const override;
  Status NewChangeReader(const ChangesOptions& options,
                         std::unique_ptr<ChangeReader>* reader) override;
  uint64_t VisibleSequence() const override;
  uint64_t Applied() const override { return versions_->state().applied; }
  Status NewIngestion(NamespaceId id, std::shared_ptr<Ingestion>* ingestion) override;
  void Flush(Done done) override;
  void Compact(NamespaceId id, Slice lower, Slice upper, Done done) override;
  Status Verify(const VerifyOptions& options, std::vector<Finding>* findings) override;
  Status NewVerification(uint64_t bytes_per_second,
                         std::unique_ptr<Verification>* verification) override;
  Status Checkpoint(const std::string& directory, CheckpointReport* report) override;
  Status Backup(const std::string& directory, const BackupOptions& options,
                BackupInfo* info) override;
  StoreStatistics Statistics() const override;
  std::vector<NamespaceLevels> Levels() const override;
  std::string LevelsText() const override;
  Status StartTrace(const std::string& path, uint64_t bytes_max) override;
  Status StopTrace() override { return tracer_.Stop(); }
  Status Close() override;

 private:
  struct ManualCompaction {
    std::vector<NamespaceId> namespaces;  // still to do; the last one is under way
    std::string lower;
    std::string upper;
    int level = 0;
    Done done;
  };
  struct FlushWaiter {
    uint64_t log_number = 0;  // done when generations up to this one are flushed
    Done done;
    Status failure;
  };

  // open.cc
  Status Classify(bool* exists);
  Status CreateNew();
  Status OpenExisting();
  Status MarkNumbersUsed();
  Status FinishOpen(bool existed, uint64_t began);
  Status StartGeneration(uint64_t log_number);
  // What the open edit says of the past that is kept.
  void RetainAtOpen(const ManifestState& state, VersionEdit* edit);
  Status RemoveOrphans();
  Status RemoveOrphan(const std::string& name);
  // open_read_only.cc
  Status OpenBesideOwner();
  Status OpenEveryTable();
  void ForgetAttempt();
  // recover.cc
  Status ReplayLogs(log::RecoveryVerdict* verdict);
  Status ReplaySegment(uint64_t number, log::ScanResult* scan);
  Status CheckIngested(const log::RecordHeader& header) const;
  Status ReplayRecord(Generation* generation, const log::RecordHeader& header,
                      const FilePlace& place, Slice payload);
  Status ReplayNamespaceEntry(Generation* generation, const BatchEntry& entry);
  Status RepairTail(const log::RecoveryVerdict& verdict, log::SegmentEnd* end);
  void ReportCut(const std::string& file, const log::TailCut& cut);

  // namespaces.cc
  void ChangeNamespaces(const BatchEntry& entry);
  // Creations and drops; live ones and those read back from the log. Requires mutex_.
  Status ApplyNamespaceEntry(Generation* generation, const BatchEntry& entry);

  // write.cc
  Status MakeRequest(Slice batch, uint32_t count, const WriteOptions& options,
                     CommitRequest* request) const;
  void Enqueue(CommitRequest request);
  // Takes the request when OK.
  Status TryEnqueue(CommitRequest* request);
  // Requires mutex_.
  Status PushRequest(CommitRequest* request);
  // Whether a CommitJob is to be posted, after mutex_, which it requires.
  [[nodiscard]] bool NeedsCommitJob();
  void ScheduleCommit();
  void CommitJob();
  Status StallError(StallCause cause) const;
  bool ReadyToCommit(CommitGroup* group, bool* needs_switch);
  void CommitOne(CommitGroup group);
  void CommitWrite(CommitGroup& group);
  void CommitDerived(CommitGroup& group);
  Status AppendGroup(const CommitGroup& group, Sequence first);
  Status SyncLog();
  void InsertGroup(const CommitGroup& group, Sequence first);
  std::vector<MemTable::Entry>* RowsFor(NamespaceId id);
  void Publish(Sequence last);
  void SettleGroup(CommitGroup& group, const Status& status);
  // What is visible is whole in the log, up to the end of this segment.
  void ShowInFeed(uint64_t segment);
  void ScheduleIdlePromise();
  Status WriteRefusal() const;

  // ingest.cc
  bool IsBottomFor(NamespaceId id, Slice user_key) const override;
  Status CommitTables(std::shared_ptr<const IngestTables> tables) override;
  Status RemoveTables(const std::vector<TableMeta>& tables) override;
  void ForgetIngestion() override;
  uint64_t NewestSequence() const override { return VisibleSequence(); }
  void AbandonIngestion();
  void CommitIngest(CommitGroup& group);
  Status InstallIngest(const IngestTables& ingest);
  Status PlaceTables(const IngestTables& ingest, VersionEdit* edit);
  Status MarkIngested(Sequence sequence);

  // transact.cc
  CommitRequest MakeTransactionRequest(TransactionCommit* commit) const;
  Status FillTransactionRequest(const TransactionCommit& commit, CommitRequest* request) const;
  // Requires mutex_.
  void SetReadSequence(CommitRequest* request) const;
  void EndTransactions(const std::vector<CommitRequest>& requests);
  void RefuseConflicts(CommitGroup* group);
  ConflictWindow MakeConflictWindow() const;
  // Lets go of generations that no open transaction needs, or that are too many. Requires mutex_;
  // the caller destroys them after it.
  [[nodiscard]] std::vector<GenerationPtr> TrimWindow();

  // switch.cc
  bool GenerationFull(uint64_t bytes, uint32_t count) const;
  Status SwitchGeneration(uint64_t bytes_needed);
  GenerationPtr NewGeneration(uint64_t log_number, uint64_t bytes_needed);
  Status CreateSegment(uint64_t number, const log::SegmentEnd& previous);
  void CommitFlushBarrier(CommitGroup& group);

  // flush.cc
  void ScheduleFlush();
  void FlushJob();
  Status FlushGeneration(const GenerationPtr& generation);
  Status WriteGenerationTables(const Generation& generation, VersionEdit* edit,
                               std::vector<Event>* events);
  void AddRangeDeletes(NamespaceId id, const std::vector<RangeTombstone>& tombstones,
                       VersionEdit* edit) const;
  NamespaceInfo KnownNamespace(NamespaceId id, const Generation& generation) const;
  // What becomes of a generation's log once its tables are installed.
  Status PlanRetention(const Generation& generation, VersionEdit* edit, RetentionStep* step) const;
  void RetireGeneration(const GenerationPtr& generation, const VersionPtr& version,
                        RetentionStep step);
  void RemoveFlushedLogs();
  void SettleFlushWaiters(const Status& failure);

  // compact.cc
  void ScheduleCompaction();
  void CompactionJob();
  bool CompactNext();
  // False when an ingestion changed, or is changing, what the choice was made of.
  uint64_t L0PatienceLeft() const;
  void AwaitFlushes(const Version& version, uint64_t l0_patience);
  std::set<uint64_t> FailedTables() const;
  bool BeginCompaction(const CompactionChoice& choice, const VersionPtr& version);
  void RetryCompaction(const CompactionChoice& choice, const Status& status);
  void NoteCompactionDone();
  void FailManual(const Status& failure);
  std::optional<CompactionChoice> NextChoice(uint64_t l0_patience);
  static std::optional<CompactionChoice> NextManualChoice(ManualCompaction* manual,
                                                          const Version& version,
                                                          const PickerOptions& options);
  Status RunChoice(const CompactionChoice& choice);
  Status DropOutputs(const CompactionResult& result);
  CompactionContext MakeCompactionContext(const NamespaceOptions& options, bool bottom);
  PickerOptions MakePickerOptions(uint64_t l0_patience = 0) const;
  void OnTableObsolete(uint64_t number);
  void RemoveObsoleteTables();
  // Those that compactions keep apart; behind the last one every version stays.
  std::vector<Sequence> SnapshotSequences() const;

  // changes.cc
  Status SegmentAfter(Sequence after, uint64_t* number) const override;
  bool KnowsSegment(uint64_t number) const override;
  Status OpenSegment(uint64_t number, uint64_t offset,
                     std::unique_ptr<log::Cursor>* cursor) const override;
  Status Usable() const override;
  // Requires mutex_.
  Status CheckRetained(Sequence sequence, Sequence visible) const;
  Status FindBatchEnd(Sequence sequence, Sequence* end);

  // read.cc
  void AwaitTold() const;
  ReadViewPtr View() const;
  // Requires mutex_. The caller lets the old view go after mutex_.
  [[nodiscard]] ReadViewPtr InstallView(const VersionPtr& version);
  Status ReadPoint(uint64_t snapshot_id, Sequence* sequence) const;
  // Null without an error: known, but without entries yet.
  Status FindView(NamespaceId id, const ReadView& view, const NamespaceView** found) const;

  // observe.cc
  void Notify(Event event);
  void Notify(Event::Kind kind, std::string detail, uint64_t bytes = 0, uint64_t micros = 0,
              Status status = {});
  // Keeps the first cause, turns the store read-only. Returns the cause kept.
  Status FailStop(const Status& cause);
  Status FailureCause() const;

  void AddStateStatistics(StoreStatistics* out) const;
  void AddLatencies(StoreStatistics* out) const;
  NamespaceLevels LevelsOf(const Tree& tree, const PickerOptions& picker) const;
  // A span of a lane's work, for the trace and, where given, a histogram.
  Span Timed(Lane lane, const char* name, Histogram* histogram = nullptr) {
    return Span(env_, &tracer_, lane, name, histogram);
  }
  void NoteToldCommits(const CommitGroup& group);
  void NoteStall(StallCause cause, uint64_t began, uint64_t micros);
  void NoteFlushed(const VersionEdit& edit);
  void NoteIngested(const VersionEdit& edit);
  void NoteCompacted(const Tree& tree, const CompactionChoice& choice,
                     const CompactionResult& result, uint64_t micros);

  // check.cc
  void PauseCaller(uint64_t micros);

  // copy.cc
  Status PinForCopy(VersionPtr* version, CopyState* state);
  TableCopy TableCopyOf(const TableMeta& meta, const std::string& directory) const;

  // close.cc
  Status SettleQueue();
  Status FlushForClose();
  void StopBackground();
  Status FinishLog();

  std::string PathOf(const std::string& name) const { return JoinPath(path_, name); }

  StoreOptions options_;
  const std::string path_;
  Env* const env_;
  EventListener* const listener_;
  OpenReport report_;
  Counters counters_;
  Latencies latencies_;
  Tracer tracer_;
  uint64_t opened_at_ = 0;

  // Before the tables, which tell of their end here.
  std::mutex obsolete_mutex_;              // a leaf but for the scheduler's own
  std::vector<uint64_t> obsolete_tables_;  // guarded by obsolete_mutex_
  bool obsolete_stopped_ = false;

  BlockCache cache_;
  Table::Statistics table_statistics_;
  TableContext table_context_;
  std::unique_ptr<VersionSet> versions_;
  NamespaceTable namespaces_;
  std::unique_ptr<DirectoryLock> directory_lock_;

  // Commit lane only.
  std::unique_ptr<log::Writer> writer_;
  Sequence next_sequence_ = 1;
  uint64_t written_back_ = 0;
  // Where the entries of the group under way go; kept between groups for their memory, and given up
  // with the generation whose memtables they name.
  struct GroupRows {
    NamespaceId id;
    MemTable* memtable;
    std::vector<MemTable::Entry> entries;
  };
  std::vector<GroupRows> group_rows_;
  uint64_t last_applied_committed_ = 0;

  std::atomic<Sequence> visible_sequence_{0};
  std::atomic<uint64_t> last_flush_micros_{0};  // that wrote a table; 0: none since opening
  // Beyond visible_sequence_ while a group told early is still on its way into the memtables.
  std::atomic<Sequence> told_sequence_{0};
  // Set on the commit lane while it tells such a group.
  static thread_local const StoreImpl* telling_here;
  std::atomic<bool> read_only_{false};
  std::atomic<bool> closed_{false};
  Status close_status_;   // set before closed_
  bool running_ = false;  // Open succeeded
  std::atomic<bool> cancel_background_{false};

  // Taken before all others: names are taken and given up in the order their changes are queued.
  std::mutex namespace_mutex_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  CommitQueue queue_;
  bool commit_scheduled_ = false;  // a CommitJob is posted or delayed
  bool commit_running_ = false;    // a group is being committed
  bool commit_stalled_ = false;    // the queue waits for flush or compaction
  bool delay_served_ = false;      // the group ahead has waited its slowdown
  uint64_t stall_began_ = 0;
  StallCause stall_cause_ = StallCause::kFlush;
  bool promise_scheduled_ = false;
  uint64_t last_applied_queued_ = 0;
  bool closing_ = false;   // no new writes
  bool stopping_ = false;  // no new background work
  Status failure_;         // first cause of fail-stop
  GenerationPtr active_;
  std::vector<GenerationPtr> immutables_;       // oldest first
  std::map<NamespaceId, MergeOperator> shown_;  // namespaces readers see
  uint32_t l0_files_max_ = 0;
  std::vector<FlushWaiter> flush_waiters_;
  bool flush_scheduled_ = false;
  uint32_t flush_failures_ = 0;
  Status flush_error_;  // of the last flush; OK once one succeeds
  bool compaction_scheduled_ = false;
  uint32_t compaction_failures_ = 0;
  Status compaction_error_;                   // of a compaction still to be done again
  std::set<uint64_t> failed_tables_;          // its inputs: left alone until it is tried again
  std::optional<CompactionSpan> compacting_;  // of the compaction under way
  bool installing_ = false;                   // an ingestion: no compaction begins
  bool ingesting_ = false;                    // there is an ingestion that has not ended
  std::weak_ptr<StoreIngestion> ingestion_;
  std::vector<ManualCompaction> manual_;
  std::vector<uint64_t> flushed_logs_;  // to be removed
  std::vector<KeptLog> kept_logs_;      // oldest first
  Sequence floor_ = 0;                  // all logged above it is in kept_logs_ or later segments
  bool retaining_ = false;              // and all versions above it are in tables or memtables
  RisingMap<Sequence> snapshots_;  // by id
  uint64_t next_snapshot_id_ = 1;
  RisingMap<Sequence> transactions_;    // those of snapshots_ that are open transactions
  std::vector<GenerationPtr> retired_;  // flushed, kept for them; oldest first
  Sequence window_floor_ = 0;           // all above it is in some generation

  Feed feed_;

  mutable std::mutex view_mutex_;
  ReadViewPtr view_;  // guarded by view_mutex_

  // Last, so that its threads end before anything they use.
  std::unique_ptr<Scheduler> owned_scheduler_;
  Scheduler* scheduler_ = nullptr;
};

}  // namespace ledgerstone
