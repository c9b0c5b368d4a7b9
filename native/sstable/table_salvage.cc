#include "sstable/table_salvage.h"

#include <algorithm>

#include "base/coding.h"
#include "base/crc32c.h"

namespace ledgerstone {
namespace {

// How far the end of a block is looked for behind a damaged one, at least.
constexpr uint64_t kSearchWindow = uint64_t{1} << 16;

}  // namespace

Status TableSalvage::Open(Env* env, const std::string& path) {
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &file_));
  reader_ = std::make_unique<BlockReader>(file_.get(), identity_);
  indexed_ = LoadIndex();
  if (indexed_) return Status::Ok();
  bytes_.resize(static_cast<size_t>(file_->Size()));
  size_t read = 0;
  const Status status = file_->Read(0, bytes_.size(), bytes_.data(), &read);
  bytes_.resize(status.ok() ? read : 0);
  if (!status.ok()) losses_.push_back({0, file_->Size(), {}, {}, false, false, status.ToString()});
  return Status::Ok();
}

bool TableSalvage::LoadIndex() {
  const uint64_t size = file_->Size();
  if (size < kFileHeaderSize + kTableFooterSize) return false;
  char bytes[kTableFooterSize];
  if (!reader_->ReadBytes(size - sizeof bytes, sizeof bytes, bytes).ok()) return false;
  const Slice footer(bytes, sizeof bytes);
  if (!DecodeTableFooter(footer, identity_, size, &footer_).ok()) return false;
  resident_.resize(footer_.index.size + kBlockTrailerSize);
  if (!reader_->ReadBytes(footer_.index.offset, resident_.size(), resident_.data()).ok()) {
    return false;
  }
  Slice contents;
  Compression compression = Compression::kNone;
  if (!reader_->Check(resident_, footer_.index.offset, &contents, &compression).ok()) return false;
  return compression == Compression::kNone &&
         index_.Parse(contents, {identity_.file}, footer_.DataEnd()).ok();
}

bool TableSalvage::Next() {
  for (;;) {
    if (in_block_) {
      entries_.Next();
    } else if (!NextBlock()) {
      return false;
    }
    in_block_ = entries_.Valid();
    if (in_block_) {
      last_key_.assign(entries_.key());
      return true;
    }
    if (entries_.status().ok()) continue;
    const uint64_t offset = entries_.status().place().offset;
    if (indexed_) {
      LoseBlock(next_block_ - 1, entries_.status().message());
    } else {
      losses_.push_back(
          {offset, at_, std::string(), std::string(), false, false, entries_.status().message()});
    }
  }
}

bool TableSalvage::NextBlock() { return indexed_ ? NextIndexedBlock() : NextFoundBlock(); }

void TableSalvage::LoseBlock(size_t i, const std::string& reason) {
  const BlockHandle handle = index_.Handle(i);
  TableLoss loss;
  loss.begin = handle.offset;
  loss.end = handle.offset + handle.size + kBlockTrailerSize;
  loss.from_known = i > 0;
  if (i > 0) loss.from = UserKeyOf(index_.Separator(i - 1));
  loss.to_known = true;
  loss.to = UserKeyOf(index_.Separator(i));
  loss.reason = reason;
  losses_.push_back(std::move(loss));
}

bool TableSalvage::NextIndexedBlock() {
  for (; next_block_ < index_.size(); ++next_block_) {
    BlockBytes block;
    const BlockHandle handle = index_.Handle(next_block_);
    const Status status = reader_->Read(handle, &block);
    if (!status.ok()) {
      LoseBlock(next_block_, status.message());
      continue;
    }
    entries_.Open(BlockCache::Adopt(block.release()), &identity_.file, handle.offset);
    entries_.SeekToFirst();
    ++next_block_;
    return true;
  }
  return false;
}

bool TableSalvage::FindBlock(uint64_t begin, uint64_t window, uint64_t* end) {
  const uint64_t limit = std::min<uint64_t>(bytes_.size(), begin + window);
  uint32_t checksum = Crc32cSeed(FileSeed(identity_.store_id, identity_.file_number), begin);
  for (uint64_t at = begin; at + 4 < limit; ++at) {
    checksum = Crc32cExtend(checksum, Slice(bytes_.data() + at, 1));
    if (DecodeFixed32(bytes_.data() + at + 1) != checksum) continue;
    *end = at + 5;
    if (OpenBlock(Slice(bytes_.data() + begin, *end - begin), begin)) return true;
  }
  return false;
}

bool TableSalvage::OpenBlock(Slice stored, uint64_t offset) {
  BlockBytes block;
  if (stored.size() < kBlockTrailerSize || !reader_->Unpack(stored, offset, &block).ok()) {
    return false;
  }
  entries_.Open(BlockCache::Adopt(block.release()), &identity_.file, offset);
  entries_.SeekToFirst();
  if (!entries_.Valid() || IsIndexBlock()) return false;
  return last_key_.empty() || CompareInternalKeys(last_key_, entries_.key()) < 0;
}

// The values of an index block are the handles of the table's blocks, one behind the other.
bool TableSalvage::IsIndexBlock() {
  uint64_t next = kFileHeaderSize;
  bool handles = true;
  for (; entries_.Valid() && handles; entries_.Next()) {
    BlockHandle handle;
    handles = DecodeBlockHandle(entries_.value(), &handle) && handle.offset == next;
    next = handle.offset + handle.size + kBlockTrailerSize;
  }
  entries_.SeekToFirst();
  return handles;
}

bool TableSalvage::NextFoundBlock() {
  uint64_t end = 0;
  const uint64_t begin = at_;
  // A sound block may be of any size; behind a damaged one only a stretch is searched.
  if (begin < bytes_.size() && FindBlock(begin, bytes_.size(), &end)) {
    longest_ = std::max(longest_, end - begin);
    at_ = end;
    return true;
  }
  const uint64_t window = std::max(kSearchWindow, 2 * longest_);
  for (uint64_t at = begin + 1; at < bytes_.size(); ++at) {
    if (!FindBlock(at, window, &end)) continue;
    LoseFound(begin, at, true);
    at_ = end;
    return true;
  }
  if (begin < bytes_.size()) LoseFound(begin, bytes_.size(), false);
  at_ = bytes_.size();
  return false;
}

// What lies between sound blocks; behind the last one also filter, index and footer.
void TableSalvage::LoseFound(uint64_t begin, uint64_t end, bool more) {
  TableLoss loss;
  loss.begin = begin;
  loss.end = end;
  loss.from_known = !last_key_.empty();
  if (loss.from_known) loss.from = UserKeyOf(last_key_);
  loss.to_known = more;
  if (more) loss.to = UserKeyOf(entries_.key());
  loss.reason = more ? "no sound block begins here"
                     : "no sound block begins here; the table's index is damaged too";
  losses_.push_back(std::move(loss));
}

}  // namespace ledgerstone
