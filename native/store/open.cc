// From a directory to a running store. Nothing on disk changes before the directory is locked, the
// manifest is read and the recovery verdict is in.
#include "base/text.h"
#include "env/path_name.h"
#include "store/store_defaults.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// After an end that was not clean, sequences go on at the next multiple of this: those of writes
// that were lost are never given out again. No log holds that many entries in one unsynced segment.
constexpr Sequence kSequenceEpoch = Sequence{1} << 32;

// What flushes, compactions and commit groups work in: buffers, compression state, what the
// allocator keeps back. Part of the budget, though not counted piece by piece.
constexpr uint64_t kWorkingMemoryBytesMax = uint64_t{32} << 20;

Status CheckOptions(const StoreOptions& options) {
  const auto in_range = [](const char* name, uint64_t value, uint64_t least, uint64_t most) {
    if (value >= least && value <= most) return Status::Ok();
    return Status::InvalidArgument(std::string(name) + " is " + std::to_string(value) +
                                   ", must be " + std::to_string(least) + " to " +
                                   std::to_string(most));
  };
  LS_RETURN_IF_ERROR(
      in_range("memory_budget", options.memory_budget, 256 << 10, uint64_t{1} << 44));
  LS_RETURN_IF_ERROR(
      in_range("generation_bytes", options.generation_bytes, 4 << 10, uint64_t{4} << 30));
  LS_RETURN_IF_ERROR(
      in_range("immutable_generations_max", options.immutable_generations_max, 1, 64));
  LS_RETURN_IF_ERROR(
      in_range("manifest_bytes_max", options.manifest_bytes_max, 1 << 10, uint64_t{1} << 40));
  LS_RETURN_IF_ERROR(in_range("log_space_bytes", options.log_space_bytes, 0, 64 << 20));
  LS_RETURN_IF_ERROR(in_range("block_bytes", options.block_bytes, 64, 4 << 20));
  LS_RETURN_IF_ERROR(in_range("table_bytes", options.table_bytes, 4 << 10, uint64_t{4} << 30));
  LS_RETURN_IF_ERROR(
      in_range("level_base_bytes", options.level_base_bytes, 1 << 10, uint64_t{1} << 44));
  LS_RETURN_IF_ERROR(in_range("level_fanout", options.level_fanout, 2, 100));
  LS_RETURN_IF_ERROR(
      in_range("level_count", static_cast<uint64_t>(options.level_count), 2, kLevelCount));
  LS_RETURN_IF_ERROR(in_range("l0_compaction_trigger", options.l0_compaction_trigger, 1, 1000));
  LS_RETURN_IF_ERROR(in_range("l0_slowdown_trigger", options.l0_slowdown_trigger,
                              options.l0_compaction_trigger, 10'000));
  LS_RETURN_IF_ERROR(in_range("l0_stop_trigger", options.l0_stop_trigger,
                              options.l0_slowdown_trigger + 1, 10'000));
  return in_range("group_bytes_max", options.group_bytes_max, 1 << 10, 256 << 20);
}

}  // namespace

StoreOptions WithDefaults(StoreOptions options) {
  if (options.env == nullptr) options.env = Env::Posix();
  if (options.generation_bytes == 0) {
    options.generation_bytes =
        std::clamp(options.memory_budget / 8, uint64_t{256} << 10, uint64_t{64} << 20);
  }
  if (options.level_base_bytes == 0) {
    options.level_base_bytes = options.generation_bytes * options.l0_compaction_trigger;
  }
  if (options.transaction_window_bytes == 0)
    options.transaction_window_bytes = options.memory_budget / 4;
  return options;
}

Status Store::Open(const StoreOptions& options, const std::string& path,
                   std::unique_ptr<Store>* store) {
  const StoreOptions full = WithDefaults(options);
  LS_RETURN_IF_ERROR(CheckOptions(full));
  if (path.empty()) return Status::InvalidArgument("the path is empty");
  auto opened = std::make_unique<StoreImpl>(full, path);
  LS_RETURN_IF_ERROR(opened->Open());
  *store = std::move(opened);
  return Status::Ok();
}

StoreImpl::StoreImpl(const StoreOptions& options, std::string path)
    : options_(options),
      path_(std::move(path)),
      env_(options.env),
      listener_(options.listener),
      tracer_(options.env),
      cache_(options.use_block_cache ? options.memory_budget : 0) {
  table_context_.env = env_;
  table_context_.directory = path_;
  table_context_.cache = &cache_;
  table_context_.statistics = &table_statistics_;
  table_context_.on_obsolete = [this](uint64_t number) { OnTableObsolete(number); };
  versions_ =
      std::make_unique<VersionSet>(env_, path_, &table_context_, options.manifest_bytes_max);
  cache_.Reserve(std::min(options.memory_budget / 8, kWorkingMemoryBytesMax));
  if (options.scheduler == nullptr) owned_scheduler_ = Scheduler::Threaded();
  scheduler_ = options.scheduler != nullptr ? options.scheduler : owned_scheduler_.get();
}

// Whether the directory holds a store, nothing yet, or something else, from its names alone.
Status StoreImpl::Classify(bool* exists) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
  bool data = false;
  std::string stranger;
  *exists = false;
  for (const std::string& name : names) {
    uint64_t number = 0;
    switch (ParseFileName(name, &number)) {
      case StoreFile::kCurrent:
        *exists = true;
        break;
      case StoreFile::kLog:
      case StoreFile::kTable:
        data = true;
        break;
      case StoreFile::kOther:
        if (name != kLostDirectory) stranger = name;
        break;
      default:
        break;
    }
  }
  if (*exists) return Status::Ok();
  if (data) {
    return Status::Corruption(
        "the directory holds logs or tables but no CURRENT names its manifest", {kCurrentName, 0});
  }
  if (!stranger.empty()) {
    return Status(StatusCode::kNotAStore,
                  "'" + path_ + "' holds '" + stranger + "', which is none of a store's files");
  }
  return Status::Ok();
}

Status StoreImpl::Open() {
  const uint64_t began = env_->NowMicros();
  bool present = false;
  LS_RETURN_IF_ERROR(env_->FileExists(path_, &present));
  if (!present) {
    if (!options_.create_if_missing || options_.read_only) {
      return Status(StatusCode::kNotFound, "there is no store at '" + path_ + "'");
    }
    LS_RETURN_IF_ERROR(env_->CreateDirectory(path_));
  }
  bool exists = false;
  LS_RETURN_IF_ERROR(Classify(&exists));
  if (!exists && (!options_.create_if_missing || options_.read_only)) {
    return Status(StatusCode::kNotFound, "there is no store at '" + path_ + "'");
  }
  if (options_.read_only) {
    LS_RETURN_IF_ERROR(OpenBesideOwner());
    return FinishOpen(true, began);
  }
  LS_RETURN_IF_ERROR(env_->LockDirectory(path_, kLockName, &directory_lock_));
  LS_RETURN_IF_ERROR(Classify(&exists));
  if (exists && options_.error_if_exists) {
    return Status::InvalidArgument("there is a store at '" + path_ + "' already");
  }
  LS_RETURN_IF_ERROR(exists ? OpenExisting() : CreateNew());
  return FinishOpen(exists, began);
}

Status StoreImpl::FinishOpen(bool existed, uint64_t began) {
  report_.created = !existed;
  report_.last_sequence = VisibleSequence();
  report_.applied = last_applied_queued_ = last_applied_committed_ = versions_->state().applied;
  report_.store_id = StoreIdText(versions_->store_id());
  opened_at_ = env_->NowMicros();
  report_.micros = opened_at_ - began;
  running_ = true;
  Notify(Event::Kind::kOpened,
         std::string(existed ? "existing" : "new") + ", replayed " +
             std::to_string(report_.replayed_records) + " records, cut " +
             ByteSizeText(report_.cut_bytes),
         report_.replayed_bytes, report_.micros);
  ScheduleFlush();
  ScheduleCompaction();
  return Status::Ok();
}

Status StoreImpl::CreateNew() {
  // Someone may have made the directory and died before its name was durable.
  LS_RETURN_IF_ERROR(env_->SyncDirectory(ParentDirectory(path_)));
  LS_RETURN_IF_ERROR(versions_->Create());
  const log::SegmentEnd nothing;
  LS_RETURN_IF_ERROR(CreateSegment(1, nothing));
  VersionEdit edit;
  edit.first_log = 1;
  edit.last_log = 1;
  RetainAtOpen({}, &edit);
  LS_RETURN_IF_ERROR(versions_->Apply(edit));
  ShowInFeed(1);
  feed_.SetDurable();
  return StartGeneration(1);
}

// The floor never goes down: where nothing was kept before, it begins with what is there now.
void StoreImpl::RetainAtOpen(const ManifestState& state, VersionEdit* edit) {
  retaining_ = options_.read_only ? state.retained.has_value() : options_.retention.any();
  floor_ = visible_sequence_.load(std::memory_order_relaxed);
  if (!retaining_) {
    if (state.retained.has_value()) edit->retained = Retained{};
  } else if (!state.retained.has_value()) {
    edit->retained = Retained{*edit->first_log, floor_};
  } else if (options_.read_only) {
    kept_logs_ = *state.kept_logs;
    floor_ = state.retained->floor;
  } else {
    RetentionStep step = DecideRetention(*state.kept_logs, {}, state.retained->floor,
                                         options_.retention, env_->WallMillis());
    AddRetention(step, {}, *edit->first_log, edit);
    kept_logs_ = std::move(step.kept);
    floor_ = step.floor;
  }
}

Status StoreImpl::OpenExisting() {
  VersionSet::RecoveryReport recovered;
  LS_RETURN_IF_ERROR(versions_->Recover(&recovered));
  if (recovered.cut.has_value()) ReportCut(ManifestName(recovered.manifest_number), *recovered.cut);
  if (options_.read_only) LS_RETURN_IF_ERROR(OpenEveryTable());
  const ManifestState state = versions_->state();
  std::vector<NamespaceInfo> infos;
  for (const auto& [id, tree] : versions_->current()->trees) {
    infos.push_back(tree->info);
    shown_[id] = tree->info.options.merge;
  }
  namespaces_.Restore(std::move(infos), state.next_namespace_id);

  LS_RETURN_IF_ERROR(MarkNumbersUsed());
  log::RecoveryVerdict verdict;
  LS_RETURN_IF_ERROR(ReplayLogs(&verdict));
  const Sequence last = std::max(state.last_sequence, verdict.last_sequence);
  visible_sequence_.store(last, std::memory_order_release);
  report_.clean_close = state.clean_close.has_value();
  next_sequence_ = report_.clean_close ? last + 1 : (last / kSequenceEpoch + 1) * kSequenceEpoch;
  for (const log::TailCut& cut : verdict.cuts) ReportCut(LogName(cut.segment), cut);
  if (options_.read_only) {
    VersionEdit none;
    RetainAtOpen(state, &none);
    feed_.SetVisible({verdict.tail.segment, verdict.tail.size, last});
    feed_.SetDurable();
    return StartGeneration(state.last_log + 1);
  }

  log::SegmentEnd end;
  LS_RETURN_IF_ERROR(RepairTail(verdict, &end));
  // The manifest names the tail before the next segment exists, and before a segment that never
  // began is removed: however often opening fails in between, no more than one segment is unknown
  // to it and none is missed.
  VersionEdit edit;
  edit.first_log = std::max<uint64_t>(state.first_log, 1);
  edit.last_log = verdict.tail.segment == 0 ? *edit.first_log - 1 : verdict.tail.segment;
  // Taken before any is given out: a session that leaves no record behind uses up its epoch too.
  if (!report_.clean_close) edit.last_sequence = next_sequence_++;
  RetainAtOpen(state, &edit);
  LS_RETURN_IF_ERROR(versions_->StartManifest(edit));
  for (const log::TailCut& cut : verdict.cuts) {
    if (cut.offset == 0) LS_RETURN_IF_ERROR(env_->RemoveFile(PathOf(LogName(cut.segment))));
  }
  const uint64_t number = verdict.tail.segment == 0 ? *edit.first_log : verdict.tail.segment + 1;
  LS_RETURN_IF_ERROR(CreateSegment(number, end));
  VersionEdit created;
  created.last_log = number;
  // Segments before the first one with entries are needed no more.
  created.first_log = immutables_.empty() ? number : immutables_.front()->log_number;
  LS_RETURN_IF_ERROR(versions_->Apply(created));
  LS_RETURN_IF_ERROR(RemoveOrphans());
  ShowInFeed(number);
  feed_.SetDurable();
  return StartGeneration(number);
}

// A crash may have left files with numbers the manifest never heard of.
Status StoreImpl::MarkNumbersUsed() {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    const StoreFile kind = ParseFileName(name, &number);
    if (kind == StoreFile::kTable || kind == StoreFile::kManifest)
      versions_->MarkFileNumberUsed(number);
  }
  return Status::Ok();
}

Status StoreImpl::StartGeneration(uint64_t log_number) {
  active_ = NewGeneration(log_number, 0);
  if (active_ == nullptr)
    return Status(StatusCode::kNoMemory, "no memory for a generation of memtables");
  const std::lock_guard lock(mutex_);
  const ReadViewPtr none = InstallView(versions_->current());
  LS_CHECK(none == nullptr);
  return Status::Ok();
}

// Files a crash left behind: outputs no manifest names, flushed logs, older manifests, temporaries.
// What carries another store's id is moved aside instead.
Status StoreImpl::RemoveOrphans() {
  const VersionPtr version = versions_->current();
  std::set<uint64_t> live;
  for (const auto& [id, tree] : version->trees) {
    for (const auto& level : tree->levels) {
      for (const TableFilePtr& file : level) live.insert(file->meta().number);
    }
  }
  const ManifestState state = versions_->state();
  std::set<uint64_t> kept;
  for (const KeptLog& log : kept_logs_) kept.insert(log.number);
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env_->ListDirectory(path_, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    const StoreFile kind = ParseFileName(name, &number);
    const bool orphan =
        kind == StoreFile::kTemporary || (kind == StoreFile::kTable && !live.contains(number)) ||
        (kind == StoreFile::kLog && number < state.first_log && !kept.contains(number)) ||
        (kind == StoreFile::kManifest && number != versions_->manifest_number());
    if (orphan) LS_RETURN_IF_ERROR(RemoveOrphan(name));
  }
  return Status::Ok();
}

Status StoreImpl::RemoveOrphan(const std::string& name) {
  std::unique_ptr<RandomAccessFile> file;
  LS_RETURN_IF_ERROR(env_->NewRandomAccessFile(PathOf(name), &file));
  char bytes[kFileHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(file->Read(0, sizeof bytes, bytes, &read));
  file.reset();
  FileHeader header;
  const Status decoded = DecodeFileHeader(Slice(bytes, read), name, &header);
  if (!decoded.ok() || header.store_id == versions_->store_id())
    return env_->RemoveFile(PathOf(name));
  LS_RETURN_IF_ERROR(env_->CreateDirectory(PathOf(kLostDirectory)));
  return env_->RenameFile(PathOf(name), JoinPath(PathOf(kLostDirectory), name));
}

}  // namespace ledgerstone
