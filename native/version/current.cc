#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "version/version_set.h"

namespace ledgerstone {
namespace {

constexpr size_t kChecksummed = kFileHeaderSize + sizeof(uint64_t);
constexpr size_t kCurrentSize = kChecksummed + sizeof(uint32_t);

}  // namespace

std::string EncodeCurrent(const StoreId& store_id, uint64_t manifest_number) {
  FileHeader header;
  header.kind = FileKind::kCurrent;
  header.store_id = store_id;
  std::string bytes = EncodeFileHeader(header);
  PutFixed64(&bytes, manifest_number);
  PutFixed32(&bytes, Crc32c(bytes));
  LS_CHECK(bytes.size() == kCurrentSize);
  return bytes;
}

Status DecodeCurrent(Slice bytes, const std::string& file, StoreId* store_id,
                     uint64_t* manifest_number) {
  FileHeader header;
  LS_RETURN_IF_ERROR(DecodeFileHeader(bytes, file, &header));
  LS_RETURN_IF_ERROR(CheckFileHeader(bytes, file, FileKind::kCurrent, header.store_id, 0));
  if (bytes.size() != kCurrentSize) {
    return Status::Corruption("the pointer file has another size", {file, 0},
                              std::to_string(kCurrentSize) + " bytes",
                              std::to_string(bytes.size()) + " bytes");
  }
  const uint32_t stored = DecodeFixed32(bytes.data() + kChecksummed);
  const uint32_t computed = Crc32c(bytes.substr(0, kChecksummed));
  if (stored != computed) {
    return Status::Corruption("pointer file checksum", {file, kChecksummed}, Hex32(computed),
                              Hex32(stored));
  }
  *store_id = header.store_id;
  *manifest_number = DecodeFixed64(bytes.data() + kFileHeaderSize);
  return Status::Ok();
}

}  // namespace ledgerstone
