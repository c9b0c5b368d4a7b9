// Settling and shutting down: what is queued ends, background work stops, and the catalog notes
// where the log ended.
#include "log/event_log_impl.h"

namespace ledgerstone::log {

EventLogImpl::~EventLogImpl() {
  if (running_) {
    (void)Close();
  } else {
    scheduler_->Stop();
  }
}

Status EventLogImpl::Close() {
  {
    std::unique_lock lock(mutex_);
    if (closing_) {
      lock.unlock();
      scheduler_->WaitUntil([this] { return closed_.load(std::memory_order_acquire); });
      return close_status_;
    }
    closing_ = true;
  }
  scheduler_->WaitUntil([this] {
    const std::lock_guard lock(mutex_);
    return queue_.empty() && !commit_scheduled_ && !commit_running_ && !read_back_scheduled_;
  });
  scheduler_->Stop();
  shelf_->Close();
  Status status = FailureCause();
  if (status.ok() && !options_.read_only) status = FinishLog();
  index_.reset();
  writer_.reset();
  directory_lock_.reset();
  close_status_ = status;
  closed_.store(true, std::memory_order_release);
  scheduler_->Wake();
  return status;
}

Status EventLogImpl::FinishLog() {
  const std::lock_guard lock(archive_mutex_);
  index_->Close();
  const SegmentEnd end{segment_, writer_->last_sequence(), writer_->size(), writer_->chain()};
  LS_RETURN_IF_ERROR(writer_->Sync());
  LS_RETURN_IF_ERROR(ChangeCatalog([&](Catalog* catalog) { catalog->clean_close = end; }));
  return writer_->Close();
}

}  // namespace ledgerstone::log
