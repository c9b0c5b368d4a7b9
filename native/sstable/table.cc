#include "sstable/table.h"

#include <new>

#include "base/checks.h"
#include "base/key_fraction.h"
#include "sstable/table_iterator.h"
#include "sstable/table_reader.h"

namespace ledgerstone {
namespace {

void Count(std::atomic<uint64_t>* counter, uint64_t amount = 1) {
  counter->fetch_add(amount, std::memory_order_relaxed);
}

// Statistics are about reads that callers wait for: not those of compactions. What memory can't
// answer is asked again with the disk, and counts then.
BlockCache::Counting CountingOf(const TableReadOptions& options) {
  using Counting = BlockCache::Counting;
  if (!options.fill_cache) return Counting::kNothing;
  return options.tier == Tier::kMemory ? Counting::kHits : Counting::kAll;
}

}  // namespace

Status Table::Open(Env* env, const std::string& path, const TableIdentity& identity,
                   uint64_t file_size, BlockCache* cache, Statistics* statistics,
                   std::unique_ptr<Table>* table) {
  LS_CHECK(cache != nullptr && statistics != nullptr);
  std::unique_ptr<RandomAccessFile> file;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &file));
  auto reader = std::make_unique<TableReader>(identity, std::move(file), cache, statistics);
  LS_RETURN_IF_ERROR(reader->Load(file_size));
  *table = std::move(reader);
  return Status::Ok();
}

TableReader::TableReader(const TableIdentity& identity, std::unique_ptr<RandomAccessFile> file,
                         BlockCache* cache, Statistics* statistics)
    : identity_(identity),
      file_(std::move(file)),
      reader_(file_.get(), identity_),
      cache_(cache),
      statistics_(statistics) {}

TableReader::~TableReader() {
  for (size_t i = 0; hints_ != nullptr && i < index_.size(); ++i) {
    cache_->Forget(KeyOf(i), &hints_[i]);
  }
  cache_->Release(reserved_);
}

Status TableReader::Load(uint64_t file_size) {
  LS_RETURN_IF_ERROR(LoadFooter(file_size));
  LS_RETURN_IF_ERROR(LoadResident());
  reserved_ = MemoryBytes();
  cache_->Reserve(reserved_);
  return Status::Ok();
}

Status TableReader::LoadFooter(uint64_t file_size) {
  if (file_->Size() != file_size || file_size < kFileHeaderSize + kTableFooterSize) {
    return Status::Corruption("table size", {identity_.file}, std::to_string(file_size) + " bytes",
                              std::to_string(file_->Size()) + " bytes");
  }
  file_size_ = file_size;
  char header[kFileHeaderSize];
  LS_RETURN_IF_ERROR(reader_.ReadBytes(0, sizeof header, header));
  LS_RETURN_IF_ERROR(CheckFileHeader(Slice(header, sizeof header), identity_.file, FileKind::kTable,
                                     identity_.store_id, identity_.file_number));
  char footer[kTableFooterSize];
  LS_RETURN_IF_ERROR(reader_.ReadBytes(file_size - sizeof footer, sizeof footer, footer));
  return DecodeTableFooter(Slice(footer, sizeof footer), identity_, file_size, &footer_);
}

// The block's contents in resident_; filter, index and properties are never compressed.
Status TableReader::CheckResident(const BlockHandle& handle, Slice* contents) const {
  const Slice stored(resident_.get() + (handle.offset - footer_.DataEnd()),
                     handle.size + kBlockTrailerSize);
  Compression compression;
  LS_RETURN_IF_ERROR(reader_.Check(stored, handle.offset, contents, &compression));
  if (compression == Compression::kNone) return Status::Ok();
  return Status::Corruption("a compressed block of this kind", {identity_.file, handle.offset});
}

Status TableReader::LoadResident() {
  const uint64_t begin = footer_.DataEnd();
  resident_size_ = file_size_ - kTableFooterSize - begin;
  resident_.reset(static_cast<char*>(
      ::operator new[](resident_size_, std::align_val_t{kFilterLineBytes}, std::nothrow)));
  if (resident_ == nullptr) {
    return Status(StatusCode::kNoMemory, "no memory for a table's index", {identity_.file, begin});
  }
  LS_RETURN_IF_ERROR(reader_.ReadBytes(begin, resident_size_, resident_.get()));
  Slice contents;
  if (footer_.has_filter()) {
    LS_RETURN_IF_ERROR(CheckResident(footer_.filter, &contents));
    if (!filter_.Parse(contents)) {
      return Status::Corruption("table filter layout", {identity_.file, footer_.filter.offset});
    }
  }
  LS_RETURN_IF_ERROR(CheckResident(footer_.properties, &contents));
  LS_RETURN_IF_ERROR(
      DecodeProperties(contents, {identity_.file, footer_.properties.offset}, &properties_));
  LS_RETURN_IF_ERROR(CheckResident(footer_.index, &contents));
  LS_RETURN_IF_ERROR(index_.Parse(contents, {identity_.file, footer_.index.offset}, begin));
  if (index_.size() == properties_.data_block_count) return MakeHints();
  return Status::Corruption("number of data blocks", {identity_.file, footer_.index.offset},
                            std::to_string(properties_.data_block_count),
                            std::to_string(index_.size()));
}

Status TableReader::MakeHints() {
  hints_.reset(new (std::nothrow) BlockCache::Hint[index_.size()]);
  if (hints_ != nullptr) return Status::Ok();
  return Status(StatusCode::kNoMemory, "no memory for a table's index", {identity_.file});
}

