// Verification: one pass over the file from its first byte to its last, past the cache.

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

Status TableReader::Verify(const uint32_t* digest) {
  FileWalk walk(&reader_, file_size_);
  Slice bytes;
  LS_RETURN_IF_ERROR(walk.Take(kFileHeaderSize, &bytes));
  LS_RETURN_IF_ERROR(CheckFileHeader(bytes, identity_.file, FileKind::kTable, identity_.store_id,
                                     identity_.file_number));
  TableProperties seen;
  seen.options = properties_.options;
  for (size_t i = 0; i < index_.size(); ++i) {
    const BlockHandle handle = index_.Handle(i);
    LS_CHECK(handle.offset == walk.offset());
    LS_RETURN_IF_ERROR(walk.Take(handle.size + kBlockTrailerSize, &bytes));
    BlockBytes block;
    LS_RETURN_IF_ERROR(reader_.Unpack(bytes, handle.offset, &block));
    LS_RETURN_IF_ERROR(CheckEntries(i, BlockCache::Adopt(block.release()), &seen));
  }
  LS_CHECK(walk.offset() == footer_.DataEnd());
  LS_RETURN_IF_ERROR(walk.Take(resident_size_, &bytes));
  const Slice resident(resident_.get(), resident_size_);
  if (bytes != resident) {
    const uint64_t place = footer_.DataEnd() + CommonPrefix(bytes, resident);
    return Status::Corruption("table changed since it was opened", {identity_.file, place});
  }
  LS_RETURN_IF_ERROR(walk.Take(kTableFooterSize, &bytes));
  TableFooter footer;
  LS_RETURN_IF_ERROR(DecodeTableFooter(bytes, identity_, file_size_, &footer));
  LS_RETURN_IF_ERROR(CompareProperties(seen));
  if (digest != nullptr && *digest != walk.digest()) {
    return Status::Corruption("table digest", {identity_.file}, Hex32(*digest),
                              Hex32(walk.digest()));
  }
  return Status::Ok();
}

}  // namespace ledgerstone
