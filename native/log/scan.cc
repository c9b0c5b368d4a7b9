#include "log/scan.h"

#include <algorithm>

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "log/read_window.h"

namespace ledgerstone::log {
namespace {

bool AllZero(Slice bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

// Without the zeros at the end.
size_t ContentSize(Slice bytes) {
  size_t size = bytes.size();
  for (; size >= 8 && DecodeFixed64(bytes.data() + size - 8) == 0; size -= 8) continue;
  while (size > 0 && bytes[size - 1] == 0) --size;
  return size;
}

uint32_t TypeWord(const char* header) { return DecodeFixed32(header + kRecordTypeOffset); }

bool IsKnownType(uint32_t type_word) {
  return type_word >= kRecordTypeMin && type_word <= kRecordTypeMax;
}

Sequence LastSequenceIn(const RecordHeader& header) {
  return header.entry_count == 0 ? 0 : header.first_sequence + header.entry_count - 1;
}

class Scanner {
 public:
  Scanner(const RandomAccessFile* source, const StoreId& store_id, const RecordVisitor& visit,
          uint64_t chain_offset, uint64_t limit, ScanResult* result)
      : window_(source, result->file, limit),
        file_seed_(FileSeed(store_id, result->segment)),
        visit_(visit),
        chain_offset_(chain_offset),
        result_(result) {
    result_->file_size = window_.file_size();
  }

  Status Run(FileKind kind, const StoreId& store_id) {
    LS_RETURN_IF_ERROR(ReadFileHeader(kind, store_id));
    if (result_->header_whole) {
      at_ = kFileHeaderSize;
      result_->good_size = at_;
      while (at_ < result_->file_size && result_->break_reason.empty()) {
        LS_RETURN_IF_ERROR(ReadRecord());
      }
    }
    result_->content_size = result_->file_size;
    if (result_->break_reason.empty()) return Status::Ok();
    uint64_t content_end = 0;
    LS_RETURN_IF_ERROR(
        LookOn(std::max<uint64_t>(result_->good_size, kFileHeaderSize), &content_end));
    if (!result_->header_whole) return Status::Ok();
    result_->content_size = std::max(result_->good_size, content_end);
    const bool only_zeros = result_->content_size == result_->good_size;
    if (result_->opened && only_zeros) result_->break_reason.clear();
    return Status::Ok();
  }

 private:
  Status Break(std::string reason) {
    LS_CHECK(!reason.empty());
    result_->break_reason = std::move(reason);
    return Status::Ok();
  }

  Status Nonsense(std::string message, std::string expected, std::string found) const {
    return Status::Corruption(std::move(message), {result_->file, at_}, std::move(expected),
                              std::move(found));
  }

  uint32_t Seed(uint64_t offset) const { return Crc32cSeed(file_seed_, offset); }

  Sequence LastSequence() const {
    return std::max(result_->last_sequence, result_->opening.last_sequence);
  }

  Status ReadFileHeader(FileKind kind, const StoreId& store_id);
  Status ReadRecord();
  Status CheckSense(const RecordHeader& header, uint32_t type_word) const;
  Status Accept(const RecordHeader& header, Slice payload);
  Status AcceptOpening(const RecordHeader& header, Slice payload);
  Status AcceptClosing(const RecordHeader& header, Slice payload);
  Status LookOn(uint64_t offset, uint64_t* content_end);
  void NoteBeyond(uint64_t offset, const char* bytes);

  ReadWindow window_;
  const uint64_t file_seed_;
  const RecordVisitor& visit_;
  const uint64_t chain_offset_;
  ScanResult* result_;
  uint64_t at_ = 0;
};

Status Scanner::ReadFileHeader(FileKind kind, const StoreId& store_id) {
  if (result_->file_size == 0) return Status::Ok();
  if (result_->file_size < kFileHeaderSize) return Break("file header cut short");
  const char* bytes = nullptr;
  LS_RETURN_IF_ERROR(window_.Fill(0, kFileHeaderSize, &bytes));
  const Slice header_bytes(bytes, kFileHeaderSize);
  if (AllZero(header_bytes)) return Break("zeros where the file header should be");
  FileHeader header;
  const Status decoded = DecodeFileHeader(header_bytes, result_->file, &header);
  if (decoded.Is(StatusCode::kCorruption)) {
    result_->header_garbled = true;
    return Break(decoded.message());
  }
  LS_RETURN_IF_ERROR(decoded);
  LS_RETURN_IF_ERROR(
      CheckFileHeader(header_bytes, result_->file, kind, store_id, result_->segment));
  result_->header_whole = true;
  return Status::Ok();
}

Status Scanner::ReadRecord() {
  if (result_->closed) return Break("bytes after the closing record");
  const uint64_t left = result_->file_size - at_;
  if (left < kRecordHeaderSize) return Break("record header cut short");
  const char* bytes = nullptr;
  LS_RETURN_IF_ERROR(window_.Fill(at_, kRecordHeaderSize, &bytes));
  const uint32_t seed = Seed(at_);
  RecordHeader header;
  if (!DecodeRecordHeader(seed, bytes, &header)) {
    const bool zero = AllZero(Slice(bytes, kRecordHeaderSize));
    return Break(zero ? "zeros where a record should be" : "record header checksum");
  }
  LS_RETURN_IF_ERROR(CheckSense(header, TypeWord(bytes)));
  if (header.payload_size > kPayloadBytesMax) return Break("record payload over the size limit");
  const uint64_t record_size = RecordSize(header.payload_size);
  if (record_size > left) return Break("record reaches past the end of the file");
  if (at_ > kFileHeaderSize && header.previous_checksum != result_->chain) {
    return Break("record does not follow the one before it");
  }
  LS_RETURN_IF_ERROR(window_.Fill(at_, static_cast<size_t>(record_size), &bytes));
  const Slice payload(bytes + kRecordHeaderSize, header.payload_size);
  if (Crc32cExtend(seed, payload) != header.payload_checksum) {
    return Break("record payload checksum");
  }
  const Slice padding(payload.data() + payload.size(),
                      static_cast<size_t>(record_size) - kRecordHeaderSize - payload.size());
  if (!AllZero(padding)) return Break("record padding is not zero");
  LS_RETURN_IF_ERROR(Accept(header, payload));
  return visit_(header, at_ - record_size, payload);
}

Status Scanner::CheckSense(const RecordHeader& header, uint32_t type_word) const {
  if (!IsKnownType(type_word)) {
    return Status::NotSupported(
        "the log holds a record of type " + std::to_string(type_word) + ", which this build lacks",
        {result_->file, at_});
  }
  if (header.durable_offset > at_) {
    return Nonsense("record promises bytes behind itself", "at most " + std::to_string(at_),
                    std::to_string(header.durable_offset));
  }
  const bool opening = header.type == RecordType::kOpening;
  if (opening != (at_ == kFileHeaderSize)) {
    return Nonsense(opening ? "opening record inside a segment" : "segment without opening record",
                    "type 3 at offset 48 and only there", "type " + std::to_string(type_word));
  }
  return Status::Ok();
}

Status Scanner::AcceptOpening(const RecordHeader& header, Slice payload) {
  SegmentEnd* opening = &result_->opening;
  if (!DecodeSegmentEnd(payload, opening) || opening->segment >= result_->segment) {
    return Nonsense("opening record", "the end of an earlier segment",
                    HexBytes(payload.substr(0, 64)));
  }
  opening->closing_checksum = header.previous_checksum;
  result_->opened = true;
  return Status::Ok();
}

Status Scanner::AcceptClosing(const RecordHeader& header, Slice payload) {
  SegmentEnd expected;
  expected.segment = result_->segment;
  expected.last_sequence = LastSequence();
  expected.size = at_;
  expected.chain = result_->chain;
  SegmentEnd* closing = &result_->closing;
  if (!DecodeSegmentEnd(payload, closing) || *closing != expected) {
    return Nonsense("closing record", HexBytes(EncodeSegmentEnd(expected)),
                    HexBytes(payload.substr(0, 64)));
  }
  closing->closing_checksum = header.header_checksum;
  result_->closed = true;
  return Status::Ok();
}

Status Scanner::Accept(const RecordHeader& header, Slice payload) {
  if (header.type == RecordType::kOpening) LS_RETURN_IF_ERROR(AcceptOpening(header, payload));
  if (header.type == RecordType::kClosing) LS_RETURN_IF_ERROR(AcceptClosing(header, payload));
  if (header.entry_count > 0) {
    const bool rises = header.first_sequence > LastSequence() || header.type == RecordType::kEdit;
    if (!rises || LastSequenceIn(header) < header.first_sequence) {
      return Nonsense("sequences run backwards", "above " + std::to_string(LastSequence()),
                      std::to_string(header.first_sequence));
    }
    if (result_->first_sequence == 0) result_->first_sequence = header.first_sequence;
    result_->last_sequence = std::max(result_->last_sequence, LastSequenceIn(header));
  }
  at_ += RecordSize(header.payload_size);
  result_->good_size = at_;
  result_->chain = header.header_checksum;
  result_->durable_promise = std::max(result_->durable_promise, header.durable_offset);
  if (at_ == chain_offset_) result_->chain_at = result_->chain;
  return Status::Ok();
}

// Each byte of the rest is read once. `content_end`: of the last one that is not zero.
Status Scanner::LookOn(uint64_t offset, uint64_t* content_end) {
  const uint64_t end = result_->file_size;
  LS_CHECK(offset % kRecordAlignment == 0);
  while (offset < end) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(ReadWindow::kChunk, end - offset));
    const char* bytes = nullptr;
    LS_RETURN_IF_ERROR(window_.Fill(offset, size, &bytes));
    const size_t content = ContentSize(Slice(bytes, size));
    if (content > 0) *content_end = offset + content;
    size_t at = 0;
    for (; at < content && at + kRecordHeaderSize <= size; at += kRecordAlignment) {
      if (IsKnownType(TypeWord(bytes + at))) NoteBeyond(offset + at, bytes + at);
    }
    const bool last = offset + size == end;
    offset = last ? end : offset + size - kRecordHeaderSize + kRecordAlignment;
  }
  return Status::Ok();
}

void Scanner::NoteBeyond(uint64_t offset, const char* bytes) {
  if (DecodeFixed32(bytes + 12) > kPayloadBytesMax || DecodeFixed64(bytes + 24) > offset) return;
  RecordHeader header;
  if (!DecodeRecordHeader(Seed(offset), bytes, &header)) return;
  result_->durable_promise = std::max(result_->durable_promise, header.durable_offset);
  if (offset <= result_->good_size) return;
  result_->valid_beyond = true;
  result_->last_sequence_beyond = std::max(result_->last_sequence_beyond, LastSequenceIn(header));
}

}  // namespace

Status ScanSegment(Env* env, const std::string& path, const std::string& file, FileKind kind,
                   const StoreId& store_id, uint64_t segment, const RecordVisitor& visit,
                   ScanResult* result, uint64_t chain_offset, uint64_t limit) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  *result = ScanResult{};
  result->segment = segment;
  result->file = file;
  return Scanner(source.get(), store_id, visit, chain_offset, limit, result).Run(kind, store_id);
}

}  // namespace ledgerstone::log
