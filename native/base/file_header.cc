#include "base/file_header.h"

#include <cstring>

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/hash.h"
#include "base/text.h"

namespace ledgerstone {
namespace {

constexpr char kMagic[] = "LDGRSTN\n";
constexpr size_t kMagicSize = 8;

std::string FeatureNames(uint32_t features) {
  std::string names;
  const auto add = [&](uint32_t bit, const char* name) {
    if ((features & bit) == 0) return;
    if (!names.empty()) names += ", ";
    names += name;
    features &= ~bit;
  };
  add(kFeatureMerge, "merge operators");
  add(kFeatureRangeDelete, "range delete");
  add(kFeatureExpiry, "expiry");
  if (features != 0) {
    if (!names.empty()) names += ", ";
    names += "unnamed bits " + Hex32(features);
  }
  return names;
}

}  // namespace

std::string EncodeFileHeader(const FileHeader& header) {
  std::string bytes(kMagic, kMagicSize);
  bytes.push_back(static_cast<char>(header.kind));
  bytes.push_back('\0');
  PutFixed(&bytes, header.format_version);
  PutFixed32(&bytes, header.features);
  bytes.append(header.store_id.data(), header.store_id.size());
  PutFixed64(&bytes, header.file_number);
  PutFixed32(&bytes, 0);
  PutFixed32(&bytes, Crc32c(bytes));
  LS_CHECK(bytes.size() == kFileHeaderSize);
  return bytes;
}

Status DecodeFileHeader(Slice bytes, const std::string& file, FileHeader* header) {
  const Status::Place place{file, 0};
  if (bytes.size() < kFileHeaderSize) {
    return Status::Corruption("file header cut short", place,
                              std::to_string(kFileHeaderSize) + " bytes",
                              std::to_string(bytes.size()) + " bytes");
  }
  bytes = bytes.substr(0, kFileHeaderSize);
  if (bytes.substr(0, kMagicSize) != Slice(kMagic, kMagicSize)) {
    return Status::Corruption("not a Ledgerstone file", place);
  }
  const uint32_t stored = DecodeFixed32(bytes.data() + 44);
  const uint32_t computed = Crc32c(bytes.substr(0, 44));
  if (stored != computed) {
    return Status::Corruption("file header checksum", place, Hex32(computed), Hex32(stored));
  }
  Decoder decoder(bytes.substr(kMagicSize));
  header->kind = static_cast<FileKind>(decoder.Fixed8());
  decoder.Fixed8();
  header->format_version = decoder.Fixed16();
  header->features = decoder.Fixed32();
  const Slice id = decoder.Bytes(header->store_id.size());
  header->file_number = decoder.Fixed64();
  LS_CHECK(decoder.ok());
  std::memcpy(header->store_id.data(), id.data(), id.size());
  if (header->format_version > kFormatVersion) {
    return Status(StatusCode::kFormatTooNew,
                  "format version " + std::to_string(header->format_version) +
                      ", this build reads up to " + std::to_string(kFormatVersion),
                  place);
  }
  if ((header->features & ~kKnownFeatures) != 0) {
    return Status::NotSupported("the file uses " +
                                    FeatureNames(header->features & ~kKnownFeatures) +
                                    ", which this build lacks",
                                place);
  }
  return Status::Ok();
}

Status CheckFileHeader(Slice bytes, const std::string& file, FileKind kind, const StoreId& store_id,
                       uint64_t file_number) {
  FileHeader header;
  LS_RETURN_IF_ERROR(DecodeFileHeader(bytes, file, &header));
  const Status::Place place{file, 0};
  if (header.kind != kind) {
    return Status::Corruption("file of another kind", place,
                              std::string(1, static_cast<char>(kind)),
                              std::string(1, static_cast<char>(header.kind)));
  }
  if (header.store_id != store_id) {
    return Status::Corruption("file of another store", place, StoreIdText(store_id),
                              StoreIdText(header.store_id));
  }
  if (header.file_number != file_number) {
    return Status::Corruption("file under another number", place, std::to_string(file_number),
                              std::to_string(header.file_number));
  }
  return Status::Ok();
}

std::string StoreIdText(const StoreId& id) { return HexBytes(Slice(id.data(), id.size())); }

uint64_t FileSeed(const StoreId& id, uint64_t file_number) {
  return Hash64(Slice(id.data(), id.size())) ^ HashMix(file_number);
}

}  // namespace ledgerstone
