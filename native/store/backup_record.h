// What a backup is: one small file that names the tables of one point of a store's commit order.
// Format page: docs/format/backup.md.
//
//   backup := file_header (kind 'B'; the store's id, the backup's number)
//             created_millis: u64, sent_tables: u64, sent_bytes: u64
//             edit_size: u32, edit: bytes   a version edit, the first one of a manifest
//             checksum: u32                 crc32c of everything before it
//
// 1. The file appears whole (ReplaceFile), after every table it names is durable. A backup without
//    this file is none.
#pragma once

#include <string>

#include "ledgerstone/copies.h"
#include "store/copy_files.h"

namespace ledgerstone {

struct BackupRecord {
  uint64_t number = 0;
  uint64_t created_millis = 0;
  uint64_t sent_tables = 0;  // that earlier backups did not have
  uint64_t sent_bytes = 0;
  CopyState state;
};

std::string EncodeBackup(const BackupRecord& record);
// `file` names the file in errors.
Status DecodeBackup(Slice bytes, const std::string& file, uint64_t number, BackupRecord* record);
BackupInfo InfoOf(const BackupRecord& record);

// "000007.backup"
std::string BackupName(uint64_t number);
// False for names that are no backup's.
bool ParseBackupName(const std::string& name, uint64_t* number);
// A table's name among those of all backups: "tables/000012-1a2b3c4d-<store id>.sst"; number,
// digest and store.
std::string BackupTableName(const StoreId& store_id, const TableMeta& meta);

}  // namespace ledgerstone
