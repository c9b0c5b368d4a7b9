// Copies of the open store. The caller's thread does the copying, beside the lanes: it holds the
// version it copies, so that no table of it is removed meanwhile, whatever is compacted away.
#include "store/backup_directory.h"
#include "store/staged_directory.h"
#include "store/store_impl.h"

namespace ledgerstone {

// Everything committed before goes into tables first, so that a copy needs no log.
Status StoreImpl::PinForCopy(VersionPtr* version, CopyState* state) {
  Status flushed;
  std::atomic<bool> settled{false};
  Flush([&](const Status& status) {
    flushed = status;
    settled.store(true, std::memory_order_release);
  });
  scheduler_->WaitUntil([&] { return settled.load(std::memory_order_acquire); });
  LS_RETURN_IF_ERROR(flushed);
  ManifestState manifest;
  versions_->Pin(version, &manifest);
  *state = MakeCopyState(versions_->store_id(), **version, manifest);
  return Status::Ok();
}

TableCopy StoreImpl::TableCopyOf(const TableMeta& meta, const std::string& directory) const {
  const std::string name = TableName(meta.number);
  return {PathOf(name), JoinPath(directory, name), name, meta.size, meta.digest};
}

Status StoreImpl::Checkpoint(const std::string& directory, CheckpointReport* report) {
  *report = {};
  StagedDirectory staged(env_, directory);
  LS_RETURN_IF_ERROR(staged.Begin());
  VersionPtr version;
  CopyState state;
  LS_RETURN_IF_ERROR(PinForCopy(&version, &state));
  for (const VersionEdit::NewTable& table : state.snapshot.new_tables) {
    if (cancel_background_.load(std::memory_order_relaxed)) return Status::Aborted();
    bool copied = false;
    LS_RETURN_IF_ERROR(LinkOrCopyTable(env_, TableCopyOf(table.meta, staged.path()), &copied));
    ++report->tables;
    report->bytes += table.meta.size;
    if (copied) ++report->copied_tables;
  }
  report->sequence = state.snapshot.last_sequence.value_or(0);
  report->applied = state.snapshot.applied.value_or(0);
  LS_RETURN_IF_ERROR(WriteStoreState(env_, staged.path(), state));
  return staged.Finish();
}

Status StoreImpl::Backup(const std::string& directory, const BackupOptions& options,
                         BackupInfo* info) {
  *info = {};
  BackupDirectory backups(env_, directory);
  LS_RETURN_IF_ERROR(backups.Prepare());
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(backups.List(&numbers));
  VersionPtr version;
  BackupRecord record;
  LS_RETURN_IF_ERROR(PinForCopy(&version, &record.state));
  record.number = numbers.empty() ? 1 : numbers.back() + 1;
  record.created_millis = options.created_millis;
  for (const VersionEdit::NewTable& table : record.state.snapshot.new_tables) {
    if (cancel_background_.load(std::memory_order_relaxed)) return Status::Aborted();
    bool sent = false;
    LS_RETURN_IF_ERROR(backups.Send(record.state.store_id, table.meta,
                                    PathOf(TableName(table.meta.number)), &sent));
    if (!sent) continue;
    ++record.sent_tables;
    record.sent_bytes += table.meta.size;
  }
  LS_RETURN_IF_ERROR(backups.Commit(record));
  // The backup is made; what an earlier one left behind can wait for the next.
  (void)backups.Sweep();
  *info = InfoOf(record);
  return Status::Ok();
}

}  // namespace ledgerstone