uint64_t TableReader::MemoryBytes() const {
  const uint64_t hints = index_.size() * sizeof(BlockCache::Hint);
  return sizeof(*this) + resident_size_ + index_.MemoryBytes() + hints;
}

uint64_t TableReader::ApproximateOffset(Slice internal_key) {
  const size_t i = index_.Find(UserKeyOf(internal_key), TrailerOf(internal_key));
  return i < index_.size() ? index_.Handle(i).offset : footer_.DataEnd();
}

double TableReader::ApproximateShareBefore(Slice user_key) {
  const size_t blocks = index_.size();
  const size_t i = index_.Find(user_key, MakeSeekTrailer(kSequenceMax));
  if (i == blocks) return 1;
  const Slice low = UserKeyOf(i == 0 ? Slice(properties_.info.smallest) : index_.Separator(i - 1));
  const Slice high =
      UserKeyOf(i + 1 == blocks ? Slice(properties_.info.largest) : index_.Separator(i));
  return (static_cast<double>(i) + KeyFraction(low, high, user_key)) / static_cast<double>(blocks);
}

Status TableReader::ReadDataBlock(const BlockHandle& handle, ReadAhead* read_ahead,
                                  BlockBytes* block) const {
  const size_t size = handle.size + kBlockTrailerSize;
  if (read_ahead == nullptr) return reader_.Read(handle, block);
  Slice stored;
  LS_RETURN_IF_ERROR(read_ahead->Read(reader_, handle.offset, size, footer_.DataEnd(), &stored));
  return reader_.Unpack(stored, handle.offset, block);
}

Status TableReader::DataBlock(size_t i, const TableReadOptions& options, ReadAhead* read_ahead,
                              BlockCache::Handle* block) const {
  const BlockHandle handle = index_.Handle(i);
  const BlockKey key{identity_.file_number, handle.offset};
  *block = cache_->Lookup(key, CountingOf(options), &hints_[i]);
  if (*block) return Status::Ok();
  if (options.tier == Tier::kMemory) return Status::Incomplete();
  if (options.disk_wait != nullptr) options.disk_wait->Begin();
  if (options.fill_cache) {
    Count(&statistics_->blocks_read);
    Count(&statistics_->block_bytes_read, handle.size + kBlockTrailerSize);
  }
  BlockBytes bytes;
  LS_RETURN_IF_ERROR(ReadDataBlock(handle, read_ahead, &bytes));
  *block = options.fill_cache ? cache_->Insert(key, bytes.release(), &hints_[i])
                              : BlockCache::Adopt(bytes.release());
  return Status::Ok();
}

Status TableReader::GetHashed(Slice user_key, uint64_t key_hash, Sequence sequence,
                              const TableReadOptions& options, TableLookup* lookup) {
  lookup->outcome = TableLookup::Outcome::kAbsent;
  lookup->filter_excluded = false;
  lookup->value = {};
  lookup->pin.Reset();
  if (footer_.has_filter()) {
    Count(&statistics_->filter_checks);
    if (!filter_.MayContain(key_hash)) {
      Count(&statistics_->filter_useful);
      lookup->filter_excluded = true;
      return Status::Ok();
    }
  }
  const uint64_t seek_trailer = MakeSeekTrailer(sequence);
  for (size_t i = index_.Find(user_key, seek_trailer); i < index_.size(); ++i) {
    BlockCache::Handle block;
    LS_RETURN_IF_ERROR(DataBlock(i, options, nullptr, &block));
    BlockEntry entry;
    const BlockView::Found found = FindIn(block, user_key, key_hash, seek_trailer, &entry);
    if (found == BlockView::Found::kEntry) return TakeEntry(i, entry, std::move(block), lookup);
    if (found == BlockView::Found::kDamaged) {
      return Status::Corruption("block entry", BlockPlace(i));
    }
    if (found == BlockView::Found::kAbsent || UserKeyOf(index_.Separator(i)) != user_key) break;
  }
  if (footer_.has_filter()) Count(&statistics_->filter_false_positives);
  return Status::Ok();
}

BlockView::Found TableReader::FindIn(const BlockCache::Handle& block, Slice user_key,
                                     uint64_t key_hash, uint64_t seek_trailer,
                                     BlockEntry* entry) const {
  BlockView view;
  if (!view.Parse(Slice(block.data(), block.size()))) return BlockView::Found::kDamaged;
  return view.Find(user_key, key_hash, seek_trailer, entry);
}

Status TableReader::TakeEntry(size_t i, const BlockEntry& entry, BlockCache::Handle block,
                              TableLookup* lookup) const {
  const uint64_t trailer = entry.trailer();
  const EntryKind kind = TrailerKind(trailer);
  if (!IsTableKind(kind)) [[unlikely]] {
    return CheckStoredKind(trailer, identity_.file, index_.Handle(i).offset);
  }
  lookup->sequence = TrailerSequence(trailer);
  lookup->kind = kind;
  if (kind == EntryKind::kDelete) {
    lookup->outcome = TableLookup::Outcome::kDeleted;
    return Status::Ok();
  }
  lookup->outcome = TableLookup::Outcome::kFound;
  lookup->value = entry.value();
  lookup->pin = std::move(block);
  return Status::Ok();
}

std::unique_ptr<InternalIterator> TableReader::NewIterator(const TableReadOptions& options) {
  return std::make_unique<TableIterator>(this, options);
}

}  // namespace ledgerstone
