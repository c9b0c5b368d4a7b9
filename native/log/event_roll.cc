// Finishing a segment and beginning the next, and reading finished ones back for their digest.
//
// The order: closing record and sync; the next segment and the names of its files; only then the
// catalog, which lists the finished one and knows the new one. A crash in between leaves one
// segment more than the catalog knows.
#include "base/checks.h"
#include "log/event_log_impl.h"

namespace ledgerstone::log {

Status EventLogImpl::CreateSegment(uint64_t number, const SegmentEnd& previous) {
  const Writer::Identity identity{FileKind::kEventLog, log_id_, number, options_.space_bytes};
  LS_RETURN_IF_ERROR(
      Writer::Create(env_, PathOf(EventSegmentName(number)), identity, previous, &writer_));
  index_.emplace(env_, directory_, log_id_, number);
  LS_RETURN_IF_ERROR(index_->Create());
  segment_ = number;
  segment_has_events_ = false;
  return env_->SyncDirectory(directory_);
}

Status EventLogImpl::RollSegment() {
  SegmentEnd end;
  LS_RETURN_IF_ERROR(writer_->Finish(&end));
  CatalogSegment finished = shelf_->TailSummary();
  finished.size = writer_->size();
  finished.chain = end.chain;
  finished.closing_checksum = end.closing_checksum;
  LS_RETURN_IF_ERROR(writer_->Close());
  index_->Close();
  LS_RETURN_IF_ERROR(CreateSegment(segment_ + 1, end));
  LS_RETURN_IF_ERROR(ChangeCatalog([&](Catalog* catalog) {
    catalog->segments.push_back(finished);
    catalog->newest = segment_;
    catalog->clean_close.reset();
  }));
  shelf_->Finish(finished, writer_->size(), writer_->chain());
  ScheduleReadBack();
  return Status::Ok();
}

Status EventLogImpl::ChangeCatalog(const std::function<void(Catalog*)>& change) {
  const std::lock_guard lock(catalog_mutex_);
  Catalog changed = catalog_;
  change(&changed);
  const Status failure = FailureCause();
  if (!failure.ok()) return failure.As(StatusCode::kReadOnly, "the event log is read-only");
  const Status status = StoreCatalog(env_, directory_, changed);
  if (!status.ok()) return FailStop(status);
  catalog_ = std::move(changed);
  return Status::Ok();
}

void EventLogImpl::ScheduleReadBack() {
  {
    const std::lock_guard lock(mutex_);
    if (read_back_scheduled_ || closing_ || !failure_.ok()) return;
    read_back_scheduled_ = true;
  }
  scheduler_->Post(Lane::kFlush, [this] { ReadBackJob(); });
}

uint64_t EventLogImpl::NextToReadBack() const {
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !failure_.ok()) return 0;
    number = read_back_failed_;
  }
  const std::vector<CatalogSegment> finished = shelf_->Finished();
  while (number < finished.size() && finished[number].digested()) ++number;
  return number < finished.size() ? number + 1 : 0;
}

// One segment for each job, the oldest that has no digest yet. One that can't be read is left to
// Verify, Archive and the next Open to tell.
void EventLogImpl::ReadBackJob() {
  const uint64_t number = NextToReadBack();
  Status status;
  if (number != 0) {
    const std::lock_guard lock(archive_mutex_);
    status = ReadBack(number);
  }
  {
    const std::lock_guard lock(mutex_);
    read_back_scheduled_ = false;
    if (!status.ok()) read_back_failed_ = number;
  }
  if (NextToReadBack() != 0) ScheduleReadBack();
}

Status EventLogImpl::ReadBack(uint64_t number) {
  const CatalogSegment listed = shelf_->Finished(number);
  if (listed.archived() || listed.digested()) return Status::Ok();
  const std::string name = EventSegmentName(number);
  const SegmentPlace place{PathOf(name), name, log_id_, number};
  SegmentContents contents;
  LS_RETURN_IF_ERROR(ScanFinished(env_, place, listed, shelf_->Before(number), &contents));
  Digest digest{};
  LS_RETURN_IF_ERROR(DigestFile(env_, place.path, name, listed.size, &digest));
  const std::string index_path = PathOf(EventIndexName(number));
  uint64_t kept = 0;
  uint64_t size = 0;
  LS_RETURN_IF_ERROR(
      CompareIndex(env_, index_path, log_id_, number, contents.entries, &kept, &size));
  if (kept != contents.entries.size() || size != IndexEntryOffset(kept)) {
    LS_RETURN_IF_ERROR(ReplaceIndex(env_, index_path, log_id_, number, contents.entries));
  }
  return ChangeListed(number, [&](CatalogSegment* segment) { segment->digest = digest; });
}

Status EventLogImpl::ChangeListed(uint64_t number,
                                  const std::function<void(CatalogSegment*)>& change) {
  CatalogSegment changed = shelf_->Finished(number);
  change(&changed);
  LS_RETURN_IF_ERROR(
      ChangeCatalog([&](Catalog* catalog) { catalog->segments[number - 1] = changed; }));
  shelf_->Change(number, changed);
  return Status::Ok();
}

}  // namespace ledgerstone::log
