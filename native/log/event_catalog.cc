#include "log/event_catalog.h"

#include <algorithm>
#include <cstring>

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "log/event_format.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kFixedSize = 8 + kSegmentEndSize + 4 + 4;
constexpr size_t kSegmentSize = 80;

uint32_t CatalogChecksum(const StoreId& log_id, Slice body) {
  return Crc32cExtend(Crc32cSeed(FileSeed(log_id, 0), kFileHeaderSize), body);
}

std::vector<std::string> Directories(const Catalog& catalog) {
  std::vector<std::string> directories;
  for (const CatalogSegment& segment : catalog.segments) {
    if (!segment.archived()) continue;
    if (std::find(directories.begin(), directories.end(), segment.directory) == directories.end())
      directories.push_back(segment.directory);
  }
  return directories;
}

void AppendSegment(const CatalogSegment& segment, const std::vector<std::string>& directories,
                   std::string* bytes) {
  const auto found = std::find(directories.begin(), directories.end(), segment.directory);
  const auto place = segment.archived() ? found - directories.begin() + 1 : 0;
  PutFixed32(bytes, static_cast<uint32_t>(place));
  PutFixed32(bytes, segment.records);
  for (const uint64_t value : {segment.first, segment.last, segment.first_time, segment.last_time,
                               segment.epoch, segment.size}) {
    PutFixed64(bytes, value);
  }
  PutFixed32(bytes, segment.chain);
  PutFixed32(bytes, segment.closing_checksum);
  bytes->append(segment.digest.data(), segment.digest.size());
}

// False when the place is none.
bool ReadSegment(Decoder* decoder, const std::vector<std::string>& directories,
                 CatalogSegment* segment) {
  const uint32_t place = decoder->Fixed32();
  if (place > directories.size()) return false;
  if (place > 0) segment->directory = directories[place - 1];
  segment->records = decoder->Fixed32();
  for (uint64_t* value : {&segment->first, &segment->last, &segment->first_time,
                          &segment->last_time, &segment->epoch, &segment->size}) {
    *value = decoder->Fixed64();
  }
  segment->chain = decoder->Fixed32();
  segment->closing_checksum = decoder->Fixed32();
  const Slice digest = decoder->Bytes(segment->digest.size());
  if (!decoder->ok()) return false;
  std::memcpy(segment->digest.data(), digest.data(), digest.size());
  return true;
}

bool ReadBody(Slice body, Catalog* catalog) {
  Decoder decoder(body);
  catalog->newest = decoder.Fixed64();
  SegmentEnd close;
  const Slice close_bytes = decoder.Bytes(kSegmentEndSize);
  if (!decoder.ok() || !DecodeSegmentEnd(close_bytes, &close)) return false;
  if (close.segment > 0) catalog->clean_close = close;
  const uint32_t directory_count = decoder.Fixed32();
  const uint32_t segment_count = decoder.Fixed32();
  std::vector<std::string> directories;
  for (uint32_t i = 0; i < directory_count; ++i) {
    const uint32_t length = decoder.Fixed32();
    const Slice directory = decoder.Bytes(length);
    if (!decoder.ok() || directory.empty()) return false;
    directories.emplace_back(directory);
  }
  if (decoder.remaining() != uint64_t{segment_count} * kSegmentSize) return false;
  catalog->segments.resize(segment_count);
  bool live = false;
  for (CatalogSegment& segment : catalog->segments) {
    if (!ReadSegment(&decoder, directories, &segment)) return false;
    if (segment.size < kFileHeaderSize + 2 * kClosingRecordSize) return false;
    if (live && segment.archived()) return false;
    live = !segment.archived();
  }
  return decoder.ok() && decoder.done() && catalog->newest >= segment_count;
}

}  // namespace

SegmentEnd CatalogSegment::End(uint64_t number) const {
  return {number, last, size - kClosingRecordSize, chain, closing_checksum};
}

SegmentEnd Catalog::LastEnd() const {
  return segments.empty() ? SegmentEnd{} : segments.back().End(segments.size());
}

