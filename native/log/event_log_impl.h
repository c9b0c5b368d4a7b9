// An event log, split over files by the path events take:
//   event_open.cc     from directory to running log, beside another owner too
//   event_append.cc   queue, groups, records, idle promises
//   event_roll.cc     finishing a segment, beginning the next, reading finished ones back
//   event_read.cc     positions, times, chains, cursors
//   event_archive.cc  moving finished segments
//   event_verify.cc   reading everything
//   event_close.cc    settling and shutting down
//
// Threads. Callers queue and read from any thread. The commit lane alone touches writer_, index_
// and what follows them; it appends, syncs, publishes on the shelf and then answers. The flush lane
// reads finished segments back for their digest.
//
// Lock order: archive_mutex_, catalog_mutex_ (both held during I/O), then mutex_ and the shelf's.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/event_log.h"
#include "log/event_recover.h"
#include "log/index_writer.h"
#include "log/segment_shelf.h"
#include "log/writer.h"

namespace ledgerstone::log {

class EventLogImpl final : public EventLog {
 public:
  EventLogImpl(const EventLogOptions& options, std::string directory);
  ~EventLogImpl() override;

  Status Open();

  const EventLogReport& report() const override { return report_; }
  std::string log_id() const override { return StoreIdText(log_id_); }
  void Append(Slice events, uint32_t count, const AppendOptions& options, AppendDone done) override;
  void Fence(uint64_t epoch, AppendDone done) override;
  void Roll(AppendDone done) override;
  uint64_t FirstPosition() const override { return DurablePosition() == 0 ? 0 : 1; }
  uint64_t DurablePosition() const override { return shelf_->End().last; }
  uint64_t Epoch() const override { return shelf_->End().epoch; }
  Status Chain(uint64_t position, uint32_t* chain, uint64_t* last) override;
  Status Read(uint64_t from, uint64_t to, std::unique_ptr<EventCursor>* cursor) override;
  Status SeekTime(uint64_t time_micros, uint64_t* position) override;
  std::vector<SegmentFacts> Segments() const override;
  Status Archive(const std::string& directory, uint64_t through, uint64_t* moved) override;
  Status Verify(std::vector<Status>* findings) override;
  Status Close() override;

 private:
  struct Request {
    enum class Kind : uint8_t { kAppend, kFence, kRoll };
    Kind kind = Kind::kAppend;
    std::string events;
    uint32_t count = 0;
    AppendOptions options;
    AppendDone done;
    // Set when it is taken from the queue.
    Status refusal;
    AppendResult result;
  };
  // Requests answered together: one record at most.
  struct Group {
    std::vector<Request> requests;
    uint64_t first = 0;
    uint32_t count = 0;
    uint64_t epoch = 0;
    uint64_t bytes = 0;
    bool writes = false;  // a record, with events or, of a fence, without
    bool rolls = false;
  };

  // event_open.cc
  Status CreateNew();
  Status OpenExisting();
  Status OpenBesideOwner();
  Status GoOn(RecoveredLog* recovered);
  Status RemoveLeftovers(const RecoveredLog& recovered);
  Status RemoveLive(const std::string& name);
  Status SyncFile(const std::string& name);
  void MakeShelf();
  void ReportCuts(const RecoveryVerdict& verdict);

  // event_append.cc
  void Enqueue(Request request);
  Status Refusal() const;
  void ScheduleCommit();
  void CommitJob();
  bool TakeGroup(Group* group);
  void TakeAppends(Group* group);
  Status CheckRequest(const Request& request, uint64_t epoch, uint64_t last) const;
  void Commit(Group* group);
  Status WriteRecord(const Group& group, uint64_t time_micros);
  void Settle(Group* group, const Status& status, uint64_t time_micros);
  void ScheduleIdlePromise();
  void PromiseJob();
  // Keeps the first cause, turns the log read-only. Returns the cause kept.
  Status FailStop(const Status& cause);
  Status FailureCause() const;

  // event_roll.cc
  Status CreateSegment(uint64_t number, const SegmentEnd& previous);
  Status RollSegment();
  void ScheduleReadBack();
  void ReadBackJob();
  // The oldest finished segment without a digest that can be had; 0: none.
  uint64_t NextToReadBack() const;
  // Reads a finished live segment, checks it, and lists its digest. Requires archive_mutex_.
  Status ReadBack(uint64_t number);
  // Requires archive_mutex_: only its holder changes what is listed.
  Status ChangeListed(uint64_t number, const std::function<void(CatalogSegment*)>& change);
  // Replaces the catalog by what `change` makes of it.
  Status ChangeCatalog(const std::function<void(Catalog*)>& change);

  // event_close.cc
  Status FinishLog();

  // event_archive.cc; these require archive_mutex_
  Status CheckArchiveDirectory(const std::string& directory);
  Status ArchiveSegment(const std::string& directory, uint64_t number);
  Status CopyToArchive(const std::string& directory, uint64_t number,
                       const CatalogSegment& segment);
  Status CheckNotAnothers(const std::string& path, const std::string& name) const;

  // event_verify.cc
  Status VerifyCatalog();
  Status VerifyFinished(uint64_t number, SegmentContents* contents);
  Status VerifyTail(const TailSegment& tail, SegmentContents* contents);
  Status VerifyOpening(const std::string& file, const SegmentEnd& expected,
                       const SegmentEnd& found) const;
  Status VerifyIndex(uint64_t number, const SegmentContents& contents, bool whole);

  std::string PathOf(const std::string& name) const { return JoinPath(directory_, name); }

  const EventLogOptions options_;
  const std::string directory_;
  Env* const env_;
  EventLogReport report_;
  StoreId log_id_{};
  std::unique_ptr<DirectoryLock> directory_lock_;
  std::shared_ptr<SegmentShelf> shelf_;
  bool running_ = false;  // Open succeeded

  // Commit lane only, and Open and Close around it.
  std::unique_ptr<Writer> writer_;
  std::optional<IndexWriter> index_;
  uint64_t segment_ = 0;
  bool segment_has_events_ = false;
  LogPoint end_;

  std::mutex archive_mutex_;  // whoever changes what is listed of finished segments
  Status archive_failure_;    // guarded by archive_mutex_
  std::mutex catalog_mutex_;
  Catalog catalog_;  // guarded by catalog_mutex_

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<Request> queue_;
  bool commit_scheduled_ = false;
  bool commit_running_ = false;
  bool promise_scheduled_ = false;
  bool read_back_scheduled_ = false;
  uint64_t read_back_failed_ = 0;  // number of a segment that can't be read back; 0: none
  bool closing_ = false;
  Status failure_;  // first cause of fail-stop

  std::atomic<bool> closed_{false};
  Status close_status_;  // set before closed_

  // Last, so that its threads end before anything they use.
  std::unique_ptr<Scheduler> owned_scheduler_;
  Scheduler* scheduler_ = nullptr;
};

}  // namespace ledgerstone::log
