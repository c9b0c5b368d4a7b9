#include "log/record_reader.h"

#include <algorithm>

#include "base/checks.h"
#include "base/crc32c.h"
#include "base/text.h"

namespace ledgerstone::log {
namespace {

constexpr size_t kChunkLeast = size_t{64} << 10;

bool AllZero(Slice bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

}  // namespace

RecordReader::RecordReader(std::shared_ptr<const RandomAccessFile> source, std::string file,
                           uint64_t file_seed, uint64_t offset, uint64_t end, uint64_t first_size)
    : source_(std::move(source)),
      file_(std::move(file)),
      file_seed_(file_seed),
      window_(source_.get(), file_, end),
      at_(offset),
      end_(end),
      chunk_(static_cast<size_t>(std::min<uint64_t>(first_size, ReadWindow::kChunk))) {
  window_.SetChunk(chunk_);
}

Status RecordReader::Damage(std::string expected, std::string found) const {
  return Status::Corruption("a record that was durable is damaged", {file_, at_},
                            std::move(expected), std::move(found));
}

Status RecordReader::Next(RecordHeader* header, Slice* payload) {
  LS_CHECK(!AtEnd());
  const uint64_t readable = std::min(end_, window_.file_size());
  if (readable < at_ || readable - at_ < kRecordHeaderSize) {
    return Damage("a record", "the end of the file at " + std::to_string(window_.file_size()));
  }
  const char* bytes = nullptr;
  LS_RETURN_IF_ERROR(window_.Fill(at_, kRecordHeaderSize, &bytes));
  const uint32_t seed = Crc32cSeed(file_seed_, at_);
  if (!DecodeRecordHeader(seed, bytes, header)) {
    return Damage("a record header whose checksum holds", HexBytes(Slice(bytes, 8)));
  }
  if (header->payload_size > kPayloadBytesMax || RecordSize(header->payload_size) > readable - at_)
    return Damage("a record within the file", std::to_string(header->payload_size) + " bytes");
  if (has_chain_ && header->previous_checksum != chain_)
    return Damage("chain " + Hex32(chain_), Hex32(header->previous_checksum));
  const auto size = static_cast<size_t>(RecordSize(header->payload_size));
  LS_RETURN_IF_ERROR(window_.Fill(at_, size, &bytes));
  *payload = Slice(bytes + kRecordHeaderSize, header->payload_size);
  const uint32_t checksum = Crc32cExtend(seed, *payload);
  if (checksum != header->payload_checksum)
    return Damage("payload checksum " + Hex32(header->payload_checksum), Hex32(checksum));
  const size_t used = kRecordHeaderSize + payload->size();
  if (!AllZero(Slice(bytes + used, size - used)))
    return Damage("zeros behind the payload", HexBytes(Slice(bytes + used, size - used)));
  at_ += size;
  chain_ = header->header_checksum;
  has_chain_ = true;
  chunk_ = std::clamp(2 * chunk_, kChunkLeast, ReadWindow::kChunk);
  window_.SetChunk(chunk_);
  return Status::Ok();
}

}  // namespace ledgerstone::log
