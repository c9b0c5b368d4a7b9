// Settling and shutting down: queued writes end, derived namespaces are flushed, background work
// stops, the log is synced and the manifest notes where it ended. Afterwards no file is open but
// the tables that iterators still read.
#include "store/store_impl.h"

namespace ledgerstone {

StoreImpl::~StoreImpl() {
  if (running_) {
    (void)Close();
  } else {
    StopBackground();
  }
}

Status StoreImpl::Close() {
  {
    std::unique_lock lock(mutex_);
    if (closing_) {
      lock.unlock();
      scheduler_->WaitUntil([this] { return closed_.load(std::memory_order_acquire); });
      return close_status_;
    }
    closing_ = true;
  }
  AbandonIngestion();
  const Status derived = SettleQueue();
  StopBackground();
  Status status = FailureCause();
  if (status.ok() && !options_.read_only) status = FinishLog();
  if (status.ok()) status = derived;
  writer_.reset();
  const Status manifest = versions_->Close();
  if (status.ok()) status = manifest;
  {
    const std::lock_guard lock(view_mutex_);
    view_.reset();
  }
  {
    const std::lock_guard lock(mutex_);
    active_.reset();
    immutables_.clear();
    retired_.clear();
  }
  cache_.Clear();
  directory_lock_.reset();
  close_status_ = status;
  closed_.store(true, std::memory_order_release);
  feed_.Stop(Status::Closed("the store"));
  scheduler_->Wake();
  Notify(Event::Kind::kClosed, "", 0, 0, status);
  (void)tracer_.Stop();  // a trace that is short is no loss of the store's
  return status;
}

// What a last flush of derived namespaces came to.
Status StoreImpl::SettleQueue() {
  ScheduleCommit();
  scheduler_->WaitUntil([this] {
    const std::lock_guard lock(mutex_);
    return queue_.empty() && !commit_scheduled_ && !commit_running_;
  });
  bool derived_dirty = false;
  {
    const std::lock_guard lock(mutex_);
    derived_dirty = failure_.ok() && active_->applied > 0;
    for (const GenerationPtr& generation : immutables_) derived_dirty |= generation->applied > 0;
  }
  return derived_dirty ? FlushForClose() : Status::Ok();
}

// A failed flush is no loss, since the owner replays its events after `applied`, but is told.
Status StoreImpl::FlushForClose() {
  Status result;
  std::atomic<bool> settled{false};
  CommitRequest request;
  request.kind = CommitRequest::Kind::kFlush;
  request.done = [&](const Status& status) {
    result = status;
    settled.store(true, std::memory_order_release);
  };
  {
    const std::lock_guard lock(mutex_);
    queue_.Push(std::move(request));
  }
  ScheduleCommit();
  scheduler_->WaitUntil([&] { return settled.load(std::memory_order_acquire); });
  return result;
}

void StoreImpl::StopBackground() {
  cancel_background_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  {
    const std::lock_guard lock(obsolete_mutex_);
    obsolete_stopped_ = true;
  }
  scheduler_->Stop();
  std::vector<FlushWaiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(flush_waiters_);
  }
  for (FlushWaiter& waiter : waiters) waiter.done(Status::Aborted());
  FailManual(Status::Aborted());
}

Status StoreImpl::FinishLog() {
  LS_RETURN_IF_ERROR(writer_->Sync());
  VersionEdit edit;
  edit.clean_close = log::SegmentEnd{active_->log_number, writer_->last_sequence(), writer_->size(),
                                     writer_->chain()};
  // Sequences of derived entries that were not flushed are in no file, and used up all the same.
  const Sequence used = next_sequence_ - 1;
  if (used > versions_->state().last_sequence) edit.last_sequence = used;
  LS_RETURN_IF_ERROR(versions_->Apply(edit));
  return writer_->Close();
}

}  // namespace ledgerstone
