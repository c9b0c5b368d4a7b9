// One change of the LSM state, as a manifest record. Format page: docs/format/manifest.md.
//
//   edit  := field*
//   field := tag: varint, length: varint, bytes
//
// 1. Tags are frozen; retired ones stay reserved. A reader that meets a tag it does not know
//    refuses the manifest (NotSupported, naming the tag): guessing at LSM state loses data.
// 2. A manifest's first edit is a whole snapshot; the later ones apply to it in order.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/format.h"
#include "version/version.h"

namespace ledgerstone {

// A finished log segment whose writes are all in tables, kept for changes() and old snapshots.
struct KeptLog {
  uint64_t number = 0;
  uint64_t bytes = 0;
  Sequence last_sequence = 0;   // the last one in it
  uint64_t flushed_millis = 0;  // since 1970; when its writes came into tables
  bool operator==(const KeptLog&) const = default;
};

// From where on the past is kept: every write above `floor` is in the log from `first_log` on, and
// every version above it in tables. A first_log of 0 says that nothing is kept.
struct Retained {
  uint64_t first_log = 0;
  Sequence floor = 0;
  bool operator==(const Retained&) const = default;
};

struct VersionEdit {
  struct NewTable {
    NamespaceId namespace_id = 0;
    int level = 0;
    TableMeta meta;
  };
  struct DeletedTable {
    NamespaceId namespace_id = 0;
    int level = 0;
    uint64_t number = 0;
  };

  struct RangeDelete {
    NamespaceId namespace_id = 0;
    RangeTombstone tombstone;
  };
  // A range delete that no table holds anything for any more; its sequence names it.
  struct EndedRangeDelete {
    NamespaceId namespace_id = 0;
    Sequence sequence = 0;
  };

  std::vector<NamespaceInfo> created_namespaces;
  std::vector<NamespaceId> dropped_namespaces;
  std::vector<NewTable> new_tables;
  std::vector<DeletedTable> deleted_tables;
  std::vector<RangeDelete> range_deletes;
  std::vector<EndedRangeDelete> ended_range_deletes;
  std::vector<KeptLog> kept_logs;
  std::optional<uint64_t> next_file_number;
  std::optional<NamespaceId> next_namespace_id;
  std::optional<Sequence> last_sequence;       // of what tables hold
  std::optional<uint64_t> first_log;           // oldest log segment still needed
  std::optional<uint64_t> last_log;            // newest log segment that was created
  std::optional<uint64_t> applied;             // last event position whose changes the tables hold
  std::optional<Retained> retained;            // takes kept logs below its first_log away
  std::optional<log::SegmentEnd> clean_close;  // valid only when it is the manifest's last edit

  std::string Encode() const;
  // `file` and `offset` name the record in errors.
  static Status Decode(Slice bytes, const std::string& file, uint64_t offset, VersionEdit* edit);
  // One line per field, for the inspector and goldens.
  std::string Text() const;
};

}  // namespace ledgerstone
