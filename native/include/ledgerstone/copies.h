// Copies of a store: what the calls that make them tell, and the calls that need no open store.
// What each kind of copy gives and promises: docs/copies.md.
//
// 1. A copy holds the store at one point of its commit order: everything acknowledged before the
//    call, of any durability, and possibly some of what came during it. Never a part of a batch.
// 2. A copy keeps the store's id and its sequences; sequences of the original's later writes are
//    not given out again by the copy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledgerstone/env.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct CheckpointReport {
  uint64_t sequence = 0;  // the newest in the copy
  uint64_t applied = 0;
  uint64_t tables = 0;
  uint64_t bytes = 0;          // of all tables
  uint64_t copied_tables = 0;  // where a hard link was refused
};

struct BackupOptions {
  uint64_t created_millis = 0;  // since 1970, as the caller's clock has it; kept, not used
};

struct BackupInfo {
  uint64_t number = 0;  // one more than the highest there was
  uint64_t created_millis = 0;
  std::string store_id;  // 32 hexadecimal digits
  uint64_t sequence = 0;
  uint64_t applied = 0;
  uint64_t tables = 0;
  uint64_t bytes = 0;        // of all its tables
  uint64_t sent_tables = 0;  // that no earlier backup in the directory had
  uint64_t sent_bytes = 0;
  Status damage;  // why its record can't be read; all but the number is then unknown
};

// The calls below need no store; `env` may be null for the real system. They name a backup by its
// number, 0 being the newest. A damaged backup gives Corruption that names the file.
Status ListBackups(Env* env, const std::string& directory, std::vector<BackupInfo>* infos);
// Reads every byte of a backup. Empty means whole; the status is about the check itself.
Status VerifyBackup(Env* env, const std::string& directory, uint64_t number,
                    std::vector<Status>* findings);
// Makes the backup a store in `target`, which must be absent or empty. Every table's digest has
// held when this is OK; otherwise nothing is there.
Status RestoreBackup(Env* env, const std::string& directory, const std::string& target,
                     uint64_t number, BackupInfo* info);
// Removes one backup, and the tables that no other one shares. Refused while the record of another
// is damaged, since what that one needs is unknown; the damaged one itself can be removed.
Status RemoveBackup(Env* env, const std::string& directory, uint64_t number);

}  // namespace ledgerstone
