// Switching generations: the full one becomes immutable and is handed to the flush lane; a new one
// begins with a new log segment. Commit lane only.
#include "store/store_impl.h"

namespace ledgerstone {

bool StoreImpl::GenerationFull(uint64_t bytes, uint32_t count) const {
  const uint64_t needed = Generation::BytesNeeded(bytes, count);
  if (active_->remaining() < needed) return true;
  return !active_->empty() && active_->used() + bytes > options_.generation_bytes;
}

Status StoreImpl::SwitchGeneration(uint64_t bytes_needed) {
  const Span span = Timed(Lane::kCommit, "switch generation");
  const uint64_t number = active_->log_number + 1;
  GenerationPtr next = NewGeneration(number, bytes_needed);
  if (next == nullptr)
    return Status(StatusCode::kNoMemory, "no memory for a generation of memtables");
  log::SegmentEnd end;
  LS_RETURN_IF_ERROR(writer_->Finish(&end));
  Counters::Add(counters_.log_syncs, 1);
  LS_RETURN_IF_ERROR(CreateSegment(number, end));
  VersionEdit edit;
  edit.last_log = number;
  LS_RETURN_IF_ERROR(versions_->Apply(edit));

  const uint64_t bytes = active_->used();
  group_rows_.clear();
  ReadViewPtr old_view;
  {
    const std::lock_guard lock(mutex_);
    immutables_.push_back(active_);
    active_ = std::move(next);
    old_view = InstallView(versions_->current());
  }
  // Readers look for the old segment among the immutables from here on; finishing it synced it.
  ShowInFeed(number);
  feed_.SetDurable();
  Notify({.kind = Event::Kind::kGenerationFull,
          .bytes = bytes,
          .detail = LogName(number - 1),
          .file = LogName(number - 1)});
  ScheduleFlush();
  return Status::Ok();
}

GenerationPtr StoreImpl::NewGeneration(uint64_t log_number, uint64_t bytes_needed) {
  // Room for a full generation, the group that fills it up, and a head for each namespace.
  const uint64_t capacity = std::max(options_.generation_bytes, bytes_needed) +
                            Generation::BytesNeeded(options_.group_bytes_max, 1) +
                            shown_.size() * SkipList::kHeadBytes + (uint64_t{1} << 20);
  GenerationPtr generation = Generation::Create(env_, &cache_, log_number, capacity);
  if (generation == nullptr) return nullptr;
  for (const auto& [id, merge] : shown_) generation->FindOrAdd(id);
  return generation;
}

Status StoreImpl::CreateSegment(uint64_t number, const log::SegmentEnd& previous) {
  const log::Writer::Identity identity{FileKind::kLog, versions_->store_id(), number,
                                       options_.log_space_bytes};
  LS_RETURN_IF_ERROR(
      log::Writer::Create(env_, PathOf(LogName(number)), identity, previous, &writer_));
  written_back_ = 0;
  return env_->SyncDirectory(path_);
}

void StoreImpl::CommitFlushBarrier(CommitGroup& group) {
  LS_CHECK(group.requests.size() == 1);
  Status status;
  bool nothing_waits = false;
  {
    const std::lock_guard lock(mutex_);
    status = failure_;
    nothing_waits = immutables_.empty() || !status.ok();
    if (!nothing_waits) {
      flush_waiters_.push_back(
          {immutables_.back()->log_number, std::move(group.requests.front().done), {}});
    }
  }
  if (nothing_waits) group.requests.front().done(status);
}

}  // namespace ledgerstone
