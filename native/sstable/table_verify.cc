// Verification: one pass over the file from its first byte to its last, past the cache.

#include <optional>

#include "base/checks.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "sstable/block_iterator.h"
#include "sstable/table_reader.h"

namespace ledgerstone {
namespace {

constexpr size_t kVerifyReadBytes = 1 << 20;

// Serves a file front to back and keeps the digest of what it gave.
class FileWalk {
 public:
  FileWalk(const BlockReader* reader, uint64_t file_size)
      : reader_(reader), file_size_(file_size) {}

  Status Take(size_t size, Slice* bytes) {
    LS_RETURN_IF_ERROR(ahead_.Read(*reader_, offset_, size, file_size_, bytes));
    digest_ = Crc32cExtend(digest_, *bytes);
    offset_ += size;
    return Status::Ok();
  }
  uint64_t offset() const { return offset_; }
  uint32_t digest() const { return digest_; }

 private:
  const BlockReader* const reader_;
  const uint64_t file_size_;
  ReadAhead ahead_{kVerifyReadBytes};
  uint64_t offset_ = 0;
  uint32_t digest_ = 0;
};

void NoteEntry(Slice key, Slice value, TableInfo* info) {
  const Sequence sequence = TrailerSequence(TrailerOf(key));
  if (info->entry_count == 0) info->smallest = key;
  info->largest = key;
  ++info->entry_count;
  if (TrailerKind(TrailerOf(key)) == EntryKind::kDelete) ++info->tombstone_count;
  info->raw_key_bytes += key.size();
  info->raw_value_bytes += value.size();
  info->smallest_sequence = std::min(info->smallest_sequence, sequence);
  info->largest_sequence = std::max(info->largest_sequence, sequence);
}

}  // namespace

// Entries rise, also over the edges of blocks and their separators, and each is found by filter and
// point lookup.
Status TableReader::CheckEntries(size_t i, BlockCache::Handle block, TableProperties* seen) const {
  const Status::Place place = BlockPlace(i);
  const auto wrong = [&](const char* what, Slice key) {
    return Status::Corruption(what, place, {}, InternalKeyText(key));
  };
  BlockIterator entries;
  entries.Open(block, &identity_.file, place.offset);
  std::string previous(i == 0 ? Slice() : index_.Separator(i - 1));
  for (entries.SeekToFirst(); entries.Valid(); entries.Next()) {
    const Slice key = entries.key();
    const uint64_t hash = Hash64(UserKeyOf(key));
    if (!previous.empty() && CompareInternalKeys(previous, key) >= 0) {
      return wrong("entries out of order", key);
    }
    if (footer_.has_filter() && !filter_.MayContain(hash)) return wrong("filter misses a key", key);
    BlockEntry found;
    const BlockView::Found outcome =
        entries.view().Find(UserKeyOf(key), hash, TrailerOf(key), &found);
    if (outcome != BlockView::Found::kEntry || found.trailer() != TrailerOf(key)) {
      return wrong("point lookup misses an entry", key);
    }
    NoteEntry(key, entries.value(), &seen->info);
    previous.assign(key);
  }
  LS_RETURN_IF_ERROR(entries.status());
  if (previous.empty() || CompareInternalKeys(previous, index_.Separator(i)) > 0) {
    return Status::Corruption("separator before the block's last key", place, {},
                              InternalKeyText(index_.Separator(i)));
  }
  ++seen->data_block_count;
  return Status::Ok();
}

Status TableReader::CompareProperties(const TableProperties& seen) const {
  const auto expected = PropertiesText(properties_);
  const auto found = PropertiesText(seen);
  LS_CHECK(expected.size() == found.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == found[i]) continue;
    return Status::Corruption("table property " + expected[i].first,
                              {identity_.file, footer_.properties.offset}, expected[i].second,
                              found[i].second);
  }
  return Status::Ok();
}

// From the file's first byte to its last.
class TableReader::Check final : public TableCheck {
 public:
  Check(const TableReader* table, const uint32_t* digest)
      : table_(table), walk_(&table->reader_, table->file_size_) {
    if (digest != nullptr) digest_ = *digest;
    seen_.options = table->properties_.options;
  }

  Status Step(uint64_t bytes, bool* done) override {
    *done = false;
    const uint64_t until = walk_.offset() + bytes;
    if (walk_.offset() == 0) LS_RETURN_IF_ERROR(CheckHead());
    while (next_block_ < table_->index_.size()) {
      if (walk_.offset() >= until) return Status::Ok();
      LS_RETURN_IF_ERROR(CheckBlock(next_block_++));
    }
    LS_RETURN_IF_ERROR(CheckEnd());
    *done = true;
    return Status::Ok();
  }
  uint64_t bytes_read() const override { return walk_.offset(); }

 private:
  Status CheckHead() {
    const TableIdentity& identity = table_->identity_;
    Slice bytes;
    LS_RETURN_IF_ERROR(walk_.Take(kFileHeaderSize, &bytes));
    return CheckFileHeader(bytes, identity.file, FileKind::kTable, identity.store_id,
                           identity.file_number);
  }

  Status CheckBlock(size_t i) {
    const BlockHandle handle = table_->index_.Handle(i);
    LS_CHECK(handle.offset == walk_.offset());
    Slice bytes;
    LS_RETURN_IF_ERROR(walk_.Take(handle.size + kBlockTrailerSize, &bytes));
    BlockBytes block;
    LS_RETURN_IF_ERROR(table_->reader_.Unpack(bytes, handle.offset, &block));
    return table_->CheckEntries(i, BlockCache::Adopt(block.release()), &seen_);
  }

  Status CheckEnd() {
    const std::string& file = table_->identity_.file;
    LS_CHECK(walk_.offset() == table_->footer_.DataEnd());
    Slice bytes;
    LS_RETURN_IF_ERROR(walk_.Take(table_->resident_size_, &bytes));
    const Slice resident(table_->resident_.get(), table_->resident_size_);
    if (bytes != resident) {
      const uint64_t place = table_->footer_.DataEnd() + CommonPrefix(bytes, resident);
      return Status::Corruption("table changed since it was opened", {file, place});
    }
    LS_RETURN_IF_ERROR(walk_.Take(kTableFooterSize, &bytes));
    TableFooter footer;
    LS_RETURN_IF_ERROR(DecodeTableFooter(bytes, table_->identity_, table_->file_size_, &footer));
    LS_RETURN_IF_ERROR(table_->CompareProperties(seen_));
    if (!digest_.has_value() || *digest_ == walk_.digest()) return Status::Ok();
    return Status::Corruption("table digest", {file}, Hex32(*digest_), Hex32(walk_.digest()));
  }

  const TableReader* const table_;
  FileWalk walk_;
  std::optional<uint32_t> digest_;
  size_t next_block_ = 0;
  TableProperties seen_;
};

std::unique_ptr<TableCheck> TableReader::NewCheck(const uint32_t* digest) const {
  return std::make_unique<Check>(this, digest);
}

Status Table::Verify(const uint32_t* digest) const {
  const auto check = NewCheck(digest);
  bool done = false;
  while (!done) LS_RETURN_IF_ERROR(check->Step(UINT32_MAX, &done));
  return Status::Ok();
}

}  // namespace ledgerstone
