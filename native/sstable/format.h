// Bytes of a table file. Format page: docs/format/table.md.
//
//   table  := file_header (kind 'T')
//             data_block*  filter_block?  index_block  properties_block  footer
//   block  := contents, compression: u8, checksum: u32
//             checksum: crc32c of contents and compression byte, from Crc32cSeed(file seed, offset)
//   footer := index_handle, filter_handle (size 0: none), properties_handle, each (u64, u64)
//             table_format: u32 = 1, features: u32, file_seed: u64, magic: "LDGRTBL\n",
//             checksum: u32 of all footer bytes before it, unseeded                     76 bytes
//   A handle's size counts the contents as stored, not the five bytes of the trailer.
//   Nothing lies between the parts: every byte of the file is under one checksum.
//   Only data blocks are compressed:  contents as stored := content_size: varint, payload
//
// Entries in data and index blocks (docs/format/table.md has the worked example):
//   entry  := shared: varint, unshared: varint, value_size: varint, key_suffix, value
//   keys are internal keys; `shared` counts bytes of the user key only, so that the trailer is
//   whole at the end of every suffix (unshared >= 8); it is 0 at restart points
//   data block contents  := entry*, restart: u32 × restart_count, hash_index?, block_footer: u32
//   block_footer         := restart_count | (has_hash_index ? 1 << 31 : 0)
//   hash_index           := bucket: u8 × bucket_count, bucket_count: u16
//                           bucket = restart index (0..252), 254 = collision, 255 = no such key
//   index block: every entry is a restart point, no hash index; an entry's value is a block handle
//   (offset: varint, size: varint), its key is a separator: not before the block's last key, before
//   the next block's first key.
//   filter_block contents: sstable/bloom_filter.h; properties_block contents: sstable/properties.h.
#pragma once

#include <cstdint>
#include <string>

#include "base/file_header.h"
#include "base/internal_key.h"
#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

inline constexpr size_t kBlockTrailerSize = 5;
inline constexpr size_t kTableFooterSize = 76;
inline constexpr uint32_t kTableFormat = 1;
inline constexpr uint32_t kHashIndexFlag = uint32_t{1} << 31;
inline constexpr uint32_t kHashIndexRestartsMax = 253;
inline constexpr uint8_t kHashIndexCollision = 254;
inline constexpr uint8_t kHashIndexAbsent = 255;
// A block larger than this on disk or after decompression is corruption.
inline constexpr uint32_t kBlockBytesMax = uint32_t{1} << 30;

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

// Checked against the file's size: the parts a footer names fill the file without gaps.
struct TableFooter {
  BlockHandle index;
  BlockHandle filter;
  BlockHandle properties;
  uint64_t file_seed = 0;

  bool has_filter() const { return filter.size != 0; }
  // Where the last data block ends.
  uint64_t DataEnd() const { return has_filter() ? filter.offset : index.offset; }
};

// Who a table is; seeds its checksums and names it in errors.
struct TableIdentity {
  StoreId store_id{};
  uint64_t file_number = 0;
  std::string file;  // name as in errors, like "000012.sst"
};

// What the builder found out while writing; the manifest keeps the parts that open and scrub check.
struct TableInfo {
  uint64_t file_size = 0;
  uint32_t digest = 0;  // crc32c of the whole file
  uint64_t entry_count = 0;
  uint64_t tombstone_count = 0;
  uint64_t raw_key_bytes = 0;
  uint64_t raw_value_bytes = 0;
  std::string smallest;  // internal keys
  std::string largest;
  Sequence smallest_sequence = kSequenceMax;
  Sequence largest_sequence = 0;
};

// How a table is written.
struct TableOptions {
  uint32_t block_bytes = 4096;
  uint32_t restart_interval = 16;
  uint32_t filter_bits_per_key = 10;  // 0: no filter
  bool hash_index = true;
  Compression compression = Compression::kLz4;
  int zstd_level = 1;
};

void PutBlockHandle(std::string* destination, const BlockHandle& handle);
bool DecodeBlockHandle(Slice bytes, BlockHandle* handle);

// The checksum of a block at `offset`; `bytes` are its contents and the compression byte.
uint32_t BlockChecksum(uint64_t file_seed, uint64_t offset, Slice bytes);
// The five bytes after a block's contents.
std::string EncodeBlockTrailer(uint64_t file_seed, uint64_t offset, Slice contents,
                               Compression compression);
// Which bucket of a hash index a user key's Hash64 falls into.
inline uint32_t HashIndexBucket(uint64_t hash, uint32_t bucket_count) {
  return static_cast<uint32_t>(((hash & 0xffffffffu) * bucket_count) >> 32);
}

std::string EncodeTableFooter(const TableFooter& footer);
// `bytes` are the last kTableFooterSize bytes of a file of `file_size` bytes.
Status DecodeTableFooter(Slice bytes, const TableIdentity& identity, uint64_t file_size,
                         TableFooter* footer);

}  // namespace ledgerstone
