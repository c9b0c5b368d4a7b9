#include "sstable/table_builder.h"

#include "base/checks.h"
#include "base/hash.h"
#include "sstable/block_builder.h"
#include "sstable/block_entry.h"
#include "sstable/bloom_filter.h"
#include "sstable/compression.h"
#include "sstable/properties.h"
#include "sstable/table_output.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kTrailerMax = UINT64_MAX;

// A short key not before `last` and before `next`, where last < next: the shortest user key
// strictly between theirs with the greatest trailer if there is one shorter than last's, else
// `last` itself.
std::string Separator(Slice last, Slice next) {
  const Slice last_user = UserKeyOf(last);
  const Slice next_user = UserKeyOf(next);
  const size_t common = CommonPrefix(last_user, next_user);
  for (size_t i = common; i + 1 < last_user.size(); ++i) {
    const auto byte = static_cast<uint8_t>(last_user[i]);
    if (byte == UINT8_MAX) continue;
    std::string candidate(last_user.substr(0, i));
    candidate.push_back(static_cast<char>(byte + 1));
    if (CompareUserKeys(candidate, next_user) >= 0) continue;
    std::string separator;
    AppendInternalKey(&separator, candidate, kTrailerMax);
    return separator;
  }
  return std::string(last);
}

class TableWriter final : public TableBuilder {
 public:
  TableWriter(std::unique_ptr<WritableFile> file, const TableIdentity& identity,
              const TableOptions& options);
  Status Add(Slice internal_key, Slice value) override;
  uint64_t EstimatedSize() const override;
  uint64_t EntryCount() const override { return properties_.info.entry_count; }
  Status Finish(TableInfo* info) override;

 private:
  void CheckKey(Slice internal_key, Slice value) const;
  void NoteEntry(Slice internal_key, Slice value, bool new_user_key, uint64_t hash);
  void NameBlock(const std::string& separator);
  Status FinishDataBlock();
  Status WriteBlock(Slice stored, Compression compression, BlockHandle* handle);
  Status WriteHeader();
  Status WriteEnd();

  const TableIdentity identity_;
  const uint64_t file_seed_;
  TableOutput output_;
  BlockBuilder block_;
  BlockBuilder index_;
  FilterBuilder filter_;
  Compressor compressor_;
  TableProperties properties_;
  std::string last_key_;
  BlockHandle unnamed_;  // the last finished block; its separator waits for the next key
  bool has_unnamed_ = false;
  bool finished_ = false;
  Status status_;
};

TableWriter::TableWriter(std::unique_ptr<WritableFile> file, const TableIdentity& identity,
                         const TableOptions& options)
    : identity_(identity),
      file_seed_(FileSeed(identity.store_id, identity.file_number)),
      output_(std::move(file)),
      block_(options.restart_interval, options.hash_index),
      index_(1, false),
      filter_(options.filter_bits_per_key),
      compressor_(options.compression, options.zstd_level) {
  LS_CHECK(options.block_bytes <= kBlockBytesMax / 2);
  properties_.options = options;
  status_ = WriteHeader();
}

Status TableWriter::WriteHeader() {
  FileHeader header;
  header.kind = FileKind::kTable;
  header.store_id = identity_.store_id;
  header.file_number = identity_.file_number;
  return output_.Append(EncodeFileHeader(header));
}

void TableWriter::CheckKey(Slice internal_key, Slice value) const {
  LS_CHECK(internal_key.size() >= kTrailerSize);
  LS_CHECK(internal_key.size() <= kKeyBytesMax + kTrailerSize);
  LS_CHECK(value.size() <= kValueBytesMax);
  LS_CHECK(IsTableKind(TrailerKind(TrailerOf(internal_key))));
  LS_CHECK(last_key_.empty() || CompareInternalKeys(last_key_, internal_key) < 0);
}

