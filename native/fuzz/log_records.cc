// Fuzz target: a log segment of records whose checksums hold, whatever they say, with raw bytes
// among them and flipped ones. Bytes alone never get past a checksum; these do.
//
//   input := part*
//   part  := action: u8, then a record's type, count, sequence step, size and payload, or raw bytes
#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "fuzz/input.h"
#include "log/scan.h"
#include "testing/memory_env.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kSegment = 1;

class SegmentMaker {
 public:
  SegmentMaker() {
    contents_ = EncodeFileHeader({.store_id = StoreId{}, .file_number = kSegment});
    AddRecord(RecordType::kOpening, 0, EncodeSegmentEnd({}));
  }

  void Add(FuzzInput* input) {
    const uint8_t action = input->Byte();
    if (action % 8 == 0) {
      contents_ += input->Bytes(input->Byte());
    } else if (action % 8 == 1) {
      const size_t at = input->Number16() % contents_.size();
      contents_[at] = static_cast<char>(contents_[at] ^ input->Byte());
    } else if (action % 8 == 2) {
      AddClosing();
    } else {
      sequence_ += action % 8 == 3 ? input->Number16() : 1;
      const auto type = static_cast<RecordType>(action % 8 == 4 ? input->Byte() : 1);
      AddRecord(type, input->Byte() % 4u, input->Bytes(input->Byte()));
    }
  }

  std::string& contents() { return contents_; }

 private:
  void AddClosing() {
    SegmentEnd end;
    end.segment = kSegment;
    end.last_sequence = sequence_;
    end.size = contents_.size();
    end.chain = chain_;
    AddRecord(RecordType::kClosing, 0, EncodeSegmentEnd(end));
  }

  void AddRecord(RecordType type, uint32_t count, Slice payload) {
    contents_.resize(AlignRecord(contents_.size()));
    const uint32_t seed = Crc32cSeed(FileSeed(StoreId{}, kSegment), contents_.size());
    RecordHeader header;
    header.payload_checksum = Crc32cExtend(seed, payload);
    header.previous_checksum = chain_;
    header.payload_size = static_cast<uint32_t>(payload.size());
    header.first_sequence = count == 0 ? 0 : sequence_;
    header.durable_offset = contents_.size() / 2;
    header.entry_count = count;
    header.type = type;
    char bytes[kRecordHeaderSize];
    EncodeRecordHeader(seed, &header, bytes);
    contents_.append(bytes, sizeof(bytes)).append(payload);
    contents_.resize(AlignRecord(contents_.size()));
    chain_ = header.header_checksum;
    if (count > 0) sequence_ += count - 1;
  }

  std::string contents_;
  uint32_t chain_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace
}  // namespace ledgerstone::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  log::SegmentMaker maker;
  while (!input.empty()) maker.Add(&input);
  MemoryEnv env;
  env.Contents("000001.wal") = maker.contents();
  log::ScanResult result;
  uint64_t good = kFileHeaderSize;
  const Status status = log::ScanSegment(
      &env, "000001.wal", "000001.wal", FileKind::kLog, StoreId{}, log::kSegment,
      [&](const log::RecordHeader& header, uint64_t offset, Slice payload) {
        LS_CHECK(offset == good && payload.size() == header.payload_size);
        good = offset + log::RecordSize(header.payload_size);
        return Status::Ok();
      },
      &result);
  if (!status.ok()) return 0;
  LS_CHECK(!result.header_whole || result.good_size == good);
  LS_CHECK(result.good_size <= result.content_size && result.content_size <= result.file_size);
  LS_CHECK(!result.closed || result.closing.size < result.good_size);
  LS_CHECK(result.break_reason.empty() || result.good_size < result.file_size);
  return 0;
}
