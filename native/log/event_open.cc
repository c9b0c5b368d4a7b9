// From a directory to a running log. Nothing on disk changes before the directory is locked, the
// catalog is read and the recovery verdict is in.
#include <algorithm>

#include "base/checks.h"
#include "log/event_log_impl.h"

namespace ledgerstone {
namespace {

Status CheckOptions(const EventLogOptions& options) {
  const auto in_range = [](const char* name, uint64_t value, uint64_t least, uint64_t most) {
    if (value >= least && value <= most) return Status::Ok();
    return Status::InvalidArgument(std::string(name) + " is " + std::to_string(value) +
                                   ", must be " + std::to_string(least) + " to " +
                                   std::to_string(most));
  };
  LS_RETURN_IF_ERROR(in_range("segment_bytes", options.segment_bytes, 1 << 10, uint64_t{1} << 40));
  LS_RETURN_IF_ERROR(in_range("space_bytes", options.space_bytes, 0, 64 << 20));
  return in_range("group_bytes_max", options.group_bytes_max, 1 << 10, 256 << 20);
}

EventLogOptions WithDefaults(EventLogOptions options) {
  if (options.env == nullptr) options.env = Env::Posix();
  return options;
}

}  // namespace

Status EventLog::Open(const EventLogOptions& options, const std::string& directory,
                      std::unique_ptr<EventLog>* log) {
  LS_RETURN_IF_ERROR(CheckOptions(options));
  if (directory.empty()) return Status::InvalidArgument("the path is empty");
  auto opened = std::make_unique<log::EventLogImpl>(WithDefaults(options), directory);
  LS_RETURN_IF_ERROR(opened->Open());
  *log = std::move(opened);
  return Status::Ok();
}

namespace log {

EventLogImpl::EventLogImpl(const EventLogOptions& options, std::string directory)
    : options_(options), directory_(std::move(directory)), env_(options.env) {
  if (options.scheduler == nullptr) owned_scheduler_ = Scheduler::Threaded();
  scheduler_ = options.scheduler != nullptr ? options.scheduler : owned_scheduler_.get();
}

Status EventLogImpl::Open() {
  const uint64_t began = env_->NowMicros();
  const bool may_create = options_.create_if_missing && !options_.read_only;
  const Status absent(StatusCode::kNotFound, "there is no event log at '" + directory_ + "'");
  bool present = false;
  LS_RETURN_IF_ERROR(env_->FileExists(directory_, &present));
  if (!present && !may_create) return absent;
  if (!present) LS_RETURN_IF_ERROR(env_->CreateDirectory(directory_));
  DirectoryHolds holds{};
  std::string stranger;
  LS_RETURN_IF_ERROR(ClassifyDirectory(env_, directory_, &holds, &stranger));
  if (holds == DirectoryHolds::kOther) {
    return Status(StatusCode::kNotAStore, "'" + directory_ + "' holds '" + stranger +
                                              "', which is none of an event log's files");
  }
  if (holds == DirectoryHolds::kNothing && !may_create) return absent;
  if (options_.read_only) {
    LS_RETURN_IF_ERROR(OpenBesideOwner());
  } else {
    LS_RETURN_IF_ERROR(env_->LockDirectory(directory_, kEventLockName, &directory_lock_));
    LS_RETURN_IF_ERROR(ClassifyDirectory(env_, directory_, &holds, &stranger));
    report_.created = holds != DirectoryHolds::kLog;
    if (!report_.created && options_.error_if_exists) {
      return Status::InvalidArgument("there is an event log at '" + directory_ + "' already");
    }
    LS_RETURN_IF_ERROR(report_.created ? CreateNew() : OpenExisting());
  }
  const AllSegments segments = shelf_->All();
  report_.segments = segments.finished.size() + (segments.tail.number == 0 ? 0 : 1);
  report_.micros = env_->NowMicros() - began;
  running_ = true;
  if (!options_.read_only) ScheduleReadBack();
  return Status::Ok();
}

void EventLogImpl::MakeShelf() {
  shelf_ = std::make_shared<SegmentShelf>(SegmentShelf::Options{
      env_, directory_, options_.archive_directory, log_id_, options_.read_only});
}

Status EventLogImpl::CreateNew() {
  env_->RandomBytes(log_id_.data(), log_id_.size());
  catalog_.log_id = log_id_;
  MakeShelf();
  LS_RETURN_IF_ERROR(ChangeCatalog([](Catalog*) {}));
  LS_RETURN_IF_ERROR(CreateSegment(1, {}));
  LS_RETURN_IF_ERROR(ChangeCatalog([](Catalog* catalog) { catalog->newest = 1; }));
  shelf_->Restore({}, {1, writer_->size(), writer_->chain(), 0, {}, {}});
  return Status::Ok();
}

Status EventLogImpl::OpenExisting() {
  RecoveredLog recovered;
  LS_RETURN_IF_ERROR(RecoverEventLog(env_, directory_, &recovered));
  catalog_ = recovered.catalog;
  log_id_ = catalog_.log_id;
  report_.clean_close = recovered.EndsAtCleanClose();
  ReportCuts(recovered.verdict);
  MakeShelf();
  for (const TailCut& cut : recovered.verdict.cuts) {
    if (cut.offset == 0) continue;
    LS_RETURN_IF_ERROR(env_->TruncateFile(PathOf(EventSegmentName(cut.segment)), cut.offset));
  }
  LS_RETURN_IF_ERROR(GoOn(&recovered));
  return RemoveLeftovers(recovered);
}

// The catalog names what is there before a segment that never began is removed: however often
// opening fails in between, no more than one segment is unknown to it and none is missed.
Status EventLogImpl::GoOn(RecoveredLog* recovered) {
  std::vector<CatalogSegment> finished = recovered->Finished();
  TailSegment tail = recovered->Tail();
  const uint64_t newest = tail.number == 0 ? finished.size() : tail.number;
  if (finished != catalog_.segments || newest != catalog_.newest) {
    if (tail.number == 0 && !recovered->scans.empty() && recovered->verdict.tail.segment != 0)
      LS_RETURN_IF_ERROR(SyncFile(EventSegmentName(finished.size())));
    LS_RETURN_IF_ERROR(ChangeCatalog([&](Catalog* catalog) {
      catalog->segments = finished;
      catalog->newest = newest;
    }));
  }
  for (const TailCut& cut : recovered->verdict.cuts) {
    if (cut.offset != 0) continue;
    LS_RETURN_IF_ERROR(RemoveLive(EventIndexName(cut.segment)));
    LS_RETURN_IF_ERROR(RemoveLive(EventSegmentName(cut.segment)));
  }
  if (tail.number == 0) {
    LS_RETURN_IF_ERROR(RemoveLive(EventIndexName(newest + 1)));
    LS_RETURN_IF_ERROR(CreateSegment(newest + 1, catalog_.LastEnd()));
    LS_RETURN_IF_ERROR(ChangeCatalog([&](Catalog* catalog) { catalog->newest = newest + 1; }));
    if (!finished.empty()) tail.end = PointAfter(finished.back());
    tail.number = newest + 1;
    tail.size = writer_->size();
    tail.chain = writer_->chain();
  } else {
    const Writer::Identity identity{FileKind::kEventLog, log_id_, tail.number,
                                    options_.space_bytes};
    LS_RETURN_IF_ERROR(Writer::Reopen(env_, PathOf(EventSegmentName(tail.number)), identity,
                                      tail.size, tail.chain, tail.end.last, &writer_));
    index_.emplace(env_, directory_, log_id_, tail.number);
    IndexWriter::Adoption adoption;
    LS_RETURN_IF_ERROR(index_->Adopt(tail.entries, &adoption));
    report_.index_entries_dropped = adoption.dropped;
    report_.index_entries_rebuilt = adoption.rebuilt;
    segment_ = tail.number;
    segment_has_events_ = !tail.entries.empty();
  }
  end_ = tail.end;
  shelf_->Restore(std::move(finished), std::move(tail));
  return Status::Ok();
}

// Makes what a dead process left in the page cache durable.
Status EventLogImpl::SyncFile(const std::string& name) {
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env_->NewWritableFile(PathOf(name), WriteMode::kAppend, &file));
  LS_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

// Temporaries, indexes without a segment, and live files of segments whose copy in the archive is
// recorded, once that copy was seen.
Status EventLogImpl::RemoveLeftovers(const RecoveredLog& recovered) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(directory_, &names));
  const std::vector<CatalogSegment> finished = shelf_->Finished();
  for (const std::string& name : names) {
    uint64_t number = 0;
    const EventFile kind = ParseEventFileName(name, &number);
    bool leftover =
        kind == EventFile::kTemporary || (kind == EventFile::kIndex && number > segment_);
    const bool of_segment = kind == EventFile::kSegment || kind == EventFile::kIndex;
    if (of_segment && number <= finished.size() && finished[number - 1].archived()) {
      const std::string copy = JoinPath(finished[number - 1].directory, EventSegmentName(number));
      uint64_t size = 0;
      leftover = env_->FileSize(copy, &size).ok() && size == finished[number - 1].size;
    }
    if (leftover) LS_RETURN_IF_ERROR(RemoveLive(name));
  }
  LS_CHECK(recovered.verdict.status.ok());
  return Status::Ok();
}

Status EventLogImpl::RemoveLive(const std::string& name) {
  const Status status = env_->RemoveFile(PathOf(name));
  return status.Is(StatusCode::kNotFound) ? Status::Ok() : status;
}

void EventLogImpl::ReportCuts(const RecoveryVerdict& verdict) {
  for (const TailCut& cut : verdict.cuts) {
    if (cut.bytes == 0) continue;
    report_.cut_bytes += cut.bytes;
    report_.valid_beyond_cut |= cut.valid_beyond;
    report_.cut_file = EventSegmentName(cut.segment);
    report_.cut_offset = cut.offset;
  }
}

}  // namespace log
}  // namespace ledgerstone
