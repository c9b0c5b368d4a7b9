// The shelf's files: opening segments where they are, looking up and repairing their indexes.
#include <algorithm>

#include "base/checks.h"
#include "base/crc32c.h"
#include "log/segment_shelf.h"

namespace ledgerstone::log {
namespace {

using Guard = std::lock_guard<std::mutex>;

constexpr size_t kOpenSegmentsMax = 64;

// Whether the record that the entry names says the same. Its payload is not read beyond the time:
// whoever reads the events checks that.
Status CheckEntry(const RandomAccessFile& source, const std::string& file, uint64_t file_seed,
                  const IndexEntry& entry, uint32_t* chain) {
  char bytes[kRecordHeaderSize + kEventsHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(source.Read(entry.offset, sizeof bytes, bytes, &read));
  RecordHeader header;
  const bool right =
      read == sizeof bytes &&
      DecodeRecordHeader(Crc32cSeed(file_seed, entry.offset), bytes, &header) &&
      header.type == RecordType::kEvents && header.first_sequence == entry.position &&
      header.entry_count == entry.count && header.payload_size == entry.length &&
      header.payload_checksum == entry.payload_checksum &&
      DecodeEventsHeader(Slice(bytes + kRecordHeaderSize, kEventsHeaderSize)).time_micros ==
          entry.time_micros;
  *chain = header.header_checksum;
  if (right) return Status::Ok();
  return Status::Corruption("an index entry and the record it names differ", {file, entry.offset});
}

}  // namespace

std::vector<std::string> SegmentShelf::Places(uint64_t number) const {
  const CatalogSegment segment = Finished(number);
  if (!segment.archived()) return {options_.directory};
  std::vector<std::string> places{segment.directory};
  if (!options_.archive_directory.empty()) places.push_back(options_.archive_directory);
  places.push_back(options_.directory);
  return places;
}

Status SegmentShelf::ReloadPlaces() {
  Catalog catalog;
  LS_RETURN_IF_ERROR(LoadCatalog(options_.env, options_.directory, &catalog));
  const Guard guard(mutex_);
  if (tail_.number > 0 && tail_.number <= catalog.segments.size())
    tail_directory_ = catalog.segments[tail_.number - 1].directory;
  for (size_t i = 0; i < finished_.size() && i < catalog.segments.size(); ++i) {
    finished_[i].directory = catalog.segments[i].directory;
  }
  return Status::Ok();
}

Status SegmentShelf::Locate(uint64_t number, const std::string& name, std::string* path) {
  for (bool again = options_.read_only;; again = false) {
    const std::vector<std::string> places = Places(number);
    for (const std::string& place : places) {
      *path = JoinPath(place, name);
      bool exists = false;
      LS_RETURN_IF_ERROR(options_.env->FileExists(*path, &exists));
      if (exists) return Status::Ok();
    }
    if (!again) {
      return Status(StatusCode::kNotFound,
                    "a segment of the event log is not in '" + places.front() +
                        "', where the catalog says it is",
                    {name});
    }
    LS_RETURN_IF_ERROR(ReloadPlaces());
  }
}

Status SegmentShelf::CheckHeader(const RandomAccessFile& source, uint64_t number) const {
  char bytes[kFileHeaderSize];
  size_t read = 0;
  LS_RETURN_IF_ERROR(source.Read(0, sizeof bytes, bytes, &read));
  return CheckFileHeader(Slice(bytes, read), EventSegmentName(number), FileKind::kEventLog,
                         options_.log_id, number);
}

Status SegmentShelf::OpenFinished(uint64_t number, OpenSegmentPtr* opened) {
  {
    const Guard guard(mutex_);
    const auto found = open_.find(number);
    if (found != open_.end()) {
      found->second->used = ++uses_;
      *opened = found->second;
      return Status::Ok();
    }
  }
  std::string path;
  LS_RETURN_IF_ERROR(Locate(number, EventSegmentName(number), &path));
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(options_.env->NewRandomAccessFile(path, &source));
  LS_RETURN_IF_ERROR(CheckHeader(*source, number));
  *opened = std::make_shared<OpenSegment>();
  (*opened)->source = std::move(source);
  OpenSegmentPtr oldest;
  const Guard guard(mutex_);
  if (closed_.load(std::memory_order_relaxed)) return Status::Ok();
  (*opened)->used = ++uses_;
  open_[number] = *opened;
  if (open_.size() <= kOpenSegmentsMax) return Status::Ok();
  const auto least = std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second->used < b.second->used;
  });
  oldest = std::move(least->second);
  open_.erase(least);
  return Status::Ok();
}

