#include "log/salvage.h"

#include <algorithm>

#include "base/coding.h"
#include "base/crc32c.h"
#include "log/read_window.h"

namespace ledgerstone::log {
namespace {

class Salvager {
 public:
  Salvager(const RandomAccessFile* source, const std::string& file, const StoreId& store_id,
           uint64_t segment, const RecordVisitor& visit, std::vector<SegmentGap>* gaps)
      : window_(source, file),
        file_seed_(FileSeed(store_id, segment)),
        visit_(visit),
        gaps_(gaps) {}

  Status Run() {
    const uint64_t size = window_.file_size();
    uint64_t good = std::min<uint64_t>(size, kFileHeaderSize);
    for (uint64_t at = good; at + kRecordHeaderSize <= size;) {
      RecordHeader header;
      Slice payload;
      if (!ReadRecord(at, &header, &payload)) {
        at += kRecordAlignment;
        continue;
      }
      Note(good, at, header);
      LS_RETURN_IF_ERROR(visit_(header, at, payload));
      at += RecordSize(header.payload_size);
      good = at;
    }
    if (good < size) NoteEnd(good, size);
    for (SegmentGap& gap : *gaps_) gap.durable = gap.begin < promise_;
    return Status::Ok();
  }

 private:
  std::string Reason(const char* otherwise) const {
    return read_error_.ok() ? otherwise : read_error_.ToString();
  }

  bool Fill(uint64_t at, size_t size, const char** bytes) {
    const Status status = window_.Fill(at, size, bytes);
    if (!status.ok()) read_error_ = status;
    return status.ok();
  }

  bool ReadRecord(uint64_t at, RecordHeader* header, Slice* payload) {
    const char* bytes = nullptr;
    if (!Fill(at, kRecordHeaderSize, &bytes)) return false;
    const uint32_t type = DecodeFixed32(bytes + kRecordTypeOffset);
    if (type < kRecordTypeMin || type > kRecordTypeMax) return false;
    const uint32_t seed = Crc32cSeed(file_seed_, at);
    if (!DecodeRecordHeader(seed, bytes, header) || header->durable_offset > at) return false;
    promise_ = std::max(promise_, header->durable_offset);
    const uint64_t size = RecordSize(header->payload_size);
    if (header->payload_size > kPayloadBytesMax || size > window_.file_size() - at) return false;
    if (!Fill(at, static_cast<size_t>(size), &bytes)) return false;
    *payload = Slice(bytes + kRecordHeaderSize, header->payload_size);
    if (Crc32cExtend(seed, *payload) != header->payload_checksum) return false;
    const Slice padding(bytes + kRecordHeaderSize + header->payload_size,
                        static_cast<size_t>(size) - kRecordHeaderSize - header->payload_size);
    return std::all_of(padding.begin(), padding.end(), [](char c) { return c == 0; });
  }

  bool AllZero(uint64_t begin, uint64_t end) {
    while (begin < end) {
      const auto size = static_cast<size_t>(std::min<uint64_t>(ReadWindow::kChunk, end - begin));
      const char* bytes = nullptr;
      if (!Fill(begin, size, &bytes)) return false;
      if (std::any_of(bytes, bytes + size, [](char c) { return c != 0; })) return false;
      begin += size;
    }
    return true;
  }

  void NoteEnd(uint64_t good, uint64_t size) {
    const bool zeros = any_ && AllZero(good, size);
    if (zeros && closed_) return;
    gaps_->push_back({good, size, last_sequence_ + 1, 0, false, Reason("no whole record"), zeros});
  }

  void Note(uint64_t good, uint64_t at, const RecordHeader& header) {
    const bool follows =
        header.type == RecordType::kOpening || any_ == false || header.previous_checksum == chain_;
    if (at > good || !follows) {
      const Sequence next = header.entry_count > 0 ? header.first_sequence : 0;
      const Sequence before = next > last_sequence_ + 1 ? next - 1 : 0;
      gaps_->push_back({good, at, last_sequence_ + 1, before, false,
                        Reason(at > good ? "no whole record" : "a record is missing here"), false});
      read_error_ = Status::Ok();
    }
    any_ = true;
    closed_ = header.type == RecordType::kClosing;
    chain_ = header.header_checksum;
    if (header.entry_count > 0) last_sequence_ = header.first_sequence + header.entry_count - 1;
  }

  ReadWindow window_;
  const uint64_t file_seed_;
  const RecordVisitor& visit_;
  std::vector<SegmentGap>* const gaps_;
  bool any_ = false;
  bool closed_ = false;
  uint32_t chain_ = 0;
  Sequence last_sequence_ = 0;
  uint64_t promise_ = 0;
  Status read_error_;
};

}  // namespace

Status SalvageSegment(Env* env, const std::string& path, const std::string& file,
                      const StoreId& store_id, uint64_t segment, const RecordVisitor& visit,
                      std::vector<SegmentGap>* gaps) {
  std::unique_ptr<RandomAccessFile> source;
  LS_RETURN_IF_ERROR(env->NewRandomAccessFile(path, &source));
  return Salvager(source.get(), file, store_id, segment, visit, gaps).Run();
}

}  // namespace ledgerstone::log
