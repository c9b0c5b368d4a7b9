#include "sstable/format.h"

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"

namespace ledgerstone {
namespace {

constexpr Slice kFooterMagic("LDGRTBL\n", 8);

void PutFixedHandle(std::string* destination, const BlockHandle& handle) {
  PutFixed64(destination, handle.offset);
  PutFixed64(destination, handle.size);
}

BlockHandle FixedHandle(Decoder* decoder) {
  BlockHandle handle;
  handle.offset = decoder->Fixed64();
  handle.size = decoder->Fixed64();
  return handle;
}

bool FillsFile(const TableFooter& footer, uint64_t file_size) {
  const auto ends_at = [&](const BlockHandle& handle, uint64_t end) {
    return handle.size <= kBlockBytesMax && handle.offset <= file_size &&
           handle.offset + handle.size + kBlockTrailerSize == end;
  };
  if (footer.has_filter() && !ends_at(footer.filter, footer.index.offset)) return false;
  return footer.DataEnd() >= kFileHeaderSize && ends_at(footer.index, footer.properties.offset) &&
         ends_at(footer.properties, file_size - kTableFooterSize);
}

}  // namespace

void PutBlockHandle(std::string* destination, const BlockHandle& handle) {
  PutVarint(destination, handle.offset);
  PutVarint(destination, handle.size);
}

bool DecodeBlockHandle(Slice bytes, BlockHandle* handle) {
  Decoder decoder(bytes);
  handle->offset = decoder.Varint64();
  handle->size = decoder.Varint64();
  return decoder.ok() && decoder.done();
}

uint32_t BlockChecksum(uint64_t file_seed, uint64_t offset, Slice bytes) {
  return Crc32cExtend(Crc32cSeed(file_seed, offset), bytes);
}

std::string EncodeBlockTrailer(uint64_t file_seed, uint64_t offset, Slice contents,
                               Compression compression) {
  std::string trailer(1, static_cast<char>(compression));
  PutFixed32(&trailer, Crc32cExtend(BlockChecksum(file_seed, offset, contents), trailer));
  LS_CHECK(trailer.size() == kBlockTrailerSize);
  return trailer;
}

std::string EncodeTableFooter(const TableFooter& footer) {
  std::string bytes;
  PutFixedHandle(&bytes, footer.index);
  PutFixedHandle(&bytes, footer.filter);
  PutFixedHandle(&bytes, footer.properties);
  PutFixed32(&bytes, kTableFormat);
  PutFixed32(&bytes, 0);
  PutFixed64(&bytes, footer.file_seed);
  bytes.append(kFooterMagic);
  PutFixed32(&bytes, Crc32c(bytes));
  LS_CHECK(bytes.size() == kTableFooterSize);
  return bytes;
}

Status DecodeTableFooter(Slice bytes, const TableIdentity& identity, uint64_t file_size,
                         TableFooter* footer) {
  LS_CHECK(bytes.size() == kTableFooterSize && file_size >= kTableFooterSize);
  const Status::Place place{identity.file, file_size - kTableFooterSize};
  const Slice covered = bytes.substr(0, kTableFooterSize - 4);
  if (!covered.ends_with(kFooterMagic)) return Status::Corruption("table footer magic", place);
  const uint32_t stored = DecodeFixed32(bytes.data() + covered.size());
  const uint32_t computed = Crc32c(covered);
  if (stored != computed) {
    return Status::Corruption("table footer checksum", place, Hex32(computed), Hex32(stored));
  }
  Decoder decoder(covered);
  footer->index = FixedHandle(&decoder);
  footer->filter = FixedHandle(&decoder);
  footer->properties = FixedHandle(&decoder);
  const uint32_t format = decoder.Fixed32();
  const uint32_t features = decoder.Fixed32();
  footer->file_seed = decoder.Fixed64();
  LS_CHECK(decoder.ok());
  if (format > kTableFormat) {
    return Status(StatusCode::kFormatTooNew,
                  "table format " + std::to_string(format) + ", this build reads up to " +
                      std::to_string(kTableFormat),
                  place);
  }
  if (features != 0) {
    return Status::NotSupported(
        "the table uses features " + Hex32(features) + ", which this build lacks", place);
  }
  const uint64_t seed = FileSeed(identity.store_id, identity.file_number);
  if (footer->file_seed != seed) {
    return Status::Corruption("table footer of another file", place, std::to_string(seed),
                              std::to_string(footer->file_seed));
  }
  if (format != kTableFormat || !FillsFile(*footer, file_size)) {
    return Status::Corruption("table footer layout", place);
  }
  return Status::Ok();
}

}  // namespace ledgerstone
