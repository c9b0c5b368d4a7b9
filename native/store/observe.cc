// Seeing inside: events, fail-stop, statistics, levels.
#include "store/store_impl.h"

namespace ledgerstone {

void StoreImpl::Notify(Event::Kind kind, std::string detail, uint64_t bytes, uint64_t micros,
                       Status status) {
  if (listener_ == nullptr) return;
  Event event;
  event.kind = kind;
  event.bytes = bytes;
  event.micros = micros;
  event.detail = std::move(detail);
  event.status = std::move(status);
  listener_->OnEvent(event);
}

Status StoreImpl::FailStop(const Status& cause) {
  LS_CHECK(!cause.ok());
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    failure_ = cause;
  }
  read_only_.store(true, std::memory_order_relaxed);
  Notify(Event::Kind::kFailStop, "read-only until reopened", 0, 0, cause);
  SettleFlushWaiters(cause);
  ScheduleCommit();
  ScheduleCompaction();
  return cause;
}

Status StoreImpl::FailureCause() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

StoreStatistics StoreImpl::Statistics() const {
  StoreStatistics out;
  const auto read = [](const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  out.groups = read(counters_.groups);
  out.batches = read(counters_.batches);
  out.entries = read(counters_.entries);
  for (size_t i = 0; i < out.batches_by_durability.size(); ++i) {
    out.batches_by_durability[i] = read(counters_.batches_by_durability[i]);
  }
  out.user_bytes = read(counters_.user_bytes);
  out.log_bytes = read(counters_.log_bytes);
  out.log_syncs = read(counters_.log_syncs);
  out.stall_micros = read(counters_.stall_micros);
  out.gets = read(counters_.gets);
  out.gets_from_memtable = read(counters_.gets_from_memtable);
  out.filter_checks = read(table_statistics_.filter_checks);
  out.filter_useful = read(table_statistics_.filter_useful);
  out.filter_false_positives = read(table_statistics_.filter_false_positives);
  out.blocks_read = read(table_statistics_.blocks_read);
  out.block_bytes_read = read(table_statistics_.block_bytes_read);
  out.flushes = read(counters_.flushes);
  out.flush_bytes = read(counters_.flush_bytes);
  out.compactions = read(counters_.compactions);
  out.moves = read(counters_.moves);
  out.compaction_bytes_read = read(counters_.compaction_bytes_read);
  out.compaction_bytes_written = read(counters_.compaction_bytes_written);
  out.background_errors = read(counters_.background_errors);
  out.read_only = read_only_.load(std::memory_order_relaxed);
  out.memory_budget = options_.memory_budget;
  AddStateStatistics(&out);
  return out;
}

void StoreImpl::AddStateStatistics(StoreStatistics* out) const {
  const BlockCache::Statistics cache = cache_.GetStatistics();
  out->cache_bytes = cache.used_bytes;
  out->cache_reserved_bytes = cache.reserved_bytes;
  out->cache_hits = cache.hits;
  out->cache_misses = cache.misses;
  out->manifest_bytes = versions_->manifest_bytes();
  out->visible_sequence = VisibleSequence();
  out->applied = versions_->state().applied;
  const VersionPtr version = versions_->current();
  const PickerOptions picker = MakePickerOptions();
  for (const auto& [id, tree] : version->trees) {
    out->compaction_pending_bytes += PendingCompactionBytes(*tree, picker);
    for (const auto& level : tree->levels) out->tables += level.size();
    out->table_bytes += tree->TotalBytes();
  }
  const std::lock_guard lock(mutex_);
  out->queued_bytes = queue_.bytes();
  out->snapshots = snapshots_.size();
  out->immutable_generations = immutables_.size();
  if (active_ != nullptr) out->memtable_bytes += active_->used();
  for (const GenerationPtr& generation : immutables_) out->memtable_bytes += generation->used();
}

std::vector<NamespaceLevels> StoreImpl::Levels() const {
  std::vector<NamespaceLevels> all;
  const VersionPtr version = versions_->current();
  for (const auto& [id, tree] : version->trees) {
    NamespaceLevels& shown = all.emplace_back();
    shown.name = tree->info.name;
    const LevelTargets targets = ComputeLevelTargets(*tree, MakePickerOptions());
    for (int level = 0; level < kLevelCount; ++level) {
      const auto& files = tree->levels[static_cast<size_t>(level)];
      if (files.empty()) continue;
      LevelStatistics row;
      row.level = level;
      row.files = files.size();
      row.bytes = tree->LevelBytes(level);
      row.target_bytes = targets.bytes[static_cast<size_t>(level)];
      for (const TableFilePtr& file : files) {
        row.entries += file->meta().entry_count;
        row.tombstones += file->meta().tombstone_count;
      }
      shown.levels.push_back(row);
    }
  }
  return all;
}

std::string StoreImpl::LevelsText() const { return ledgerstone::LevelsText(*versions_->current()); }

}  // namespace ledgerstone
