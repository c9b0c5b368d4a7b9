// Moving finished segments into an archive.
//
// For each: copy under a temporary name, sync, read back, compare digests, rename, sync the
// directory; record the new place in the catalog; only then delete. Killed anywhere, the segment is
// whole where the catalog says, and the other files are leftovers: in the archive the next Archive
// replaces them, beside the log the next Open removes them. After a failed sync of a directory
// nothing more is archived until the log is reopened: a later sync could not be believed.
#include "base/checks.h"
#include "log/event_log_impl.h"

namespace ledgerstone::log {

Status EventLogImpl::Archive(const std::string& directory, uint64_t through, uint64_t* moved) {
  *moved = 0;
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  const std::lock_guard lock(archive_mutex_);
  {
    const std::lock_guard state(mutex_);
    LS_RETURN_IF_ERROR(Refusal());
  }
  if (!archive_failure_.ok()) return archive_failure_;
  LS_RETURN_IF_ERROR(CheckArchiveDirectory(directory));
  const uint64_t count = shelf_->Finished().size();
  for (uint64_t number = 1; number <= count; ++number) {
    const CatalogSegment segment = shelf_->Finished(number);
    if (segment.last > through) break;
    if (segment.archived()) continue;
    LS_RETURN_IF_ERROR(ArchiveSegment(directory, number));
    ++*moved;
    LS_RETURN_IF_ERROR(RemoveLive(EventSegmentName(number)));
    LS_RETURN_IF_ERROR(RemoveLive(EventIndexName(number)));
  }
  return Status::Ok();
}

// A log's own directory is no archive: the copy would be the file that is deleted.
Status EventLogImpl::CheckArchiveDirectory(const std::string& directory) {
  if (directory.empty()) return Status::InvalidArgument("the path of the archive is empty");
  archive_failure_ = env_->CreateDirectory(directory);
  LS_RETURN_IF_ERROR(archive_failure_);
  bool is_log = false;
  LS_RETURN_IF_ERROR(env_->FileExists(JoinPath(directory, kCatalogName), &is_log));
  if (!is_log) return Status::Ok();
  return Status::InvalidArgument("'" + directory + "' is the directory of an event log");
}

Status EventLogImpl::ArchiveSegment(const std::string& directory, uint64_t number) {
  LS_RETURN_IF_ERROR(ReadBack(number));
  LS_RETURN_IF_ERROR(CopyToArchive(directory, number, shelf_->Finished(number)));
  return ChangeListed(number, [&](CatalogSegment* segment) { segment->directory = directory; });
}

Status EventLogImpl::CopyToArchive(const std::string& directory, uint64_t number,
                                   const CatalogSegment& segment) {
  LS_CHECK(segment.digested());
  const std::string name = EventSegmentName(number);
  const std::string path = JoinPath(directory, name);
  const std::string temporary = path + kTemporarySuffix;
  LS_RETURN_IF_ERROR(CheckNotAnothers(path, name));
  const Status removed = env_->RemoveFile(temporary);
  if (!removed.ok() && !removed.Is(StatusCode::kNotFound)) return removed;
  LS_RETURN_IF_ERROR(CopySynced(env_, PathOf(name), temporary, name, segment.size));
  Digest digest{};
  LS_RETURN_IF_ERROR(DigestFile(env_, temporary, name, segment.size, &digest));
  if (digest != segment.digest) {
    return Status::Corruption("the copy of a log segment is not what was copied", {name},
                              DigestText(segment.digest), DigestText(digest));
  }
  SegmentContents contents;
  LS_RETURN_IF_ERROR(ScanFinished(env_, {temporary, name, log_id_, number}, segment,
                                  shelf_->Before(number), &contents));
  LS_RETURN_IF_ERROR(ReplaceIndex(env_, JoinPath(directory, EventIndexName(number)), log_id_,
                                  number, contents.entries));
  LS_RETURN_IF_ERROR(env_->RenameFile(temporary, path));
  archive_failure_ = env_->SyncDirectory(directory);
  return archive_failure_;
}

// An archive that already holds another log's segment of this number is left alone.
Status EventLogImpl::CheckNotAnothers(const std::string& path, const std::string& name) const {
  std::unique_ptr<RandomAccessFile> file;
  const Status opened = env_->NewRandomAccessFile(path, &file);
  if (opened.Is(StatusCode::kNotFound)) return Status::Ok();
  LS_RETURN_IF_ERROR(opened);
  char bytes[kFileHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(file->Read(0, sizeof bytes, bytes, &read));
  FileHeader header;
  LS_RETURN_IF_ERROR(DecodeFileHeader(Slice(bytes, read), name, &header));
  if (header.store_id == log_id_) return Status::Ok();
  return Status::InvalidArgument("the archive holds '" + name + "' of the log " +
                                 StoreIdText(header.store_id) + "; this one is " +
                                 StoreIdText(log_id_));
}

}  // namespace ledgerstone::log
