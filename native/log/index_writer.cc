#include "log/index_writer.h"

#include <algorithm>

#include "log/segment_index.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kFlushBytes = 4096;

}  // namespace

IndexWriter::IndexWriter(Env* env, std::string directory, const StoreId& log_id, uint64_t number)
    : env_(env),
      path_(JoinPath(directory, EventIndexName(number))),
      log_id_(log_id),
      number_(number) {}

Status IndexWriter::Create() {
  LS_RETURN_IF_ERROR(env_->NewWritableFile(path_, WriteMode::kCreate, &file_));
  pending_ = EncodeIndex(log_id_, number_, {});
  return Status::Ok();
}

Status IndexWriter::Adopt(const std::vector<IndexEntry>& entries, Adoption* adoption) {
  uint64_t kept = 0;
  uint64_t size = 0;
  LS_RETURN_IF_ERROR(CompareIndex(env_, path_, log_id_, number_, entries, &kept, &size));
  const uint64_t right = kept == 0 ? 0 : IndexEntryOffset(kept);
  const uint64_t sound = std::max(right, std::min<uint64_t>(size, kFileHeaderSize));
  adoption->dropped = (size - sound + kIndexEntrySize - 1) / kIndexEntrySize;
  adoption->rebuilt = entries.size() - kept;
  if (kept == 0) {
    const Status removed = env_->RemoveFile(path_);
    if (!removed.ok() && !removed.Is(StatusCode::kNotFound)) return removed;
    LS_RETURN_IF_ERROR(Create());
  } else {
    if (size > right) LS_RETURN_IF_ERROR(env_->TruncateFile(path_, right));
    LS_RETURN_IF_ERROR(env_->NewWritableFile(path_, WriteMode::kAppend, &file_));
  }
  count_ = kept;
  for (uint64_t i = kept; i < entries.size(); ++i) Add(entries[i]);
  Flush();
  return Status::Ok();
}

void IndexWriter::Add(const IndexEntry& entry) {
  AppendIndexEntry(FileSeed(log_id_, number_), count_++, entry, &pending_);
  if (pending_.size() >= kFlushBytes) Flush();
}

void IndexWriter::Flush() {
  if (file_ != nullptr && !pending_.empty() && !file_->Append(pending_).ok()) file_.reset();
  pending_.clear();
}

void IndexWriter::Close() {
  Flush();
  if (file_ != nullptr) static_cast<void>(file_->Close());
  file_.reset();
}

}  // namespace ledgerstone::log
