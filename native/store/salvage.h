// The entries of a damaged store, gathered by namespace and merged: the newest readable version of
// each key. Used by Salvage alone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledgerstone/store.h"
#include "sstable/table_salvage.h"
#include "store/salvage_facts.h"

namespace ledgerstone {

// Entries in the order of their internal keys.
class SalvageRun {
 public:
  virtual ~SalvageRun() = default;
  virtual bool Next() = 0;
  virtual Slice key() const = 0;
  virtual Slice value() const = 0;
};

// Everything that can be read of one namespace.
struct SalvageSpace {
  std::string name;
  NamespaceOptions options;
  bool named = false;  // false: nothing tells what it was called
  std::vector<RangeTombstone> range_deletes;
  std::vector<std::unique_ptr<SalvageRun>> runs;
};

class Salvager {
 public:
  Salvager(Env* env, std::string path, SalvageReport* report)
      : env_(env), path_(std::move(path)), report_(report) {}

  // Reads manifest and logs, opens the tables.
  Status Gather();
  // Puts the newest version of every key of every namespace into `target`.
  Status WriteTo(Store* target);

 private:
  struct KeyVersion {
    EntryKind kind = EntryKind::kPut;
    std::string value;
  };
  struct LogEntry {
    std::string key;  // internal
    std::string value;
  };
  Status ReadLogs();
  Status ReadLog(uint64_t number);
  void ReadBatch(const std::string& name, const log::RecordHeader& header, Slice payload);
  Status OpenTables();
  Status OpenTable(uint64_t number);
  void NoteTableLosses();
  SalvageSpace* SpaceOf(NamespaceId id);
  void TellUnknowns();
  Status WriteSpace(SalvageSpace* space, Store* target);
  // The versions of one key that a reader would look at, as writes. Returns how many entries.
  uint64_t WriteKey(const SalvageSpace& space, NamespaceId id, Slice user_key,
                    const std::vector<KeyVersion>& versions, WriteBatch* batch);

  Env* const env_;
  const std::string path_;
  SalvageReport* const report_;
  SalvageFacts facts_;
  std::map<NamespaceId, std::vector<LogEntry>> log_entries_;
  std::map<NamespaceId, SalvageSpace> spaces_;
  std::map<uint64_t, SalvageSpace> lone_tables_;  // of no known namespace
  struct OpenedTable {
    std::string file;
    std::string space;
    const TableSalvage* table;
  };
  std::vector<OpenedTable> opened_;
};

}  // namespace ledgerstone
