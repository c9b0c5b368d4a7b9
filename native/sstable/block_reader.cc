#include "sstable/block_reader.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/checks.h"
#include "base/coding.h"
#include "base/text.h"
#include "sstable/compression.h"

namespace ledgerstone {
namespace {

Status NoMemory(size_t size, const Status::Place& place) {
  return Status(StatusCode::kNoMemory, "no memory for a block of " + ByteSizeText(size), place);
}

}  // namespace

BlockReader::BlockReader(const RandomAccessFile* file, const TableIdentity& identity)
    : file_(file),
      identity_(identity),
      file_seed_(FileSeed(identity.store_id, identity.file_number)) {}

Status BlockReader::ReadBytes(uint64_t offset, size_t size, char* bytes) const {
  size_t read = 0;
  LS_RETURN_IF_ERROR(file_->Read(offset, size, bytes, &read));
  if (read == size) return Status::Ok();
  return Status::Corruption("table cut short", {identity_.file, offset},
                            std::to_string(size) + " bytes",
                            std::to_string(read) + " bytes");
}

Status BlockReader::Check(Slice stored, uint64_t offset, Slice* contents,
                          Compression* compression) const {
  LS_CHECK(stored.size() >= kBlockTrailerSize);
  const Slice covered = stored.substr(0, stored.size() - sizeof(uint32_t));
  const uint32_t found = DecodeFixed32(covered.data() + covered.size());
  const uint32_t computed = BlockChecksum(file_seed_, offset, covered);
  if (computed != found) [[unlikely]] {
    return Status::Corruption("block checksum", {identity_.file, offset}, Hex32(computed),
                              Hex32(found));
  }
  *contents = covered.substr(0, covered.size() - 1);
  *compression = static_cast<Compression>(covered.back());
  return Status::Ok();
}

Status BlockReader::UnpackContents(Slice contents, Compression compression, uint64_t offset,
                                   BlockBytes* block) const {
  const Status::Place place{identity_.file, offset};
  if (compression > Compression::kZstd) {
    return Status::NotSupported(
        "block compression " + std::to_string(static_cast<int>(compression)) +
            ", which this build lacks",
        place);
  }
  uint32_t size = 0;
  Slice payload;
  if (!SplitCompressed(contents, &size, &payload)) {
    return Status::Corruption("compressed block", place);
  }
  block->reset(BlockCache::Allocate(size));
  if (*block == nullptr) return NoMemory(size, place);
  if (!Decompress(compression, payload, BlockCache::MutableData(block->get()), size)) {
    return Status::Corruption("compressed block", place);
  }
  return Status::Ok();
}

Status BlockReader::Unpack(Slice stored, uint64_t offset, BlockBytes* block) const {
  Slice contents;
  Compression compression;
  LS_RETURN_IF_ERROR(Check(stored, offset, &contents, &compression));
  if (compression != Compression::kNone) {
    return UnpackContents(contents, compression, offset, block);
  }
  block->reset(BlockCache::Allocate(contents.size()));
  if (*block == nullptr) return NoMemory(contents.size(), {identity_.file, offset});
  std::memcpy(BlockCache::MutableData(block->get()), contents.data(), contents.size());
  return Status::Ok();
}

Status BlockReader::Read(const BlockHandle& handle, BlockBytes* block) const {
  const size_t size = handle.size + kBlockTrailerSize;
  BlockBytes raw(BlockCache::Allocate(size));
  if (raw == nullptr) return NoMemory(size, {identity_.file, handle.offset});
  char* const bytes = BlockCache::MutableData(raw.get());
  LS_RETURN_IF_ERROR(ReadBytes(handle.offset, size, bytes));
  Slice contents;
  Compression compression;
  LS_RETURN_IF_ERROR(Check(Slice(bytes, size), handle.offset, &contents, &compression));
  if (compression != Compression::kNone) {
    return UnpackContents(contents, compression, handle.offset, block);
  }
  BlockCache::Shrink(raw.get(), contents.size());
  *block = std::move(raw);
  return Status::Ok();
}

Status ReadAhead::Read(const BlockReader& reader, uint64_t offset, size_t size, uint64_t limit,
                       Slice* bytes) {
  LS_CHECK(offset + size <= limit);
  if (offset < begin_ || offset + size > begin_ + size_) {
    const uint64_t left = limit - offset;
    const auto amount = static_cast<size_t>(std::min<uint64_t>(std::max(size, wanted_), left));
    size_ = 0;
    if (amount > capacity_) {
      buffer_.reset(new (std::nothrow) char[amount]);
      capacity_ = buffer_ == nullptr ? 0 : amount;
      if (buffer_ == nullptr) return NoMemory(amount, {reader.file_name(), offset});
    }
    LS_RETURN_IF_ERROR(reader.ReadBytes(offset, amount, buffer_.get()));
    begin_ = offset;
    size_ = amount;
  }
  *bytes = Slice(buffer_.get() + (offset - begin_), size);
  return Status::Ok();
}

}  // namespace ledgerstone