std::string EncodeCatalog(const Catalog& catalog) {
  FileHeader header;
  header.kind = FileKind::kEventCatalog;
  header.store_id = catalog.log_id;
  std::string bytes = EncodeFileHeader(header);
  PutFixed64(&bytes, catalog.newest);
  bytes += EncodeSegmentEnd(catalog.clean_close.value_or(SegmentEnd{}));
  const std::vector<std::string> directories = Directories(catalog);
  PutFixed32(&bytes, static_cast<uint32_t>(directories.size()));
  PutFixed32(&bytes, static_cast<uint32_t>(catalog.segments.size()));
  for (const std::string& directory : directories) {
    PutFixed32(&bytes, static_cast<uint32_t>(directory.size()));
    bytes += directory;
  }
  for (const CatalogSegment& segment : catalog.segments) {
    AppendSegment(segment, directories, &bytes);
  }
  PutFixed32(&bytes, CatalogChecksum(catalog.log_id, Slice(bytes).substr(kFileHeaderSize)));
  return bytes;
}

Status DecodeCatalog(Slice bytes, Catalog* catalog) {
  *catalog = Catalog{};
  FileHeader header;
  LS_RETURN_IF_ERROR(DecodeFileHeader(bytes, kCatalogName, &header));
  LS_RETURN_IF_ERROR(
      CheckFileHeader(bytes, kCatalogName, FileKind::kEventCatalog, header.store_id, 0));
  catalog->log_id = header.store_id;
  const size_t least = kFileHeaderSize + kFixedSize + 4;
  if (bytes.size() < least) {
    return Status::Corruption("the catalog of an event log is cut short", {kCatalogName},
                              "at least " + std::to_string(least) + " bytes",
                              std::to_string(bytes.size()) + " bytes");
  }
  const Slice body = bytes.substr(kFileHeaderSize, bytes.size() - kFileHeaderSize - 4);
  const uint32_t stored = DecodeFixed32(bytes.data() + bytes.size() - 4);
  const uint32_t computed = CatalogChecksum(header.store_id, body);
  if (stored != computed) {
    return Status::Corruption("catalog checksum", {kCatalogName, kFileHeaderSize}, Hex32(computed),
                              Hex32(stored));
  }
  if (ReadBody(body, catalog)) return Status::Ok();
  return Status::Corruption("a sound catalog says what cannot be", {kCatalogName, kFileHeaderSize});
}

Status LoadCatalog(Env* env, const std::string& directory, Catalog* catalog) {
  std::string bytes;
  LS_RETURN_IF_ERROR(ReadFile(env, JoinPath(directory, kCatalogName), &bytes));
  return DecodeCatalog(bytes, catalog);
}

Status StoreCatalog(Env* env, const std::string& directory, const Catalog& catalog) {
  LS_CHECK(catalog.newest >= catalog.segments.size());
  return ReplaceFile(env, directory, kCatalogName, EncodeCatalog(catalog));
}

std::string CatalogText(const Catalog& catalog) {
  std::string text = "newest segment " + std::to_string(catalog.newest);
  if (catalog.clean_close) {
    text += ", closed in segment " + std::to_string(catalog.clean_close->segment) + " at " +
            std::to_string(catalog.clean_close->size);
  }
  text += "\n";
  uint64_t number = 0;
  for (const CatalogSegment& segment : catalog.segments) {
    text += "  " + EventSegmentName(++number) + " " + std::to_string(segment.size) + " B, ";
    text += segment.first == 0
                ? "no events"
                : "events " + std::to_string(segment.first) + " to " +
                      std::to_string(segment.last) + " in " + std::to_string(segment.records) +
                      " records, times " + std::to_string(segment.first_time) + " to " +
                      std::to_string(segment.last_time);
    text +=
        ", epoch " + std::to_string(segment.epoch) + ", chain " + Hex32(segment.closing_checksum) +
        ", digest " + (segment.digested() ? DigestText(segment.digest) : "not yet") +
        (segment.archived() ? ", in '" + EscapeBytes(segment.directory) + "'" : ", live") + "\n";
  }
  return text;
}

}  // namespace ledgerstone::log
