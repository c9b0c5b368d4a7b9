// The pieces that checkpoints, backups and restores are made of.
//
// 1. A table that is copied is checked on the way: its size and its digest are what the manifest
//    says, or the copy fails with Corruption that names the file it was read from.
// 2. A copied state needs no log: it is what the tables hold.
#pragma once

#include <string>

#include "version/version_set.h"

namespace ledgerstone {

// One point of a store's commit order, as tables.
struct CopyState {
  StoreId store_id{};
  // The first edit of the copy's manifest. Its next_file_number is free for that manifest.
  VersionEdit snapshot;
};

// The state that the tables of `version` hold by themselves.
CopyState MakeCopyState(const StoreId& store_id, const Version& version, ManifestState state);

struct TableCopy {
  std::string from;  // whole paths
  std::string to;
  std::string name;  // of the file read, for errors
  uint64_t size = 0;
  uint32_t digest = 0;
};
// Copies and syncs; the new name is not synced. What is left of a failed copy is removed.
Status CopyTable(Env* env, const TableCopy& copy);
// Reads and checks without copying.
Status CheckTableBytes(Env* env, const TableCopy& copy);
// Links, or copies where links are refused. The new name is not synced.
Status LinkOrCopyTable(Env* env, const TableCopy& copy, bool* copied);

// Makes a directory that holds the tables of `state` a store: manifest, then CURRENT.
Status WriteStoreState(Env* env, const std::string& directory, const CopyState& state);

}  // namespace ledgerstone
