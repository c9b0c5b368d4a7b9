#include "log/cursor.h"

#include <algorithm>
#include <cstring>

#include "base/checks.h"
#include "base/crc32c.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kChunk = size_t{256} << 10;

bool AllZero(Slice bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

}  // namespace

Status Cursor::Open(Env* env, const std::string& path, const std::string& file,
                    const StoreId& store_id, uint64_t segment, uint64_t offset,
                    std::unique_ptr<Cursor>* cursor) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  cursor->reset(new Cursor(std::move(source), file, store_id, segment));
  (*cursor)->at_ = offset;
  return Status::Ok();
}

Cursor::Cursor(std::unique_ptr<RandomAccessFile> source, std::string file, const StoreId& store_id,
               uint64_t segment)
    : source_(std::move(source)),
      file_(std::move(file)),
      store_id_(store_id),
      segment_(segment),
      file_seed_(FileSeed(store_id, segment)) {}

Status Cursor::Broken(std::string message) const {
  return Status::Corruption(std::move(message), {file_, at_});
}

Status Cursor::Next(uint64_t limit, RecordHeader* header, std::optional<Slice>* payload) {
  payload->reset();
  if (at_ == 0) {
    if (limit < kFileHeaderSize) return Status::Ok();
    const char* bytes = nullptr;
    LS_RETURN_IF_ERROR(Fill(0, kFileHeaderSize, limit, &bytes));
    LS_RETURN_IF_ERROR(
        CheckFileHeader(Slice(bytes, kFileHeaderSize), file_, FileKind::kLog, store_id_, segment_));
    at_ = kFileHeaderSize;
  }
  while (!closed_ && at_ < limit) {
    Slice bytes;
    LS_RETURN_IF_ERROR(ReadRecord(limit, header, &bytes));
    if (header->type == RecordType::kClosing) closed_ = true;
    if (header->type != RecordType::kBatch) continue;
    *payload = bytes;
    return Status::Ok();
  }
  return Status::Ok();
}

Status Cursor::ReadRecord(uint64_t limit, RecordHeader* header, Slice* payload) {
  const char* bytes = nullptr;
  LS_RETURN_IF_ERROR(Fill(at_, kRecordHeaderSize, limit, &bytes));
  const uint32_t seed = Crc32cSeed(file_seed_, at_);
  if (!DecodeRecordHeader(seed, bytes, header)) return Broken("record header checksum");
  const auto type = static_cast<uint32_t>(header->type);
  if (type < kRecordTypeMin || type > kRecordTypeMax) {
    return Status::NotSupported(
        "the log holds a record of type " + std::to_string(type) + ", which this build lacks",
        {file_, at_});
  }
  if (header->payload_size > kPayloadBytesMax) return Broken("record payload over the size limit");
  if (chain_.has_value() && header->previous_checksum != *chain_) {
    return Broken("record does not follow the one before it");
  }
  const auto size = static_cast<size_t>(RecordSize(header->payload_size));
  LS_RETURN_IF_ERROR(Fill(at_, size, limit, &bytes));
  *payload = Slice(bytes + kRecordHeaderSize, header->payload_size);
  if (Crc32cExtend(seed, *payload) != header->payload_checksum) {
    return Broken("record payload checksum");
  }
  const char* const padding = payload->data() + payload->size();
  if (!AllZero(Slice(padding, static_cast<size_t>(bytes + size - padding)))) {
    return Broken("record padding is not zero");
  }
  chain_ = header->header_checksum;
  record_at_ = at_;
  at_ += size;
  return Status::Ok();
}

// Bytes that are there but behind the limit may be half written: they are not kept for later.
Status Cursor::Fill(uint64_t offset, size_t size, uint64_t limit, const char** bytes) {
  if (size > limit - offset) return Broken("record reaches past what was written");
  if (offset < buffer_at_ || offset + size > buffer_at_ + buffer_.size()) {
    const auto wanted =
        static_cast<size_t>(std::min<uint64_t>(std::max(size, kChunk), limit - offset));
    buffer_.resize(wanted);
    buffer_at_ = offset;
    size_t read = 0;
    const Status status = source_->Read(offset, wanted, buffer_.data(), &read);
    buffer_.resize(status.ok() ? read : 0);
    LS_RETURN_IF_ERROR(status);
    if (read < size) return Broken("the segment ends before its closing record");
  }
  *bytes = buffer_.data() + (offset - buffer_at_);
  return Status::Ok();
}

}  // namespace ledgerstone::log
