// Reading everything and comparing it: records with their checksums and chain, segments with what
// the catalog lists and with their digest, indexes with the records. Runs beside appends; holds
// segments where they are.
#include <algorithm>

#include "base/text.h"
#include "log/event_log_impl.h"

namespace ledgerstone::log {

Status EventLogImpl::Verify(std::vector<Status>* findings) {
  findings->clear();
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  const std::lock_guard lock(archive_mutex_);
  LS_RETURN_IF_ERROR(shelf_->CheckOpen());
  const auto note = [&](const Status& status) {
    if (!status.ok()) findings->push_back(status);
  };
  note(VerifyCatalog());
  const auto [finished, tail] = shelf_->All();
  for (uint64_t number = 1; number <= finished.size(); ++number) {
    SegmentContents contents;
    const Status status = VerifyFinished(number, &contents);
    note(status);
    if (status.ok()) note(VerifyIndex(number, contents, true));
  }
  // What was finished since is verified as it was: a part of its file.
  if (tail.number == 0) return Status::Ok();
  SegmentContents contents;
  const Status status = VerifyTail(tail, &contents);
  note(status);
  if (status.ok()) note(VerifyIndex(tail.number, contents, false));
  return Status::Ok();
}

Status EventLogImpl::VerifyCatalog() {
  if (options_.read_only) return Status::Ok();
  const std::lock_guard lock(catalog_mutex_);
  Catalog stored;
  LS_RETURN_IF_ERROR(LoadCatalog(env_, directory_, &stored));
  if (EncodeCatalog(stored) == EncodeCatalog(catalog_)) return Status::Ok();
  return Status::Corruption("the catalog is not the one that was written", {kCatalogName});
}

Status EventLogImpl::VerifyFinished(uint64_t number, SegmentContents* contents) {
  const CatalogSegment listed = shelf_->Finished(number);
  SegmentPlace place{{}, EventSegmentName(number), log_id_, number};
  LS_RETURN_IF_ERROR(shelf_->Locate(number, place.file, &place.path));
  LS_RETURN_IF_ERROR(ScanFinished(env_, place, listed, shelf_->Before(number), contents));
  const SegmentEnd before =
      number == 1 ? SegmentEnd{} : shelf_->Finished(number - 1).End(number - 1);
  LS_RETURN_IF_ERROR(VerifyOpening(place.file, before, contents->scan.opening));
  if (!listed.digested()) return Status::Ok();
  Digest digest{};
  LS_RETURN_IF_ERROR(DigestFile(env_, place.path, place.file, listed.size, &digest));
  if (digest == listed.digest) return Status::Ok();
  return Status::Corruption("segment digest", {place.file}, DigestText(listed.digest),
                            DigestText(digest));
}

Status EventLogImpl::VerifyOpening(const std::string& file, const SegmentEnd& expected,
                                   const SegmentEnd& found) const {
  if (expected == found) return Status::Ok();
  return Status::Corruption("a log segment does not go on where the one before it ended",
                            {file, kFileHeaderSize}, "chain " + Hex32(expected.closing_checksum),
                            "chain " + Hex32(found.closing_checksum));
}

Status EventLogImpl::VerifyTail(const TailSegment& tail, SegmentContents* contents) {
  const std::string file = EventSegmentName(tail.number);
  LS_RETURN_IF_ERROR(ScanEvents(env_, {PathOf(file), file, log_id_, tail.number, tail.size},
                                shelf_->Before(tail.number), contents));
  const ScanResult& scan = contents->scan;
  if (scan.good_size < tail.size) {
    return Status::Corruption("a record that was durable is damaged; events from " +
                                  std::to_string(contents->end.last + 1) + " to " +
                                  std::to_string(tail.end.last) + " are unreadable",
                              {file, scan.good_size},
                              "good records up to " + std::to_string(tail.size), scan.break_reason);
  }
  const SegmentEnd before =
      tail.number == 1 ? SegmentEnd{} : shelf_->Finished(tail.number - 1).End(tail.number - 1);
  return VerifyOpening(file, before, scan.opening);
}

// `whole`: the index of a finished segment. One still written may lag behind, and may have gone on
// since the records were read, but says nothing wrong.
Status EventLogImpl::VerifyIndex(uint64_t number, const SegmentContents& contents, bool whole) {
  const std::string name = EventIndexName(number);
  std::string path = PathOf(name);
  if (whole) LS_RETURN_IF_ERROR(shelf_->Locate(number, name, &path));
  uint64_t kept = 0;
  uint64_t size = 0;
  LS_RETURN_IF_ERROR(CompareIndex(env_, path, log_id_, number, contents.entries, &kept, &size));
  const uint64_t all = contents.entries.size();
  const uint64_t in_file = size < kFileHeaderSize ? 0 : (size - kFileHeaderSize) / kIndexEntrySize;
  const bool right =
      whole ? kept == all && size == IndexEntryOffset(all) : kept == std::min(in_file, all);
  if (right) return Status::Ok();
  return Status::Corruption("the index differs from the records", {name, IndexEntryOffset(kept)},
                            std::to_string(all) + " entries as the records give them",
                            std::to_string(in_file) + " entries, of which the first " +
                                std::to_string(kept) + " are right");
}

}  // namespace ledgerstone::log
