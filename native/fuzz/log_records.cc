// Fuzz target: a log segment of records whose checksums hold, whatever they say, with raw bytes
// among them, changed ones, and cuts.
//
//   input := part*
//   part  := action: u8, then a record's type, count, sequence step, size and payload, or raw
//            bytes, or a place: u16, and a mask: u8 (0: the segment ends there)
#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/segment_maker.h"
#include "fuzz/target.h"
#include "log/scan.h"
#include "testing/memory_env.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kSegment = 1;

void AddPart(FuzzInput* input, SegmentMaker* maker) {
  const uint8_t action = input->Byte();
  std::string& contents = maker->contents();
  if (action % 8 == 0) {
    contents += input->Bytes(input->Byte());
  } else if (action % 8 == 1) {
    const size_t at = input->Number16() % contents.size();
    const uint8_t mask = input->Byte();
    contents[at] = static_cast<char>(contents[at] ^ mask);
    if (mask == 0) contents.resize(std::max<size_t>(at, 1));
  } else if (action % 8 == 2) {
    maker->AddClosing();
  } else {
    const uint64_t skipped = action % 8 == 3 ? input->Number16() : 0;
    const auto type = static_cast<RecordType>(action % 8 == 4 ? input->Byte() : 1);
    const uint32_t count = input->Byte() % 4u;
    maker->AddRecord(type, count, input->Bytes(input->Byte()), skipped);
  }
}

}  // namespace
}  // namespace ledgerstone::log

FUZZ_TARGET(log_records) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  log::SegmentMaker maker(FileKind::kLog, StoreId{}, log::kSegment);
  while (!input.empty()) log::AddPart(&input, &maker);
  MemoryEnv env;
  env.Contents("000001.wal") = std::move(maker.contents());
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
