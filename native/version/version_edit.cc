// Tags and their bytes (docs/format/manifest.md). Frozen; never renumber, never reuse.
//
//   1 next_file_number   2 next_namespace_id   3 last_sequence      one varint each
//   4 first_log          5 last_log            6 applied
//   7 clean_close        segment_end: 32 bytes (log/format.h)
//   8 created_namespace  id: varint, name, options: length-prefixed (base/namespace_options.h)
//   9 dropped_namespace  id: varint
//  10 new_table          namespace, level, number, size: varint, digest: u32,
//                        entry_count, tombstone_count: varint, smallest, largest: length-prefixed
//                        internal keys, smallest_sequence, largest_sequence: varint,
//                        [cleared_sequence: varint, when not 0]
//  11 deleted_table      namespace, level, number: varint
//  12 range_delete       namespace: varint, begin, end: length-prefixed, sequence: varint
//  13 ended_range_delete namespace, sequence: varint
//  14 retained           first_log, floor: varint
//  15 kept_log           number, bytes, last_sequence, flushed_millis: varint
#include "version/version_edit.h"

#include "base/checks.h"
#include "base/namespace_options.h"

namespace ledgerstone {
namespace {

enum Tag : uint64_t {
  kNextFileNumber = 1,
  kNextNamespaceId = 2,
  kLastSequence = 3,
  kFirstLog = 4,
  kLastLog = 5,
  kApplied = 6,
  kCleanClose = 7,
  kCreatedNamespace = 8,
  kDroppedNamespace = 9,
  kNewTable = 10,
  kDeletedTable = 11,
  kRangeDelete = 12,
  kEndedRangeDelete = 13,
  kRetained = 14,
  kKeptLog = 15,
};

void PutField(std::string* edit, Tag tag, Slice bytes) {
  PutVarint(edit, tag);
  PutLengthPrefixed(edit, bytes);
}

template <typename Number>
void PutNumber(std::string* edit, Tag tag, const std::optional<Number>& number) {
  if (!number) return;
  std::string bytes;
  PutVarint(&bytes, *number);
  PutField(edit, tag, bytes);
}

std::string EncodeNamespace(const NamespaceInfo& info) {
  LS_CHECK(info.name.size() <= kNamespaceNameBytesMax);
  std::string bytes;
  PutVarint(&bytes, info.id);
  PutLengthPrefixed(&bytes, info.name);
  PutLengthPrefixed(&bytes, EncodeNamespaceOptions(info.options));
  return bytes;
}

std::string EncodeNewTable(const VersionEdit::NewTable& table) {
  LS_CHECK(table.level >= 0 && table.level < kLevelCount);
  const TableMeta& meta = table.meta;
  LS_CHECK(meta.smallest.size() >= kTrailerSize && meta.largest.size() >= kTrailerSize);
  std::string bytes;
  PutVarint(&bytes, table.namespace_id);
  PutVarint(&bytes, static_cast<uint64_t>(table.level));
  PutVarint(&bytes, meta.number);
  PutVarint(&bytes, meta.size);
  PutFixed32(&bytes, meta.digest);
  PutVarint(&bytes, meta.entry_count);
  PutVarint(&bytes, meta.tombstone_count);
  PutLengthPrefixed(&bytes, meta.smallest);
  PutLengthPrefixed(&bytes, meta.largest);
  PutVarint(&bytes, meta.smallest_sequence);
  PutVarint(&bytes, meta.largest_sequence);
  if (meta.cleared_sequence > 0) PutVarint(&bytes, meta.cleared_sequence);
  return bytes;
}

std::string EncodeRangeDelete(const VersionEdit::RangeDelete& erased) {
  std::string bytes;
  PutVarint(&bytes, erased.namespace_id);
  PutLengthPrefixed(&bytes, erased.tombstone.begin);
  PutLengthPrefixed(&bytes, erased.tombstone.end);
  PutVarint(&bytes, erased.tombstone.sequence);
  return bytes;
}

std::string EncodeEndedRangeDelete(const VersionEdit::EndedRangeDelete& ended) {
  std::string bytes;
  PutVarint(&bytes, ended.namespace_id);
  PutVarint(&bytes, ended.sequence);
  return bytes;
}

std::string EncodeRetained(const Retained& retained) {
  std::string bytes;
  PutVarint(&bytes, retained.first_log);
  PutVarint(&bytes, retained.floor);
  return bytes;
}

std::string EncodeKeptLog(const KeptLog& kept) {
  std::string bytes;
  PutVarint(&bytes, kept.number);
  PutVarint(&bytes, kept.bytes);
  PutVarint(&bytes, kept.last_sequence);
  PutVarint(&bytes, kept.flushed_millis);
  return bytes;
}

std::string EncodeDeletedTable(const VersionEdit::DeletedTable& table) {
  std::string bytes;
  PutVarint(&bytes, table.namespace_id);
  PutVarint(&bytes, static_cast<uint64_t>(table.level));
  PutVarint(&bytes, table.number);
  return bytes;
}

// Reads one edit; every check that fails names the record's place.
class EditReader {
 public:
  EditReader(const std::string& file, uint64_t offset, VersionEdit* edit)
      : place_{file, offset}, edit_(edit) {}

