// The first 48 bytes of every file the engine writes (log segment, table, manifest, CURRENT,
// index, catalog).
// Format page: docs/format/file-header.md.
//
//   file_header := magic: "LDGRSTN\n"     8 bytes
//                  kind: u8               'W' log, 'E' event log, 'T' table,
//                                         'M' manifest, 'C' current, 'B' backup,
//                                         'I' event index, 'S' event segment catalog
//                  reserved: u8           0
//                  format_version: u16    of that kind, starts at 1
//                  features: u32          bits a reader must know, see kKnownFeatures
//                  store_id: 16 bytes     drawn when the store is created
//                  file_number: u64       the number in the file's name; 0 for CURRENT and
//                                         CATALOG
//                  reserved: u32          0
//                  checksum: u32          crc32c of the 44 bytes before it
//
// 1. A reader refuses a kind, store id or number it did not expect, a newer version, and any
//    feature bit it does not know, the last two by name.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

inline constexpr size_t kFileHeaderSize = 48;
inline constexpr uint16_t kFormatVersion = 1;

enum class FileKind : uint8_t {
  kLog = 'W',
  kEventLog = 'E',
  kTable = 'T',
  kManifest = 'M',
  kCurrent = 'C',
  kBackup = 'B',
  kEventIndex = 'I',
  kEventCatalog = 'S',
};

// Feature bits. Frozen; the first three are reserved for what a later release writes.
inline constexpr uint32_t kFeatureMerge = 1u << 0;
inline constexpr uint32_t kFeatureRangeDelete = 1u << 1;
inline constexpr uint32_t kFeatureExpiry = 1u << 2;
inline constexpr uint32_t kKnownFeatures = 0;

using StoreId = std::array<char, 16>;

struct FileHeader {
  FileKind kind = FileKind::kLog;
  uint16_t format_version = kFormatVersion;
  uint32_t features = 0;
  StoreId store_id{};
  uint64_t file_number = 0;
};

std::string EncodeFileHeader(const FileHeader& header);
// Checks magic, checksum, version and features; `file` names the file in the error.
Status DecodeFileHeader(Slice bytes, const std::string& file, FileHeader* header);
// Decodes, and checks that it is the header of the file that was asked for.
Status CheckFileHeader(Slice bytes, const std::string& file, FileKind kind, const StoreId& store_id,
                       uint64_t file_number);

// Thirty-two hexadecimal digits.
std::string StoreIdText(const StoreId& id);
// What checksums inside the file are seeded with, beside their offset.
uint64_t FileSeed(const StoreId& id, uint64_t file_number);

}  // namespace ledgerstone
