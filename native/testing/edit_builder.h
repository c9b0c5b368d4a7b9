// Version edits for tests, with every field filled.
#pragma once

#include "testing/vector_iterator.h"
#include "version/version_edit.h"

namespace ledgerstone {

inline TableMeta MakeMeta(uint64_t number, Slice first, Slice last, Sequence sequence = 0) {
  TableMeta meta;
  meta.number = number;
  meta.size = 1000 + number;
  meta.digest = 0xd1600000u + static_cast<uint32_t>(number);
  meta.entry_count = 10;
  meta.tombstone_count = 3;
  meta.largest_sequence = sequence == 0 ? number : sequence;
  meta.smallest_sequence = meta.largest_sequence;
  meta.smallest = MakeKey(first, meta.largest_sequence);
  meta.largest = MakeKey(last, meta.largest_sequence, EntryKind::kDelete);
  return meta;
}

inline NamespaceInfo MakeNamespace(NamespaceId id, const std::string& name) {
  NamespaceInfo info;
  info.id = id;
  info.name = name;
  return info;
}

inline VersionEdit FullEdit() {
  VersionEdit edit;
  edit.next_file_number = 12;
  edit.next_namespace_id = 3;
  edit.last_sequence = 300;
  edit.first_log = 9;
  edit.last_log = 11;
  edit.applied = 77;
  edit.clean_close = log::SegmentEnd{11, 300, 4096, 0xcafe0001, 0};
  edit.created_namespaces.push_back(MakeNamespace(2, "rates"));
  edit.created_namespaces.back().options.derived = true;
  edit.created_namespaces.back().options.key_codec = "tuple";
  edit.dropped_namespaces.push_back(1);
  edit.deleted_tables.push_back({2, 0, 5});
  edit.new_tables.push_back({2, 6, MakeMeta(10, "USD", "USE", 290)});
  edit.new_tables.back().meta.cleared_sequence = 260;
  edit.range_deletes.push_back({2, {"USE", "USF", 291}});
  edit.range_deletes.push_back({2, {"", "", 292}});
  edit.ended_range_deletes.push_back({2, 255});
  edit.retained = Retained{5, 120};
  edit.kept_logs.push_back({8, 4000, 250, 1234567});
  return edit;
}

}  // namespace ledgerstone
