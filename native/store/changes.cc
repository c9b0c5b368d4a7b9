// The past of an open store: readers of its changes, snapshots of old sequences, and the floor
// below which nothing is kept.
#include "store/change_reader.h"
#include "store/store_impl.h"

namespace ledgerstone {

Status StoreImpl::NewChangeReader(const ChangesOptions& options,
                                  std::unique_ptr<ChangeReader>* reader) {
  const Sequence visible = VisibleSequence();
  LS_RETURN_IF_ERROR(Usable());
  if (options.after > visible) {
    return Status::InvalidArgument("changes after " + std::to_string(options.after) +
                                   ", which is above the newest sequence " +
                                   std::to_string(visible));
  }
  uint64_t first = 0;
  LS_RETURN_IF_ERROR(SegmentAfter(options.after, &first));
  const ChangeSource* const source = this;
  *reader = std::make_unique<LogChangeReader>(source, &feed_, options);
  return Status::Ok();
}

uint64_t StoreImpl::Floor() const {
  const std::lock_guard lock(mutex_);
  return floor_;
}

Status StoreImpl::Usable() const {
  return closed_.load(std::memory_order_acquire) ? Status::Closed("the store") : Status::Ok();
}

Status StoreImpl::SegmentAfter(Sequence after, uint64_t* number) const {
  const std::lock_guard lock(mutex_);
  if (after < floor_) return Status::NotRetained(after, floor_);
  for (const KeptLog& kept : kept_logs_) {
    *number = kept.number;
    if (kept.last_sequence > after) return Status::Ok();
  }
  for (const GenerationPtr& generation : immutables_) {
    *number = generation->log_number;
    if (generation->last_logged > after) return Status::Ok();
  }
  *number = feed_.Get(false).segment;
  return Status::Ok();
}

// A reader beside the owner cannot know what the owner lets go.
bool StoreImpl::KnowsSegment(uint64_t number) const {
  if (options_.read_only) return false;
  const std::lock_guard lock(mutex_);
  const auto is_it = [&](const auto& each) { return each.number == number; };
  if (std::any_of(kept_logs_.begin(), kept_logs_.end(), is_it)) return true;
  return number >= active_->log_number ||
         (!immutables_.empty() && immutables_.front()->log_number <= number);
}

Status StoreImpl::OpenSegment(uint64_t number, uint64_t offset,
                              std::unique_ptr<log::Cursor>* cursor) const {
  const std::string name = LogName(number);
  return log::Cursor::Open(env_, PathOf(name), name, versions_->store_id(), number, offset, cursor);
}

// Without retention old versions go with the next flush, whatever the log still holds.
Status StoreImpl::CheckRetained(Sequence sequence, Sequence visible) const {
  if (sequence > visible) {
    return Status::InvalidArgument("a snapshot of sequence " + std::to_string(sequence) +
                                   ", which is above the newest one, " + std::to_string(visible));
  }
  const Sequence earliest = retaining_ ? floor_ : visible;
  return sequence < earliest ? Status::NotRetained(sequence, earliest) : Status::Ok();
}

// Registered before the log is asked where its batch ends, so that compactions keep it apart. What
// the floor has passed meanwhile may be gone.
Status StoreImpl::TakeSnapshotAt(uint64_t sequence, uint64_t* snapshot_id) {
  AwaitTold();
  {
    const std::lock_guard lock(mutex_);
    const Sequence visible = visible_sequence_.load(std::memory_order_acquire);
    LS_RETURN_IF_ERROR(CheckRetained(sequence, visible));
    *snapshot_id = next_snapshot_id_++;
    snapshots_.Add(*snapshot_id, sequence);
    if (sequence == visible) return Status::Ok();
  }
  Sequence end = sequence;
  Status status = FindBatchEnd(sequence, &end);
  const std::lock_guard lock(mutex_);
  if (status.ok()) status = CheckRetained(end, kSequenceMax);
  if (status.ok()) {
    *snapshots_.Find(*snapshot_id) = end;
  } else {
    snapshots_.Erase(*snapshot_id);
  }
  return status;
}

// Where the batch ends that the sequence is in; itself when it is in none.
Status StoreImpl::FindBatchEnd(Sequence sequence, Sequence* end) {
  if (sequence == Floor()) return Status::Ok();
  LogChangeReader reader(this, &feed_, {.after = sequence - 1});
  std::optional<ChangeBatch> batch;
  LS_RETURN_IF_ERROR(Usable());
  LS_RETURN_IF_ERROR(reader.Next(&batch));
  if (batch.has_value() && batch->first <= sequence) *end = batch->last();
  return Status::Ok();
}

}  // namespace ledgerstone