  Status Read(Slice bytes) {
    Decoder decoder(bytes);
    while (!decoder.done()) {
      const uint64_t tag = decoder.Varint64();
      const Slice field = decoder.LengthPrefixed();
      if (!decoder.ok()) return Status::Corruption("manifest edit cut short", place_);
      LS_RETURN_IF_ERROR(ReadField(tag, field));
    }
    return Status::Ok();
  }

 private:
  Status Bad(const std::string& what) const {
    return Status::Corruption("manifest edit: " + what, place_);
  }

  template <typename Number>
  Status ReadNumber(Slice field, const char* name, std::optional<Number>* number) const {
    if (number->has_value()) return Bad(std::string(name) + " given twice");
    Decoder decoder(field);
    if constexpr (sizeof(Number) == sizeof(uint32_t)) {
      *number = decoder.Varint32();
    } else {
      *number = decoder.Varint64();
    }
    return decoder.done() ? Status::Ok() : Bad(name);
  }

  Status ReadField(uint64_t tag, Slice field) {
    switch (tag) {
      case kNextFileNumber:
        return ReadNumber(field, "next_file_number", &edit_->next_file_number);
      case kNextNamespaceId:
        return ReadNumber(field, "next_namespace_id", &edit_->next_namespace_id);
      case kLastSequence:
        return ReadNumber(field, "last_sequence", &edit_->last_sequence);
      case kFirstLog:
        return ReadNumber(field, "first_log", &edit_->first_log);
      case kLastLog:
        return ReadNumber(field, "last_log", &edit_->last_log);
      case kApplied:
        return ReadNumber(field, "applied", &edit_->applied);
      case kCleanClose:
        return ReadCleanClose(field);
      case kCreatedNamespace:
        return ReadNamespace(field);
      case kDroppedNamespace: {
        std::optional<NamespaceId> id;
        LS_RETURN_IF_ERROR(ReadNumber(field, "dropped_namespace", &id));
        edit_->dropped_namespaces.push_back(*id);
        return Status::Ok();
      }
      case kNewTable:
        return ReadNewTable(field);
      case kDeletedTable:
        return ReadDeletedTable(field);
      case kRangeDelete:
        return ReadRangeDelete(field);
      case kEndedRangeDelete:
        return ReadEndedRangeDelete(field);
      case kRetained:
        return ReadRetained(field);
      case kKeptLog:
        return ReadKeptLog(field);
      default:
        return Status::NotSupported("the manifest holds a field with tag " + std::to_string(tag) +
                                        ", which this build lacks",
                                    place_);
    }
  }

  Status ReadCleanClose(Slice field) {
    if (edit_->clean_close) return Bad("clean_close given twice");
    log::SegmentEnd end;
    if (!log::DecodeSegmentEnd(field, &end)) return Bad("clean_close");
    edit_->clean_close = end;
    return Status::Ok();
  }

  Status ReadNamespace(Slice field) {
    NamespaceInfo info;
    Decoder decoder(field);
    info.id = decoder.Varint32();
    info.name = decoder.LengthPrefixed();
    const Slice options = decoder.LengthPrefixed();
    if (!decoder.done()) return Bad("created_namespace");
    if (info.name.size() > kNamespaceNameBytesMax) return Bad("created_namespace, name too long");
    if (!DecodeNamespaceOptions(options, &info.options)) {
      return Status::NotSupported(
          "namespace '" + info.name + "' has options that this build can't read", place_);
    }
    edit_->created_namespaces.push_back(std::move(info));
    return Status::Ok();
  }

  Status ReadNewTable(Slice field) {
    VersionEdit::NewTable table;
    TableMeta& meta = table.meta;
    Decoder decoder(field);
    table.namespace_id = decoder.Varint32();
    const uint32_t level = decoder.Varint32();
    meta.number = decoder.Varint64();
    meta.size = decoder.Varint64();
    meta.digest = decoder.Fixed32();
    meta.entry_count = decoder.Varint64();
    meta.tombstone_count = decoder.Varint64();
    meta.smallest = decoder.LengthPrefixed();
    meta.largest = decoder.LengthPrefixed();
    meta.smallest_sequence = decoder.Varint64();
    meta.largest_sequence = decoder.Varint64();
    if (decoder.ok() && !decoder.done()) meta.cleared_sequence = decoder.Varint64();
    if (!decoder.done()) return Bad("new_table");
    if (level >= kLevelCount) return Bad("new_table, level " + std::to_string(level));
    if (meta.smallest.size() < kTrailerSize || meta.largest.size() < kTrailerSize) {
      return Bad("new_table " + std::to_string(meta.number) + ", a key without trailer");
    }
    table.level = static_cast<int>(level);
    edit_->new_tables.push_back(std::move(table));
    return Status::Ok();
  }

