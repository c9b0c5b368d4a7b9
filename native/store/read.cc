// Point reads and snapshots, on the caller's thread.
#include "store/key_versions.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

struct PointRead {
  PointRead(MergeOperator merge, Env* env) : versions(merge, env) {}

  KeyVersions versions;
  Sequence newest = 0;
  BlockCache::Handle pin;  // of the block that holds the base; none for a memtable
};

// True when the key's versions there settle it.
bool FindInMemtables(const NamespaceView& shown, Slice key, Sequence sequence, PointRead* read) {
  for (const MemTable* memtable : shown.memtables) {
    for (Sequence at = sequence;;) {
      const MemTableLookup found = memtable->Get(key, at);
      if (found.outcome == MemTableLookup::Outcome::kAbsent) break;
      if (read->newest == 0) read->newest = found.sequence;
      if (read->versions.Add(found.sequence, found.kind, found.value)) return true;
      at = found.sequence - 1;
    }
  }
  return false;
}

Status FindInTables(const Tree& tree, Slice key, Sequence sequence, const TableReadOptions& options,
                    PointRead* read) {
  for (Sequence at = sequence;;) {
    TableLookup found;
    LS_RETURN_IF_ERROR(tree.Get(key, at, options, &found));
    if (found.outcome == TableLookup::Outcome::kAbsent) return Status::Ok();
    if (read->newest == 0) read->newest = found.sequence;
    if (read->versions.Add(found.sequence, found.kind, found.value)) {
      read->pin = std::move(found.pin);
      return Status::Ok();
    }
    at = found.sequence - 1;
  }
}

}  // namespace

thread_local const StoreImpl* StoreImpl::telling_here = nullptr;

ReadViewPtr StoreImpl::View() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

ReadViewPtr StoreImpl::InstallView(const VersionPtr& version) {
  std::vector<GenerationPtr> newest_first{active_};
  newest_first.insert(newest_first.end(), immutables_.rbegin(), immutables_.rend());
  ReadViewPtr view = MakeReadView(std::move(newest_first), version, shown_);
  l0_files_max_ = 0;
  for (const auto& [id, tree] : version->trees) {
    l0_files_max_ = std::max(l0_files_max_, static_cast<uint32_t>(tree->levels[0].size()));
  }
  const std::lock_guard lock(view_mutex_);
  view_.swap(view);
  return view;
}

// What a writer was told is there for whoever reads after it: the rest of that group's way into the
// memtables is waited for, which is a matter of memory and never of the disk. To be called before
// the view is taken, since a group may bring namespaces.
void StoreImpl::AwaitTold() const {
  const Sequence told = told_sequence_.load(std::memory_order_acquire);
  Sequence visible = visible_sequence_.load(std::memory_order_acquire);
  while (visible < told) {
    LS_CHECK(telling_here != this && "a callback of a write reads the store");
    visible_sequence_.wait(visible, std::memory_order_acquire);
    visible = visible_sequence_.load(std::memory_order_acquire);
  }
}

uint64_t StoreImpl::VisibleSequence() const {
  AwaitTold();
  return visible_sequence_.load(std::memory_order_acquire);
}

Status StoreImpl::ReadPoint(uint64_t snapshot_id, Sequence* sequence) const {
  if (snapshot_id == 0) {
    *sequence = visible_sequence_.load(std::memory_order_acquire);
    return Status::Ok();
  }
  return SnapshotSequence(snapshot_id, sequence);
}

Status StoreImpl::FindView(NamespaceId id, const ReadView& view,
                           const NamespaceView** found) const {
  *found = view.Find(id);
  if (*found != nullptr || namespaces_.Find(id).has_value()) return Status::Ok();
  return Status::InvalidArgument("namespace " + std::to_string(id) + " does not exist (dropped?)");
}

