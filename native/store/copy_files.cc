#include "store/copy_files.h"

#include <algorithm>

#include "base/checks.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr size_t kCopyChunk = size_t{1} << 20;

Status CheckSize(const TableCopy& copy, uint64_t size) {
  if (size == copy.size) return Status::Ok();
  return Status::Corruption("a table has not the size that was written", {copy.name},
                            std::to_string(copy.size) + " bytes", std::to_string(size) + " bytes");
}

// `file` may be null.
Status CopyBytes(const TableCopy& copy, const RandomAccessFile& source, WritableFile* file) {
  std::string chunk(std::min<uint64_t>(kCopyChunk, std::max<uint64_t>(copy.size, 1)), '\0');
  uint32_t digest = 0;
  for (uint64_t at = 0; at < copy.size;) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(chunk.size(), copy.size - at));
    size_t read = 0;
    LS_RETURN_IF_ERROR(source.Read(at, wanted, chunk.data(), &read));
    if (read != wanted) return CheckSize(copy, at + read);
    const Slice piece(chunk.data(), read);
    digest = Crc32cExtend(digest, piece);
    if (file != nullptr) LS_RETURN_IF_ERROR(file->Append(piece));
    at += read;
  }
  if (digest == copy.digest) return Status::Ok();
  return Status::Corruption("table digest", {copy.name}, Hex32(copy.digest), Hex32(digest));
}

}  // namespace

CopyState MakeCopyState(const StoreId& store_id, const Version& version, ManifestState state) {
  state.first_log = std::max(state.first_log, state.last_log + 1);
  state.last_log = state.first_log - 1;
  // Not a clean close: the copy goes on in a new epoch of sequences, away from the original's.
  state.clean_close.reset();
  // No log goes along: the copy's past begins with it.
  state.retained.reset();
  state.kept_logs = std::make_shared<const std::vector<KeptLog>>();
  return {store_id, SnapshotEdit(version, state)};
}

Status CopyTable(Env* env, const TableCopy& copy) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(copy.from, &source));
  LS_RETURN_IF_ERROR(CheckSize(copy, source->Size()));
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(copy.to, WriteMode::kCreate, &file));
  Status status = CopyBytes(copy, *source, file.get());
  if (status.ok()) status = file->Sync();
  const Status closed = file->Close();
  if (status.ok()) status = closed;
  if (!status.ok()) (void)env->RemoveFile(copy.to);
  return status;
}

Status CheckTableBytes(Env* env, const TableCopy& copy) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(copy.from, &source));
  LS_RETURN_IF_ERROR(CheckSize(copy, source->Size()));
  return CopyBytes(copy, *source, nullptr);
}

Status LinkOrCopyTable(Env* env, const TableCopy& copy, bool* copied) {
  *copied = false;
  const Status linked = env->LinkFile(copy.from, copy.to);
  if (linked.ok() || linked.Is(StatusCode::kNotFound) || linked.Is(StatusCode::kNoSpace)) {
    return linked;
  }
  *copied = true;
  (void)env->RemoveFile(copy.to);
  return CopyTable(env, copy);
}

Status WriteStoreState(Env* env, const std::string& directory, const CopyState& state) {
  LS_CHECK(state.snapshot.next_file_number.has_value());
  const uint64_t number = *state.snapshot.next_file_number;
  VersionEdit snapshot = state.snapshot;
  snapshot.next_file_number = number + 1;
  std::unique_ptr<log::Writer> manifest;
  LS_RETURN_IF_ERROR(CreateManifest(env, JoinPath(directory, ManifestName(number)),
                                    {FileKind::kManifest, state.store_id, number, 0}, snapshot,
                                    &manifest));
  LS_RETURN_IF_ERROR(manifest->Close());
  LS_RETURN_IF_ERROR(env->SyncDirectory(directory));
  return ReplaceFile(env, directory, kCurrentName, EncodeCurrent(state.store_id, number));
}

}  // namespace ledgerstone
