#include "base/merge_operator.h"
#include "base/text.h"
#include "version/file_names.h"
#include "version/version_edit.h"

namespace ledgerstone {
namespace {

template <typename Number>
void AddLine(std::string* text, const char* name, const std::optional<Number>& number) {
  if (number) *text += std::string(name) + " " + std::to_string(*number) + "\n";
}

const char* CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kLz4:
      return "lz4";
    case Compression::kZstd:
      return "zstd";
  }
  return "unknown";
}

std::string TreeLevel(NamespaceId id, int level) {
  return "namespace " + std::to_string(id) + " L" + std::to_string(level) + " ";
}

std::string NamespaceText(const NamespaceInfo& info) {
  const NamespaceOptions& options = info.options;
  return "create namespace " + std::to_string(info.id) + " '" + EscapeBytes(info.name) + "' key " +
         EscapeBytes(options.key_codec) + ", value " + EscapeBytes(options.value_codec) + ", " +
         CompressionName(options.compression) + " above " +
         CompressionName(options.bottom_compression) + ", filter bits " +
         std::to_string(options.filter_bits_per_key) + (options.derived ? ", derived" : "") +
         (options.merge == MergeOperator::kNone
              ? ""
              : std::string(", merge ") + MergeOperatorName(options.merge)) +
         "\n";
}

std::string NewTableText(const VersionEdit::NewTable& table) {
  const TableMeta& meta = table.meta;
  return "add " + TreeLevel(table.namespace_id, table.level) + TableName(meta.number) + " " +
         std::to_string(meta.size) + " B, digest " + Hex32(meta.digest) + ", entries " +
         std::to_string(meta.entry_count) + ", tombstones " + std::to_string(meta.tombstone_count) +
         ", " + InternalKeyText(meta.smallest) + " .. " + InternalKeyText(meta.largest) +
         ", sequences " + std::to_string(meta.smallest_sequence) + " .. " +
         std::to_string(meta.largest_sequence) +
         (meta.cleared_sequence > 0 ? ", cleared up to " + std::to_string(meta.cleared_sequence)
                                    : "") +
         "\n";
}

std::string BoundText(const std::string& key, const char* open) {
  return key.empty() ? open : "'" + EscapeBytes(key) + "'";
}

std::string RangeDeleteText(const VersionEdit::RangeDelete& erased) {
  const RangeTombstone& tombstone = erased.tombstone;
  return "range delete namespace " + std::to_string(erased.namespace_id) + " " +
         BoundText(tombstone.begin, "first") + " .. before " + BoundText(tombstone.end, "the end") +
         " @" + std::to_string(tombstone.sequence) + "\n";
}

}  // namespace

std::string VersionEdit::Text() const {
  std::string text;
  AddLine(&text, "next file number", next_file_number);
  AddLine(&text, "next namespace id", next_namespace_id);
  AddLine(&text, "last sequence", last_sequence);
  AddLine(&text, "first log", first_log);
  AddLine(&text, "last log", last_log);
  AddLine(&text, "applied", applied);
  if (clean_close) {
    text += "clean close of log " + std::to_string(clean_close->segment) + ", last sequence " +
            std::to_string(clean_close->last_sequence) + ", " + std::to_string(clean_close->size) +
            " B, chain " + Hex32(clean_close->chain) + "\n";
  }
  for (const auto& info : created_namespaces) text += NamespaceText(info);
  for (const NamespaceId id : dropped_namespaces) {
    text += "drop namespace " + std::to_string(id) + "\n";
  }
  for (const auto& table : deleted_tables) {
    text += "delete " + TreeLevel(table.namespace_id, table.level) + TableName(table.number) + "\n";
  }
  for (const auto& table : new_tables) text += NewTableText(table);
  for (const auto& erased : range_deletes) text += RangeDeleteText(erased);
  for (const auto& ended : ended_range_deletes) {
    text += "end range delete namespace " + std::to_string(ended.namespace_id) + " @" +
            std::to_string(ended.sequence) + "\n";
  }
  if (retained) {
    text += retained->first_log == 0 ? "retained nothing\n"
                                     : "retained from log " + std::to_string(retained->first_log) +
                                           " on, floor " + std::to_string(retained->floor) + "\n";
  }
  for (const KeptLog& kept : kept_logs) {
    text += "kept log " + std::to_string(kept.number) + " " + std::to_string(kept.bytes) +
            " B, last sequence " + std::to_string(kept.last_sequence) + ", flushed at " +
            std::to_string(kept.flushed_millis) + " ms\n";
  }
  return text;
}

}  // namespace ledgerstone