Status TableWriter::Add(Slice internal_key, Slice value) {
  LS_CHECK(!finished_);
  LS_RETURN_IF_ERROR(status_);
  CheckKey(internal_key, value);
  const Slice user_key = UserKeyOf(internal_key);
  const uint64_t hash = Hash64(user_key);
  const bool new_user_key = last_key_.empty() || UserKeyOf(last_key_) != user_key;
  const size_t size_after = block_.EstimatedSize() + BlockBuilder::GrowthBound(internal_key, value);
  if (!block_.empty() && size_after > properties_.options.block_bytes) {
    status_ = FinishDataBlock();
    LS_RETURN_IF_ERROR(status_);
  }
  if (has_unnamed_) NameBlock(Separator(last_key_, internal_key));
  block_.Add(internal_key, hash, value);
  NoteEntry(internal_key, value, new_user_key, hash);
  last_key_.assign(internal_key);
  return Status::Ok();
}

void TableWriter::NoteEntry(Slice internal_key, Slice value, bool new_user_key, uint64_t hash) {
  TableInfo& info = properties_.info;
  const uint64_t trailer = TrailerOf(internal_key);
  const Sequence sequence = TrailerSequence(trailer);
  if (info.entry_count == 0) info.smallest = internal_key;
  ++info.entry_count;
  if (TrailerKind(trailer) == EntryKind::kDelete) ++info.tombstone_count;
  info.raw_key_bytes += internal_key.size();
  info.raw_value_bytes += value.size();
  info.smallest_sequence = std::min(info.smallest_sequence, sequence);
  info.largest_sequence = std::max(info.largest_sequence, sequence);
  if (new_user_key && properties_.options.filter_bits_per_key > 0) filter_.Add(hash);
}

void TableWriter::NameBlock(const std::string& separator) {
  std::string handle;
  PutBlockHandle(&handle, unnamed_);
  index_.Add(separator, 0, handle);
  has_unnamed_ = false;
}

Status TableWriter::WriteBlock(Slice stored, Compression compression, BlockHandle* handle) {
  *handle = {output_.offset(), stored.size()};
  LS_RETURN_IF_ERROR(output_.Append(stored));
  return output_.Append(EncodeBlockTrailer(file_seed_, handle->offset, stored, compression));
}

Status TableWriter::FinishDataBlock() {
  LS_CHECK(!has_unnamed_);
  Slice stored;
  const Compression compression = compressor_.Compress(block_.Finish(), &stored);
  LS_RETURN_IF_ERROR(WriteBlock(stored, compression, &unnamed_));
  block_.Reset();
  ++properties_.data_block_count;
  has_unnamed_ = true;
  return Status::Ok();
}

uint64_t TableWriter::EstimatedSize() const {
  const bool has_filter = properties_.options.filter_bits_per_key > 0;
  const uint64_t open_block = block_.empty() ? 0 : block_.EstimatedSize() + kBlockTrailerSize;
  return output_.offset() + open_block + index_.EstimatedSize() + kTableFooterSize +
         (has_filter ? filter_.EstimatedSize() : 0);
}

Status TableWriter::WriteEnd() {
  if (!block_.empty()) LS_RETURN_IF_ERROR(FinishDataBlock());
  if (has_unnamed_) NameBlock(last_key_);
  properties_.info.largest = last_key_;
  TableFooter footer;
  footer.file_seed = file_seed_;
  if (properties_.options.filter_bits_per_key > 0 && properties_.info.entry_count > 0) {
    LS_RETURN_IF_ERROR(WriteBlock(filter_.Finish(), Compression::kNone, &footer.filter));
  }
  LS_RETURN_IF_ERROR(WriteBlock(index_.Finish(), Compression::kNone, &footer.index));
  LS_RETURN_IF_ERROR(
      WriteBlock(EncodeProperties(properties_), Compression::kNone, &footer.properties));
  LS_RETURN_IF_ERROR(output_.Append(EncodeTableFooter(footer)));
  return output_.Finish();
}

Status TableWriter::Finish(TableInfo* info) {
  LS_CHECK(!finished_);
  LS_RETURN_IF_ERROR(status_);
  finished_ = true;
  status_ = WriteEnd();
  LS_RETURN_IF_ERROR(status_);
  *info = properties_.info;
  info->file_size = output_.offset();
  info->digest = output_.digest();
  return Status::Ok();
}

}  // namespace

std::unique_ptr<TableBuilder> TableBuilder::Create(std::unique_ptr<WritableFile> file,
                                                   const TableIdentity& identity,
                                                   const TableOptions& options) {
  return std::make_unique<TableWriter>(std::move(file), identity, options);
}

}  // namespace ledgerstone
