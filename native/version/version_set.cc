#include "version/version_set.h"

#include <algorithm>
#include <utility>

#include "base/checks.h"
#include "version/file_names.h"
#include "version/version_builder.h"

namespace ledgerstone {
namespace {

Status AppendEdit(log::Writer* writer, const VersionEdit& edit, uint64_t position) {
  const std::string bytes = edit.Encode();
  const Slice payload(bytes);
  LS_RETURN_IF_ERROR(writer->Append({log::RecordType::kEdit, position, 1}, std::span(&payload, 1)));
  return writer->Sync();
}

}  // namespace

VersionEdit SnapshotEdit(const Version& version, const ManifestState& state) {
  VersionEdit edit;
  edit.next_file_number = state.next_file_number;
  edit.next_namespace_id = state.next_namespace_id;
  edit.last_sequence = state.last_sequence;
  edit.first_log = state.first_log;
  edit.last_log = state.last_log;
  edit.applied = state.applied;
  edit.clean_close = state.clean_close;
  edit.retained = state.retained;
  edit.kept_logs = *state.kept_logs;
  for (const auto& [id, tree] : version.trees) {
    edit.created_namespaces.push_back(tree->info);
    if (tree->range_tombstones != nullptr) {
      for (const RangeTombstone& tombstone : tree->range_tombstones->all())
        edit.range_deletes.push_back({id, tombstone});
    }
    for (int level = 0; level < kLevelCount; ++level) {
      for (const auto& file : tree->levels[static_cast<size_t>(level)]) {
        edit.new_tables.push_back({id, level, file->meta()});
      }
    }
  }
  return edit;
}

Status CreateManifest(Env* env, const std::string& path, const log::Writer::Identity& identity,
                      const VersionEdit& snapshot, std::unique_ptr<log::Writer>* writer) {
  LS_RETURN_IF_ERROR(log::Writer::Create(env, path, identity, {}, writer));
  return AppendEdit(writer->get(), snapshot, 1);
}

VersionSet::VersionSet(Env* env, std::string directory, TableContext* context,
                       uint64_t manifest_bytes_max)
    : env_(env),
      directory_(std::move(directory)),
      context_(context),
      manifest_bytes_max_(manifest_bytes_max) {
  LS_CHECK(env_ != nullptr && context_ != nullptr);
}

Status VersionSet::Create() {
  LS_CHECK(current() == nullptr);
  env_->RandomBytes(context_->store_id.data(), context_->store_id.size());
  Install(std::make_shared<const Version>(), {});
  return StartManifest({});
}

Status VersionSet::StartManifest(const VersionEdit& extra) {
  VersionPtr replaced;
  const std::lock_guard lock(apply_mutex_);
  LS_RETURN_IF_ERROR(failure_);
  VersionPtr version;
  ManifestState state;
  std::vector<TableFilePtr> removed;
  LS_RETURN_IF_ERROR(Advance(extra, &version, &state, &removed));
  LS_RETURN_IF_ERROR(SwitchManifest(*version, &state));
  for (const auto& file : removed) file->MarkObsolete();
  replaced = Install(std::move(version), state);
  return Status::Ok();
}

Status VersionSet::SwitchManifest(const Version& version, ManifestState* state) {
  const uint64_t number = NewFileNumber();
  state->next_file_number = next_file_number_.load(std::memory_order_relaxed);
  std::unique_ptr<log::Writer> writer;
  LS_RETURN_IF_ERROR(KeepFailure(WriteManifest(number, version, *state, &writer)));
  LS_RETURN_IF_ERROR(KeepFailure(
      ReplaceFile(env_, directory_, kCurrentName, EncodeCurrent(context_->store_id, number))));
  if (manifest_ != nullptr) LS_RETURN_IF_ERROR(KeepFailure(manifest_->Close()));
  manifest_ = std::move(writer);
  next_position_ = 2;
  manifest_snapshot_bytes_ = manifest_->size();
  manifest_number_.store(number, std::memory_order_relaxed);
  manifest_bytes_.store(manifest_->size(), std::memory_order_relaxed);
  return Status::Ok();
}

Status VersionSet::RollManifest() {
  if (manifest_->size() <= std::max(manifest_bytes_max_, 4 * manifest_snapshot_bytes_))
    return Status::Ok();
  const uint64_t old = manifest_number();
  ManifestState state = this->state();
  LS_RETURN_IF_ERROR(SwitchManifest(*current(), &state));
  // Left behind, it is an orphan for the next open.
  (void)env_->RemoveFile(JoinPath(directory_, ManifestName(old)));
  return Status::Ok();
}

Status VersionSet::WriteManifest(uint64_t number, const Version& version,
                                 const ManifestState& state, std::unique_ptr<log::Writer>* writer) {
  const std::string path = JoinPath(directory_, ManifestName(number));
  bool leftover = false;
  LS_RETURN_IF_ERROR(env_->FileExists(path, &leftover));
  if (leftover) LS_RETURN_IF_ERROR(env_->RemoveFile(path));
  LS_RETURN_IF_ERROR(CreateManifest(env_, path,
                                    {FileKind::kManifest, context_->store_id, number, 0},
                                    SnapshotEdit(version, state), writer));
  return env_->SyncDirectory(directory_);
}

Status VersionSet::Advance(const VersionEdit& edit, VersionPtr* version, ManifestState* state,
                           std::vector<TableFilePtr>* removed) const {
  const VersionPtr base = current();
  LS_CHECK(base != nullptr);
  VersionBuilder builder(*base, context_);
  LS_RETURN_IF_ERROR(builder.Apply(edit, {}));
  *removed = builder.removed();
  *state = this->state();
  state->Apply(edit);
  return builder.Finish(version);
}

Status VersionSet::Apply(const VersionEdit& edit,
                         const std::function<void(const VersionPtr&)>& installed) {
  VersionPtr version;
  VersionPtr replaced;  // outlives the lock: letting it go may end tables
  std::vector<TableFilePtr> removed;
  const std::lock_guard lock(apply_mutex_);
  LS_RETURN_IF_ERROR(failure_);
  LS_CHECK(manifest_ != nullptr);
  VersionEdit numbered = edit;
  numbered.next_file_number = next_file_number_.load(std::memory_order_relaxed);
  ManifestState state;
  LS_RETURN_IF_ERROR(Advance(numbered, &version, &state, &removed));
  LS_RETURN_IF_ERROR(KeepFailure(AppendEdit(manifest_.get(), numbered, next_position_)));
  ++next_position_;
  manifest_bytes_.store(manifest_->size(), std::memory_order_relaxed);
  for (const auto& file : removed) file->MarkObsolete();
  replaced = Install(version, state);
  if (installed) installed(version);
  (void)RollManifest();
  return Status::Ok();
}

VersionPtr VersionSet::Install(VersionPtr version, const ManifestState& state) {
  const std::lock_guard lock(version_mutex_);
  state_ = state;
  current_.swap(version);
  return version;
}

Status VersionSet::KeepFailure(Status status) {
  LS_CHECK(failure_.ok());
  failure_ = status;
  return status;
}

VersionPtr VersionSet::current() const {
  const std::lock_guard lock(version_mutex_);
  return current_;
}

ManifestState VersionSet::state() const {
  const std::lock_guard lock(version_mutex_);
  ManifestState state = state_;
  state.next_file_number = next_file_number_.load(std::memory_order_relaxed);
  return state;
}

void VersionSet::Pin(VersionPtr* version, ManifestState* state) const {
  const std::lock_guard lock(version_mutex_);
  *version = current_;
  *state = state_;
  state->next_file_number = next_file_number_.load(std::memory_order_relaxed);
}

void VersionSet::MarkFileNumberUsed(uint64_t number) {
  const uint64_t next = next_file_number_.load(std::memory_order_relaxed);
  next_file_number_.store(std::max(next, number + 1), std::memory_order_relaxed);
}

uint64_t VersionSet::manifest_number() const {
  return manifest_number_.load(std::memory_order_relaxed);
}

uint64_t VersionSet::manifest_bytes() const {
  return manifest_bytes_.load(std::memory_order_relaxed);
}

const StoreId& VersionSet::store_id() const { return context_->store_id; }

Status VersionSet::Close() {
  const std::lock_guard lock(apply_mutex_);
  const VersionPtr last = Install(std::make_shared<const Version>(), state());
  if (manifest_ == nullptr) return failure_;
  const std::unique_ptr<log::Writer> manifest = std::move(manifest_);
  Status status = failure_;
  if (status.ok()) {
    status = manifest->AppendPromise();
    if (status.ok()) status = manifest->Sync();
  }
  const Status closed = manifest->Close();
  if (status.ok()) status = closed;
  failure_ = status.ok() ? Status::Closed("the manifest") : status;
  return status;
}

}  // namespace ledgerstone
