// Statistics and levels: counters read one by one, the LSM state from the current version.
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// An estimate: the deepest level with tables, and those above it that meet nothing deeper.
uint64_t LiveBytes(const Tree& tree) {
  size_t deepest = tree.levels.size();
  while (deepest > 0 && tree.levels[deepest - 1].empty()) --deepest;
  if (deepest == 0) return 0;
  uint64_t bytes = BytesOf(tree.levels[deepest - 1]);
  for (size_t level = 0; level + 1 < deepest; ++level) {
    for (const TableFilePtr& file : tree.levels[level]) {
      const Slice smallest = UserKeyOf(file->meta().smallest);
      const Slice largest = UserKeyOf(file->meta().largest);
      bool meets = false;
      for (size_t deeper = level + 1; deeper < deepest && !meets; ++deeper) {
        meets = !tree.Overlapping(static_cast<int>(deeper), smallest, largest).empty();
      }
      if (!meets) bytes += file->meta().size;
    }
  }
  return bytes;
}

double Quotient(uint64_t dividend, uint64_t divisor) {
  return divisor == 0 ? 0 : static_cast<double>(dividend) / static_cast<double>(divisor);
}

// Needs the counters and `namespaces`.
void AddAmplification(StoreStatistics* out) {
  uint64_t searched = 0;
  for (const NamespaceLevels& shown : out->namespaces) {
    for (const LevelStatistics& level : shown.levels) searched += level.reads;
  }
  const uint64_t written = out->log_bytes + out->flush_bytes + out->compaction_bytes_written;
  out->write_amplification = Quotient(written, out->user_bytes);
  out->space_amplification = Quotient(out->table_bytes, out->live_bytes);
  out->read_amplification = Quotient(searched, out->gets);
}

}  // namespace

StoreStatistics StoreImpl::Statistics() const {
  StoreStatistics out;
  const auto read = [](const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  out.groups = read(counters_.groups);
  out.batches = read(counters_.batches);
  out.entries = read(counters_.entries);
  out.conflicts = read(counters_.conflicts);
  for (size_t i = 0; i < out.batches_by_durability.size(); ++i) {
    out.batches_by_durability[i] = read(counters_.batches_by_durability[i]);
  }
  out.user_bytes = read(counters_.user_bytes);
  out.log_bytes = read(counters_.log_bytes);
  out.log_syncs = read(counters_.log_syncs);
  for (size_t i = 0; i < out.stalls.size(); ++i) {
    const StallCounters& stall = counters_.stalls[i];
    out.stalls[i] = {read(stall.count), read(stall.micros), read(stall.longest_micros)};
    out.stall_micros += out.stalls[i].micros;
  }
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
  AddLatencies(&out);
  return out;
}

void StoreImpl::AddStateStatistics(StoreStatistics* out) const {
  const BlockCache::Statistics cache = cache_.GetStatistics();
  out->cache_bytes = cache.used_bytes;
  out->cache_reserved_bytes = cache.reserved_bytes;
  out->cache_pinned_bytes = cache.pinned_bytes;
  out->cache_hits = cache.hits;
  out->cache_misses = cache.misses;
  out->cache_evictions = cache.evictions;
  out->manifest_bytes = versions_->manifest_bytes();
  out->visible_sequence = VisibleSequence();
  out->applied = versions_->state().applied;
  const VersionPtr version = versions_->current();
  const PickerOptions picker = MakePickerOptions();
  for (const auto& [id, tree] : version->trees) {
    out->compaction_pending_bytes += PendingCompactionBytes(*tree, picker);
    for (const auto& level : tree->levels) out->tables += level.size();
    out->table_bytes += tree->TotalBytes();
    out->live_bytes += LiveBytes(*tree);
    out->namespaces.push_back(LevelsOf(*tree, picker));
  }
  AddAmplification(out);
  const std::lock_guard lock(mutex_);
  const uint64_t now = env_->NowMicros();
  out->open_micros = now - opened_at_;
  if (commit_stalled_) out->stalled_micros = now - stall_began_;
  out->queued_bytes = queue_.bytes();
  out->snapshots = snapshots_.size();
  out->immutable_generations = immutables_.size();
  if (active_ != nullptr) out->memtable_bytes += active_->used();
  for (const GenerationPtr& generation : immutables_) out->memtable_bytes += generation->used();
}

void StoreImpl::AddLatencies(StoreStatistics* out) const {
  for (size_t i = 0; i < out->commit.size(); ++i) out->commit[i] = latencies_.commit[i].Snapshot();
  out->log_sync = latencies_.log_sync.Snapshot();
  out->disk_get = latencies_.disk_get.Snapshot();
  out->flush = latencies_.flush.Snapshot();
  out->compaction = latencies_.compaction.Snapshot();
}

NamespaceLevels StoreImpl::LevelsOf(const Tree& tree, const PickerOptions& picker) const {
  NamespaceLevels shown;
  shown.name = tree.info.name;
  const LevelTargets targets = ComputeLevelTargets(tree, picker);
  for (int level = 0; level < kLevelCount; ++level) {
    const auto& files = tree.levels[static_cast<size_t>(level)];
    const LevelCounters& counters = (*tree.counters)[static_cast<size_t>(level)];
    LevelStatistics row;
    row.level = level;
    row.files = files.size();
    row.bytes = tree.LevelBytes(level);
    row.target_bytes = targets.bytes[static_cast<size_t>(level)];
    for (const TableFilePtr& file : files) {
      row.entries += file->meta().entry_count;
      row.tombstones += file->meta().tombstone_count;
    }
    row.reads = counters.reads.load(std::memory_order_relaxed);
    row.bytes_read = counters.bytes_read.load(std::memory_order_relaxed);
    row.bytes_written = counters.bytes_written.load(std::memory_order_relaxed);
    if (row.files + row.reads + row.bytes_written > 0) shown.levels.push_back(row);
  }
  return shown;
}

std::vector<NamespaceLevels> StoreImpl::Levels() const {
  std::vector<NamespaceLevels> all;
  const VersionPtr version = versions_->current();
  const PickerOptions picker = MakePickerOptions();
  for (const auto& [id, tree] : version->trees) all.push_back(LevelsOf(*tree, picker));
  return all;
}

std::string StoreImpl::LevelsText() const { return ledgerstone::LevelsText(*versions_->current()); }

}  // namespace ledgerstone
