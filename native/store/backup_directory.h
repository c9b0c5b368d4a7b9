// A directory of backups that share tables.
//
//   LOCK            held by whoever changes the directory
//   NNNNNN.backup   one backup: backup_record.h
//   tables/         the tables of all of them, each under number, digest and store
//
// 1. A table has its name only when it is whole and synced; it never changes. A backup has its name
//    only when all its tables are durable under theirs. What a kill leaves besides is *.tmp files
//    and tables that no backup names: they make no backup, and the next one to finish uses them or
//    removes them.
// 2. Tables are removed only when every backup that is left could be read and none names them.
// 3. Reading (List, Read, restoring) takes no lock and writes nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/backup_record.h"

namespace ledgerstone {

class BackupDirectory {
 public:
  BackupDirectory(Env* env, std::string path);

  // Makes the directory if need be and takes the lock. InvalidArgument when it holds what is no
  // part of a backup.
  Status Prepare();
  // Takes the lock of one that is there.
  Status Lock();
  // The numbers of the backups, rising. NotFound when there is no such directory.
  Status List(std::vector<uint64_t>* numbers) const;
  Status Read(uint64_t number, BackupRecord* record) const;
  // Makes sure that the table is in the directory: sends it, unless it is there.
  Status Send(const StoreId& store_id, const TableMeta& meta, const std::string& from, bool* sent);
  // Makes the tables' names durable, and then the record.
  Status Commit(const BackupRecord& record);
  // Takes the record away; its tables stay.
  Status Forget(uint64_t number);
  // Removes tables that none of the backups names; does nothing unless all can be read.
  Status Sweep();
  // The table as it is here, to be copied to `to` or, when that is empty, to be checked.
  TableCopy CopyOf(const StoreId& store_id, const TableMeta& meta, const std::string& to) const;

 private:
  std::string PathOf(const std::string& name) const;

  Env* const env_;
  const std::string path_;
  std::unique_ptr<DirectoryLock> lock_;
};

}  // namespace ledgerstone
