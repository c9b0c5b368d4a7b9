// The inspector's text of a table.

#include "base/text.h"
#include "sstable/block_iterator.h"
#include "sstable/compression.h"
#include "sstable/table_reader.h"

namespace ledgerstone {
namespace {

constexpr size_t kValueShownMax = 64;

void AppendPart(const char* name, const BlockHandle& handle, std::string* text) {
  *text += std::string(name) + ": offset " + std::to_string(handle.offset) + ", " +
           std::to_string(handle.size) + " bytes";
}

void AppendEntry(Slice key, Slice value, std::string* text) {
  *text += "  " + InternalKeyText(key);
  if (TrailerKind(TrailerOf(key)) != EntryKind::kDelete) {
    *text += " '" + EscapeBytes(value.substr(0, kValueShownMax)) + "'";
    if (value.size() > kValueShownMax) *text += "… " + std::to_string(value.size()) + " bytes";
  }
  *text += "\n";
}

}  // namespace

Status TableReader::DumpBlock(size_t i, bool show_entries, std::string* text) const {
  const BlockHandle handle = index_.Handle(i);
  std::string stored(handle.size + kBlockTrailerSize, '\0');
  LS_RETURN_IF_ERROR(reader_.ReadBytes(handle.offset, stored.size(), stored.data()));
  Slice contents;
  Compression compression;
  LS_RETURN_IF_ERROR(reader_.Check(stored, handle.offset, &contents, &compression));
  BlockBytes bytes;
  LS_RETURN_IF_ERROR(reader_.Unpack(stored, handle.offset, &bytes));
  BlockCache::Handle block = BlockCache::Adopt(bytes.release());
  AppendPart(("block " + std::to_string(i)).c_str(), handle, text);
  *text += std::string(", ") + CompressionName(compression) + ", unpacked " +
           std::to_string(block.size());
  BlockIterator entries;
  entries.Open(std::move(block), &identity_.file, handle.offset);
  size_t count = 0;
  std::string lines;
  for (entries.SeekToFirst(); entries.Valid(); entries.Next(), ++count) {
    if (show_entries) AppendEntry(entries.key(), entries.value(), &lines);
  }
  LS_RETURN_IF_ERROR(entries.status());
  *text += ", entries " + std::to_string(count) + ", restarts " +
           std::to_string(entries.view().restart_count()) +
           (entries.view().has_hash_index() ? ", hash index" : "") + ", up to " +
           InternalKeyText(index_.Separator(i)) + "\n" + lines;
  return Status::Ok();
}

Status TableReader::Dump(bool entries, std::string* text) {
  *text = "table " + identity_.file + ": number " + std::to_string(identity_.file_number) +
          ", store " + StoreIdText(identity_.store_id) + ", " + std::to_string(file_size_) +
          " bytes\n";
  for (size_t i = 0; i < index_.size(); ++i) LS_RETURN_IF_ERROR(DumpBlock(i, entries, text));
  if (footer_.has_filter()) {
    AppendPart("filter", footer_.filter, text);
    *text += ", lines " + std::to_string(filter_.line_count()) + ", probes " +
             std::to_string(filter_.probe_count()) + "\n";
  }
  AppendPart("index", footer_.index, text);
  *text += ", blocks " + std::to_string(index_.size()) + "\n";
  AppendPart("properties", footer_.properties, text);
  *text += "\n";
  for (const auto& [name, value] : PropertiesText(properties_)) {
    *text += "  " + name + " = " + value + "\n";
  }
  return Status::Ok();
}

}  // namespace ledgerstone
