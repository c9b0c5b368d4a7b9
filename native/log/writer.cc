#include "log/writer.h"

#include <algorithm>

#include "base/checks.h"
#include "base/crc32c.h"

namespace ledgerstone::log {
namespace {

constexpr char kPadding[kRecordAlignment] = {};

bool UsesSequences(RecordType type) {
  return type == RecordType::kBatch || type == RecordType::kEvents ||
         type == RecordType::kIngested;
}

bool IsCallersType(RecordType type) {
  return type == RecordType::kEdit || UsesSequences(type);
}

}  // namespace

Writer::Writer(std::unique_ptr<WritableFile> file, std::string path, const Identity& identity)
    : file_(std::move(file)),
      path_(std::move(path)),
      file_seed_(FileSeed(identity.store_id, identity.segment)),
      segment_(identity.segment),
      space_bytes_(identity.space_bytes) {}

Status Writer::Create(Env* env, const std::string& path, const Identity& identity,
                      const SegmentEnd& previous, std::unique_ptr<Writer>* writer) {
  LS_CHECK(previous == SegmentEnd{} || previous.segment < identity.segment);
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(path, WriteMode::kCreate, &file));
  std::unique_ptr<Writer> created(new Writer(std::move(file), path, identity));
  FileHeader header;
  header.kind = identity.kind;
  header.store_id = identity.store_id;
  header.file_number = identity.segment;
  LS_RETURN_IF_ERROR(created->file_->Append(EncodeFileHeader(header)));
  created->size_ = kFileHeaderSize;
  created->chain_ = previous.closing_checksum;
  created->last_sequence_ = previous.last_sequence;
  RecordHeader opening;
  opening.type = RecordType::kOpening;
  const std::string end = EncodeSegmentEnd(previous);
  const Slice payload(end);
  LS_RETURN_IF_ERROR(created->AppendRecord(opening, std::span(&payload, 1)));
  *writer = std::move(created);
  return Status::Ok();
}

Status Writer::Reopen(Env* env, const std::string& path, const Identity& identity, uint64_t size,
                      uint32_t chain, Sequence last_sequence, std::unique_ptr<Writer>* writer) {
  LS_CHECK(size > kFileHeaderSize && size % kRecordAlignment == 0);
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(path, WriteMode::kAppend, &file));
  if (file->Size() != size) {
    return Status::Corruption("a log segment changed since it was recovered", {path, size},
                              std::to_string(size) + " bytes",
                              std::to_string(file->Size()) + " bytes");
  }
  std::unique_ptr<Writer> reopened(new Writer(std::move(file), path, identity));
  reopened->size_ = size;
  reopened->content_size_ = size;
  reopened->chain_ = chain;
  reopened->last_sequence_ = last_sequence;
  LS_RETURN_IF_ERROR(reopened->SyncFile());
  *writer = std::move(reopened);
  return Status::Ok();
}

Status Writer::CheckUsable() const {
  if (!failure_.ok()) return failure_;
  if (state_ != State::kOpen) return Status::Closed("log segment " + path_);
  return Status::Ok();
}

Status Writer::KeepFailure(Status status) {
  LS_CHECK(failure_.ok());
  failure_ = status;
  return status;
}

Status Writer::AppendRecord(RecordHeader header, std::span<const Slice> payload) {
  LS_CHECK(size_ % kRecordAlignment == 0 && size_ >= kFileHeaderSize);
  const uint32_t seed = Crc32cSeed(file_seed_, size_);
  char header_bytes[kRecordHeaderSize];
  pieces_.assign(1, Slice(header_bytes, sizeof header_bytes));
  header.payload_checksum = seed;
  for (const Slice piece : payload) {
    if (piece.empty()) continue;
    header.payload_checksum = Crc32cExtend(header.payload_checksum, piece);
    header.payload_size += static_cast<uint32_t>(piece.size());
    pieces_.push_back(piece);
  }
  header.previous_checksum = chain_;
  header.durable_offset = durable_size_;
  EncodeRecordHeader(seed, &header, header_bytes);
  const uint64_t record_size = RecordSize(header.payload_size);
  const uint64_t padding = record_size - kRecordHeaderSize - header.payload_size;
  if (padding > 0) pieces_.emplace_back(kPadding, padding);
  LS_RETURN_IF_ERROR(KeepFailure(file_->Append(pieces_)));
  size_ += record_size;
  chain_ = header.header_checksum;
  payload_checksum_ = header.payload_checksum;
  promised_size_ = durable_size_;
  if (header.type != RecordType::kPromise) content_size_ = size_;
  return Status::Ok();
}

