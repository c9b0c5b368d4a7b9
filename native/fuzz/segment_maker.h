// A log segment of records whose checksums hold, whatever they say. Bytes alone never get past a
// checksum; these do.
#pragma once

#include <string>

#include "base/crc32c.h"
#include "log/format.h"

namespace ledgerstone::log {

class SegmentMaker {
 public:
  // Begins with file header and opening record.
  SegmentMaker(FileKind kind, const StoreId& store_id, uint64_t segment)
      : store_id_(store_id), segment_(segment) {
    contents_ = EncodeFileHeader({.kind = kind, .store_id = store_id, .file_number = segment});
    AddRecord(RecordType::kOpening, 0, EncodeSegmentEnd({}));
  }
  // Goes on behind the records of a segment.
  SegmentMaker(std::string contents, const StoreId& store_id, uint64_t segment, uint32_t chain,
               Sequence last_sequence)
      : contents_(std::move(contents)),
        store_id_(store_id),
        segment_(segment),
        chain_(chain),
        sequence_(last_sequence) {}

  // With `count` entries, whose sequences follow the last one after `skipped`.
  void AddRecord(RecordType type, uint32_t count, Slice payload, uint64_t skipped = 0) {
    contents_.resize(AlignRecord(contents_.size()));
    const uint32_t seed = Crc32cSeed(FileSeed(store_id_, segment_), contents_.size());
    RecordHeader header;
    header.payload_checksum = Crc32cExtend(seed, payload);
    header.previous_checksum = chain_;
    header.payload_size = static_cast<uint32_t>(payload.size());
    header.first_sequence = count == 0 ? 0 : sequence_ + 1 + skipped;
    header.durable_offset = contents_.size() / 2;
    header.entry_count = count;
    header.type = type;
    char bytes[kRecordHeaderSize];
    EncodeRecordHeader(seed, &header, bytes);
    contents_.append(bytes, sizeof(bytes)).append(payload);
    contents_.resize(AlignRecord(contents_.size()));
    chain_ = header.header_checksum;
    if (count > 0) sequence_ = header.first_sequence + count - 1;
  }

  void AddClosing() {
    SegmentEnd end;
    end.segment = segment_;
    end.last_sequence = sequence_;
    end.size = contents_.size();
    end.chain = chain_;
    AddRecord(RecordType::kClosing, 0, EncodeSegmentEnd(end));
  }

  std::string& contents() { return contents_; }

 private:
  std::string contents_;
  const StoreId store_id_;
  const uint64_t segment_;
  uint32_t chain_ = 0;
  Sequence sequence_ = 0;
};

}  // namespace ledgerstone::log