Status SegmentShelf::MakeIndexAnew(uint64_t number, const CatalogSegment& segment,
                                   std::unique_ptr<SegmentIndex>* index) {
  SegmentPlace place;
  place.file = EventSegmentName(number);
  place.log_id = options_.log_id;
  place.number = number;
  LS_RETURN_IF_ERROR(Locate(number, place.file, &place.path));
  SegmentContents contents;
  LS_RETURN_IF_ERROR(ScanFinished(options_.env, place, segment, Before(number), &contents));
  if (!options_.read_only && !segment.archived()) {
    const Guard guard(repair_mutex_);
    // A failure costs the next reader the same work again.
    static_cast<void>(ReplaceIndex(options_.env,
                                   JoinPath(options_.directory, EventIndexName(number)),
                                   options_.log_id, number, contents.entries));
  }
  *index = std::make_unique<SegmentIndex>(std::move(contents.entries));
  return Status::Ok();
}

// What was the tail when the log was opened read-only stays it here, also when the owner has gone
// on in it, finished and archived it.
Status SegmentShelf::OpenMovedTail(const std::string& name,
                                   std::unique_ptr<RandomAccessFile>* source) {
  LS_RETURN_IF_ERROR(ReloadPlaces());
  std::string directory;
  {
    const Guard guard(mutex_);
    directory = tail_directory_;
  }
  Status status = options_.env->NewRandomAccessFile(JoinPath(directory, name), source);
  if (status.Is(StatusCode::kNotFound) && !options_.archive_directory.empty()) {
    status = options_.env->NewRandomAccessFile(JoinPath(options_.archive_directory, name), source);
  }
  return status;
}

Status SegmentShelf::FindInTail(const IndexEntry& entry, uint64_t number, uint64_t size,
                                FoundRecord* found) {
  found->segment = number;
  found->file = EventSegmentName(number);
  found->entry = entry;
  found->records_end = size;
  std::unique_ptr<RandomAccessFile> source;
  Status status =
      options_.env->NewRandomAccessFile(JoinPath(options_.directory, found->file), &source);
  if (status.Is(StatusCode::kNotFound) && options_.read_only) {
    status = OpenMovedTail(found->file, &source);
  } else if (status.Is(StatusCode::kNotFound) && number <= Finished().size()) {
    // Finished and archived since it was looked up.
    return FindIn(
        number,
        [&](const SegmentIndex& index, IndexEntry* at) {
          return index.FindPosition(entry.position, at);
        },
        found);
  }
  LS_RETURN_IF_ERROR(status);
  found->source = std::move(source);
  const Status right = CheckEntry(*found->source, found->file, FileSeed(options_.log_id, number),
                                  entry, &found->chain);
  if (!right.Is(StatusCode::kCorruption)) return right;
  return Status::Corruption(
      "a record that was durable is damaged; events from " + std::to_string(entry.position) +
          " to " + std::to_string(entry.last()) + " are unreadable",
      {found->file, entry.offset}, "the record of these events", "something else");
}

Status SegmentShelf::FindIn(uint64_t number, const Lookup& lookup, FoundRecord* found) {
  Status status = FindFinished(number, Finished(number), lookup, found);
  // Between looking up where it is and opening it, it may have been archived.
  for (int again = 0; status.Is(StatusCode::kNotFound) && again < 2; ++again) {
    status = FindFinished(number, Finished(number), lookup, found);
  }
  return status;
}

Status SegmentShelf::FindFinished(uint64_t number, const CatalogSegment& segment,
                                  const Lookup& lookup, FoundRecord* found) {
  OpenSegmentPtr opened;
  LS_RETURN_IF_ERROR(OpenFinished(number, &opened));
  const std::string name = EventIndexName(number);
  const uint64_t seed = FileSeed(options_.log_id, number);
  found->segment = number;
  found->file = EventSegmentName(number);
  found->records_end = segment.size - kClosingRecordSize;
  found->segment_last = segment.last;
  found->source = opened->source;
  const Guard guard(opened->mutex);
  Status status;
  if (opened->index == nullptr) {
    std::string path;
    status = Locate(number, name, &path);
    if (status.ok()) {
      status = SegmentIndex::Open(options_.env, path, name, options_.log_id, number,
                                  segment.records, &opened->index);
    }
  }
  if (status.ok()) status = lookup(*opened->index, &found->entry);
  if (status.ok())
    status = CheckEntry(*opened->source, found->file, seed, found->entry, &found->chain);
  if (status.ok() || status.Is(StatusCode::kIoError)) return status;
  std::unique_ptr<SegmentIndex> anew;
  LS_RETURN_IF_ERROR(MakeIndexAnew(number, segment, &anew));
  opened->index = std::move(anew);
  LS_RETURN_IF_ERROR(lookup(*opened->index, &found->entry));
  return CheckEntry(*opened->source, found->file, seed, found->entry, &found->chain);
}

}  // namespace ledgerstone::log