Status Writer::Append(const Record& record, std::span<const Slice> payload) {
  LS_RETURN_IF_ERROR(CheckUsable());
  if (!IsCallersType(record.type)) {
    return Status::InvalidArgument("a log record of type " +
                                   std::to_string(static_cast<int>(record.type)));
  }
  uint64_t payload_size = 0;
  for (const Slice piece : payload) {
    if (piece.size() > kPayloadBytesMax - payload_size) {
      return Status::InvalidArgument("a log record of more than " +
                                     std::to_string(kPayloadBytesMax) + " bytes");
    }
    payload_size += piece.size();
  }
  RecordHeader header;
  header.type = record.type;
  header.first_sequence = record.first_sequence;
  header.entry_count = record.entry_count;
  if (record.entry_count == 0) return AppendRecord(header, payload);
  LS_CHECK(record.first_sequence <= kSequenceMax - (record.entry_count - 1));
  LS_CHECK(!UsesSequences(record.type) || record.first_sequence > last_sequence_);
  LS_RETURN_IF_ERROR(AppendRecord(header, payload));
  last_sequence_ = std::max(last_sequence_, record.first_sequence + record.entry_count - 1);
  return Status::Ok();
}

Status Writer::AppendPromise() {
  LS_RETURN_IF_ERROR(CheckUsable());
  RecordHeader header;
  header.type = RecordType::kPromise;
  return AppendRecord(header, {});
}

void Writer::StartWriteback() {
  if (CheckUsable().ok()) file_->StartWriteback();
}

Status Writer::Sync() {
  LS_RETURN_IF_ERROR(CheckUsable());
  PrepareSpace();
  return SyncFile();
}

Status Writer::SyncFile() {
  LS_RETURN_IF_ERROR(KeepFailure(file_->Sync()));
  durable_size_ = size_;
  length_ = std::max(length_, size_);
  return Status::Ok();
}

// Where the disk is full, or fails, the segment goes on without: the next append will tell.
void Writer::PrepareSpace() {
  const uint64_t length = LengthForSync({size_, durable_size_, length_}, space_bytes_);
  if (length == 0) return;
  if (!file_->Extend(length).ok()) space_bytes_ = 0;
  length_ = length;
}

Status Writer::TrimSpace() {
  if (length_ <= size_) return Status::Ok();
  LS_RETURN_IF_ERROR(KeepFailure(file_->Trim()));
  length_ = size_;
  return Status::Ok();
}

Status Writer::Finish(SegmentEnd* end) {
  LS_RETURN_IF_ERROR(CheckUsable());
  LS_RETURN_IF_ERROR(TrimSpace());
  SegmentEnd ended;
  ended.segment = segment_;
  ended.last_sequence = last_sequence_;
  ended.size = size_;
  ended.chain = chain_;
  RecordHeader header;
  header.type = RecordType::kClosing;
  const std::string bytes = EncodeSegmentEnd(ended);
  const Slice payload(bytes);
  LS_RETURN_IF_ERROR(AppendRecord(header, std::span(&payload, 1)));
  LS_RETURN_IF_ERROR(SyncFile());
  state_ = State::kFinished;
  ended.closing_checksum = chain_;
  *end = ended;
  return Status::Ok();
}

Status Writer::Close() {
  if (!failure_.ok()) return failure_;
  if (state_ == State::kClosed) return Status::Ok();
  state_ = State::kClosed;
  const Status trimmed = length_ > size_ ? file_->Trim() : Status::Ok();
  const Status closed = file_->Close();
  return trimmed.ok() ? closed : trimmed;
}

uint64_t Writer::size() const { return size_; }
uint64_t Writer::durable_size() const { return durable_size_; }
bool Writer::OwesPromise() const {
  return state_ == State::kOpen && std::min(durable_size_, content_size_) > promised_size_;
}
uint32_t Writer::chain() const { return chain_; }
uint32_t Writer::payload_checksum() const { return payload_checksum_; }
Sequence Writer::last_sequence() const { return last_sequence_; }
const Status& Writer::failure() const { return failure_; }

}  // namespace ledgerstone::log