  Status ReadDeletedTable(Slice field) {
    VersionEdit::DeletedTable table;
    Decoder decoder(field);
    table.namespace_id = decoder.Varint32();
    const uint32_t level = decoder.Varint32();
    table.number = decoder.Varint64();
    if (!decoder.done()) return Bad("deleted_table");
    if (level >= kLevelCount) return Bad("deleted_table, level " + std::to_string(level));
    table.level = static_cast<int>(level);
    edit_->deleted_tables.push_back(table);
    return Status::Ok();
  }

  Status ReadRangeDelete(Slice field) {
    VersionEdit::RangeDelete erased;
    RangeTombstone& tombstone = erased.tombstone;
    Decoder decoder(field);
    erased.namespace_id = decoder.Varint32();
    tombstone.begin = decoder.LengthPrefixed();
    tombstone.end = decoder.LengthPrefixed();
    tombstone.sequence = decoder.Varint64();
    if (!decoder.done()) return Bad("range_delete");
    if (!tombstone.end.empty() && CompareUserKeys(tombstone.begin, tombstone.end) >= 0) {
      return Bad("range_delete, bounds crossed");
    }
    edit_->range_deletes.push_back(std::move(erased));
    return Status::Ok();
  }

  Status ReadEndedRangeDelete(Slice field) {
    VersionEdit::EndedRangeDelete ended;
    Decoder decoder(field);
    ended.namespace_id = decoder.Varint32();
    ended.sequence = decoder.Varint64();
    if (!decoder.done()) return Bad("ended_range_delete");
    edit_->ended_range_deletes.push_back(ended);
    return Status::Ok();
  }

  Status ReadRetained(Slice field) {
    if (edit_->retained) return Bad("retained given twice");
    Retained retained;
    Decoder decoder(field);
    retained.first_log = decoder.Varint64();
    retained.floor = decoder.Varint64();
    if (!decoder.done()) return Bad("retained");
    edit_->retained = retained;
    return Status::Ok();
  }

  Status ReadKeptLog(Slice field) {
    KeptLog kept;
    Decoder decoder(field);
    kept.number = decoder.Varint64();
    kept.bytes = decoder.Varint64();
    kept.last_sequence = decoder.Varint64();
    kept.flushed_millis = decoder.Varint64();
    if (!decoder.done()) return Bad("kept_log");
    edit_->kept_logs.push_back(kept);
    return Status::Ok();
  }

  const Status::Place place_;
  VersionEdit* const edit_;
};

}  // namespace

std::string VersionEdit::Encode() const {
  std::string edit;
  PutNumber(&edit, kNextFileNumber, next_file_number);
  PutNumber(&edit, kNextNamespaceId, next_namespace_id);
  PutNumber(&edit, kLastSequence, last_sequence);
  PutNumber(&edit, kFirstLog, first_log);
  PutNumber(&edit, kLastLog, last_log);
  PutNumber(&edit, kApplied, applied);
  if (clean_close) PutField(&edit, kCleanClose, log::EncodeSegmentEnd(*clean_close));
  for (const auto& info : created_namespaces) {
    PutField(&edit, kCreatedNamespace, EncodeNamespace(info));
  }
  for (const NamespaceId id : dropped_namespaces) {
    PutNumber(&edit, kDroppedNamespace, std::optional(id));
  }
  for (const auto& table : deleted_tables) {
    PutField(&edit, kDeletedTable, EncodeDeletedTable(table));
  }
  for (const auto& table : new_tables) PutField(&edit, kNewTable, EncodeNewTable(table));
  for (const auto& erased : range_deletes) {
    PutField(&edit, kRangeDelete, EncodeRangeDelete(erased));
  }
  for (const auto& ended : ended_range_deletes) {
    PutField(&edit, kEndedRangeDelete, EncodeEndedRangeDelete(ended));
  }
  if (retained) PutField(&edit, kRetained, EncodeRetained(*retained));
  for (const KeptLog& kept : kept_logs) PutField(&edit, kKeptLog, EncodeKeptLog(kept));
  return edit;
}

Status VersionEdit::Decode(Slice bytes, const std::string& file, uint64_t offset,
                           VersionEdit* edit) {
  *edit = VersionEdit();
  return EditReader(file, offset, edit).Read(bytes);
}

}  // namespace ledgerstone