Status StoreImpl::Get(NamespaceId id, Slice key, const ReadOptions& options, Presence* presence,
                      PinnedValue* value) {
  *presence = Presence::kAbsent;
  LS_RETURN_IF_ERROR(CheckKey(key));
  AwaitTold();
  ReadViewPtr view = View();
  if (view == nullptr) return Status::Closed("the store");
  Sequence sequence = 0;
  LS_RETURN_IF_ERROR(ReadPoint(options.snapshot_id, &sequence));
  const NamespaceView* shown = nullptr;
  LS_RETURN_IF_ERROR(FindView(id, *view, &shown));
  if (shown == nullptr) {
    Counters::Add(counters_.gets, 1);
    return Status::Ok();
  }
  const ErasedRanges erased(shown->memtables, shown->tree);
  PointRead read(shown->merge, env_);
  read.versions.Start(erased.empty() ? 0 : erased.Covering(key, sequence));
  if (FindInMemtables(*shown, key, sequence, &read)) {
    Counters::Add(counters_.gets_from_memtable, 1);
  } else if (shown->tree != nullptr) {
    DiskWait wait{env_};
    LS_RETURN_IF_ERROR(FindInTables(*shown->tree, key, sequence,
                                    {.tier = options.tier, .disk_wait = &wait}, &read));
    if (wait.began > 0) latencies_.disk_get.Record(env_->NowMicros() - wait.began);
  }
  Counters::Add(counters_.gets, 1);
  if (!read.versions.found()) return Status::Ok();
  *presence = Presence::kFound;
  if (read.versions.merges()) {
    auto made = std::make_shared<std::string>();
    LS_RETURN_IF_ERROR(read.versions.Merge(made.get()));
    const Slice merged(*made);
    value->Set(merged, std::move(made));
  } else if (read.pin) {
    value->SetBlock(read.versions.base(), read.pin.Detach(), &BlockCache::Handle::Unpin);
  } else {
    value->Set(read.versions.base(), std::move(view));
  }
  value->set_sequence(read.newest);
  return Status::Ok();
}

uint64_t StoreImpl::TakeSnapshot() {
  // Waits without the mutex, which the commit lane may need to get there.
  AwaitTold();
  const std::lock_guard lock(mutex_);
  const uint64_t id = next_snapshot_id_++;
  snapshots_.Add(id, visible_sequence_.load(std::memory_order_acquire));
  return id;
}

bool StoreImpl::ReleaseSnapshot(uint64_t snapshot_id) {
  std::vector<GenerationPtr> dropped;
  const std::lock_guard lock(mutex_);
  if (transactions_.Erase(snapshot_id) && !retired_.empty()) dropped = TrimWindow();
  return snapshots_.Erase(snapshot_id);
}

Status StoreImpl::SnapshotSequence(uint64_t snapshot_id, uint64_t* sequence) const {
  const std::lock_guard lock(mutex_);
  const Sequence* const found = snapshots_.Find(snapshot_id);
  if (found == nullptr) return Status::Closed("snapshot " + std::to_string(snapshot_id));
  *sequence = *found;
  return Status::Ok();
}

Status StoreImpl::ApproximateBytes(NamespaceId id, Slice lower, Slice upper, uint64_t* bytes) {
  *bytes = 0;
  const ReadViewPtr view = View();
  if (view == nullptr) return Status::Closed("the store");
  const NamespaceView* shown = nullptr;
  LS_RETURN_IF_ERROR(FindView(id, *view, &shown));
  if (shown == nullptr || shown->tree == nullptr) return Status::Ok();
  std::string from;
  AppendInternalKey(&from, lower, MakeSeekTrailer(kSequenceMax));
  std::string to;
  AppendInternalKey(&to, upper, MakeSeekTrailer(kSequenceMax));
  for (const auto& level : shown->tree->levels) {
    for (const TableFilePtr& file : level) {
      Table* table = nullptr;
      LS_RETURN_IF_ERROR(file->Get(Tier::kDisk, &table));
      const uint64_t begin = table->ApproximateOffset(from);
      const uint64_t end = upper.empty() ? file->meta().size : table->ApproximateOffset(to);
      if (end > begin) *bytes += end - begin;
    }
  }
  return Status::Ok();
}

}  // namespace ledgerstone
