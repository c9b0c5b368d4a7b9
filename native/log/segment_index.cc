#include "log/segment_index.h"

#include <algorithm>

#include "base/checks.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kEntriesPerPage = 4096 / kIndexEntrySize;

bool HeaderHolds(Slice bytes, const std::string& file, const StoreId& log_id, uint64_t number) {
  return CheckFileHeader(bytes, file, FileKind::kEventIndex, log_id, number).ok();
}

}  // namespace

Status SegmentIndex::Open(Env* env, const std::string& path, const std::string& file,
                          const StoreId& log_id, uint64_t number, uint64_t count,
                          std::unique_ptr<SegmentIndex>* index) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  char header[kFileHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(source->Read(0, sizeof header, header, &read));
  LS_RETURN_IF_ERROR(
      CheckFileHeader(Slice(header, read), file, FileKind::kEventIndex, log_id, number));
  if (source->Size() != IndexEntryOffset(count)) {
    return Status::Corruption("an index of another size", {file},
                              std::to_string(IndexEntryOffset(count)) + " bytes",
                              std::to_string(source->Size()) + " bytes");
  }
  index->reset(new SegmentIndex(std::move(source), file, FileSeed(log_id, number), count));
  return Status::Ok();
}

Status SegmentIndex::Damage(uint64_t index) const {
  return Status::Corruption("index entry", {file_, IndexEntryOffset(index)});
}

Status SegmentIndex::Load(uint64_t begin, uint64_t end, std::vector<IndexEntry>* entries) const {
  LS_CHECK(begin < end && end <= count_);
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(begin);
  if (source_ == nullptr) {
    entries->assign(first, first + static_cast<std::ptrdiff_t>(end - begin));
    return Status::Ok();
  }
  std::string bytes(static_cast<size_t>(end - begin) * kIndexEntrySize, '\0');
  size_t read = 0;
  LS_RETURN_IF_ERROR(source_->Read(IndexEntryOffset(begin), bytes.size(), bytes.data(), &read));
  if (read != bytes.size()) return Damage(begin);
  entries->resize(static_cast<size_t>(end - begin));
  for (uint64_t i = begin; i < end; ++i) {
    IndexEntry& entry = (*entries)[i - begin];
    const char* const at = bytes.data() + (i - begin) * kIndexEntrySize;
    if (!DecodeIndexEntry(file_seed_, i, at, &entry) || entry.count == 0) return Damage(i);
    if (i > begin && entry.position != (*entries)[i - begin - 1].last() + 1) return Damage(i);
  }
  return Status::Ok();
}

Status SegmentIndex::FindFirst(const Predicate& reached, IndexEntry* entry) const {
  uint64_t begin = 0;
  uint64_t end = count_;
  std::vector<IndexEntry> loaded;
  while (end - begin > kEntriesPerPage) {
    const uint64_t middle = begin + (end - begin) / 2;
    LS_RETURN_IF_ERROR(Load(middle, middle + 1, &loaded));
    if (reached(loaded.front())) {
      end = middle + 1;
    } else {
      begin = middle + 1;
    }
  }
  if (begin == end) return Damage(begin);
  LS_RETURN_IF_ERROR(Load(begin, end, &loaded));
  const auto found = std::find_if(loaded.begin(), loaded.end(), reached);
  if (found == loaded.end()) return Damage(end - 1);
  *entry = *found;
  return Status::Ok();
}

Status SegmentIndex::FindPosition(uint64_t position, IndexEntry* entry) const {
  LS_RETURN_IF_ERROR(
      FindFirst([&](const IndexEntry& candidate) { return candidate.last() >= position; }, entry));
  return entry->position <= position ? Status::Ok() : Damage(0);
}

Status SegmentIndex::FindTime(uint64_t time_micros, IndexEntry* entry) const {
  return FindFirst(
      [&](const IndexEntry& candidate) { return candidate.time_micros >= time_micros; }, entry);
}

Status CompareIndex(Env* env, const std::string& path, const StoreId& log_id, uint64_t number,
                    const std::vector<IndexEntry>& entries, uint64_t* kept, uint64_t* size) {
  *kept = *size = 0;
  std::string bytes;
  const Status status = ReadFile(env, path, &bytes);
  if (status.Is(StatusCode::kNotFound)) return Status::Ok();
  LS_RETURN_IF_ERROR(status);
  *size = bytes.size();
  if (!HeaderHolds(bytes, EventIndexName(number), log_id, number)) return Status::Ok();
  const uint64_t seed = FileSeed(log_id, number);
  IndexEntry entry;
  while (*kept < entries.size() && IndexEntryOffset(*kept + 1) <= bytes.size() &&
         DecodeIndexEntry(seed, *kept, bytes.data() + IndexEntryOffset(*kept), &entry) &&
         entry == entries[*kept]) {
    ++*kept;
  }
  return Status::Ok();
}

Status ReplaceIndex(Env* env, const std::string& path, const StoreId& log_id, uint64_t number,
                    const std::vector<IndexEntry>& entries) {
  const std::string temporary = path + kTemporarySuffix;
  const Status removed = env->RemoveFile(temporary);
  if (!removed.ok() && !removed.Is(StatusCode::kNotFound)) return removed;
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(temporary, WriteMode::kCreate, &file));
  LS_RETURN_IF_ERROR(file->Append(EncodeIndex(log_id, number, entries)));
  LS_RETURN_IF_ERROR(file->Sync());
  LS_RETURN_IF_ERROR(file->Close());
  return env->RenameFile(temporary, path);
}

}  // namespace ledgerstone::log
