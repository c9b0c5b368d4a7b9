// Whole-file helpers over any Env.
//
// ReplaceFile works under `<name>.tmp`, which a crash may leave behind: the next ReplaceFile of
// that name removes it first, and nothing ever reads it. One caller per name at a time.
#include "base/checks.h"
#include "ledgerstone/env.h"

namespace ledgerstone {
namespace {

Status WriteWhole(Env* env, const std::string& path, Slice contents) {
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(path, WriteMode::kCreate, &file));
  LS_RETURN_IF_ERROR(file->Append(contents));
  LS_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status ReadFile(Env* env, const std::string& path, std::string* contents) {
  contents->clear();
  std::unique_ptr<RandomAccessFile> file;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &file));
  std::string bytes(static_cast<size_t>(file->Size()), '\0');
  size_t read = 0;
  LS_RETURN_IF_ERROR(file->Read(0, bytes.size(), bytes.data(), &read));
  LS_CHECK(read <= bytes.size());
  bytes.resize(read);
  *contents = std::move(bytes);
  return Status::Ok();
}

Status ReplaceFile(Env* env, const std::string& directory, const std::string& name,
                   Slice contents) {
  LS_CHECK(!name.empty() && name.find('/') == std::string::npos);
  const std::string path = directory + "/" + name;
  const std::string temporary = path + ".tmp";
  const Status removed = env->RemoveFile(temporary);
  if (!removed.ok() && !removed.Is(StatusCode::kNotFound)) return removed;

  Status status = WriteWhole(env, temporary, contents);
  if (status.ok()) status = env->RenameFile(temporary, path);
  if (!status.ok()) {
    // The first failure is what the caller needs to hear; the leftover is removed next time.
    static_cast<void>(env->RemoveFile(temporary));
    return status;
  }
  return env->SyncDirectory(directory);
}

}  // namespace ledgerstone
