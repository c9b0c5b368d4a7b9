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
#include "ledgerstone/options.h"
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

// Something that Salvage could not read. Bounds are user keys, both included; sequences are those
// of entries that may have been there.
struct SalvageLoss {
  std::string file;
  uint64_t begin = 0;  // bytes [begin, end) of the file; both 0 for a file as a whole
  uint64_t end = 0;
  std::string namespace_name;  // empty: unknown, or several
  std::string from;
  std::string to;
  bool from_known = false;
  bool to_known = false;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;  // 0: unknown
  std::string reason;
};

struct SalvagedNamespace {
  std::string name;
  uint64_t entries = 0;
  bool named = false;  // false: the name was made up, and keys and values are bytes
};

struct SalvageReport {
  bool manifest_whole = false;  // it is known which tables and logs were the store's
  uint64_t tables = 0;          // that could be opened
  uint64_t records = 0;         // of logs
  uint64_t entries = 0;
  std::vector<SalvagedNamespace> namespaces;
  std::vector<SalvageLoss> losses;
  std::vector<std::string> unknowns;  // what can't be known, as sentences
};

// Writes every entry of a damaged store that is readable and whole into a new store in `target`,
// which must be absent or empty: the newest readable version of each key. Nothing in `source`
// changes. OK also when something was lost; the report lists all of it. `options` are the target's.
Status Salvage(const StoreOptions& options, const std::string& source, const std::string& target,
               SalvageReport* report);

}  // namespace ledgerstone
