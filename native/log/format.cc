#include "log/format.h"

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kChecksumSize = 4;

uint32_t HeaderChecksum(uint32_t seed, const char* header) {
  return Crc32cExtend(seed, Slice(header + kChecksumSize, kRecordHeaderSize - kChecksumSize));
}

}  // namespace

std::string EncodeSegmentEnd(const SegmentEnd& end) {
  std::string bytes;
  PutFixed64(&bytes, end.segment);
  PutFixed64(&bytes, end.last_sequence);
  PutFixed64(&bytes, end.size);
  PutFixed32(&bytes, end.chain);
  PutFixed32(&bytes, 0);
  LS_CHECK(bytes.size() == kSegmentEndSize);
  return bytes;
}

bool DecodeSegmentEnd(Slice bytes, SegmentEnd* end) {
  Decoder decoder(bytes);
  *end = SegmentEnd{};
  end->segment = decoder.Fixed64();
  end->last_sequence = decoder.Fixed64();
  end->size = decoder.Fixed64();
  end->chain = decoder.Fixed32();
  const uint32_t zero = decoder.Fixed32();
  return decoder.ok() && decoder.done() && zero == 0;
}

void EncodeRecordHeader(uint32_t seed, RecordHeader* header, char* destination) {
  EncodeFixed(destination + 4, header->payload_checksum);
  EncodeFixed(destination + 8, header->previous_checksum);
  EncodeFixed(destination + 12, header->payload_size);
  EncodeFixed(destination + 16, header->first_sequence);
  EncodeFixed(destination + 24, header->durable_offset);
  EncodeFixed(destination + 32, header->entry_count);
  EncodeFixed(destination + kRecordTypeOffset, static_cast<uint32_t>(header->type));
  header->header_checksum = HeaderChecksum(seed, destination);
  EncodeFixed(destination, header->header_checksum);
}

bool DecodeRecordHeader(uint32_t seed, const char* source, RecordHeader* header) {
  const uint32_t stored = DecodeFixed32(source);
  if (stored != HeaderChecksum(seed, source)) return false;
  header->header_checksum = stored;
  header->payload_checksum = DecodeFixed32(source + 4);
  header->previous_checksum = DecodeFixed32(source + 8);
  header->payload_size = DecodeFixed32(source + 12);
  header->first_sequence = DecodeFixed64(source + 16);
  header->durable_offset = DecodeFixed64(source + 24);
  header->entry_count = DecodeFixed32(source + 32);
  header->type = static_cast<RecordType>(source[kRecordTypeOffset]);
  return true;
}

}  // namespace ledgerstone::log
