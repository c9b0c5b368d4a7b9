// Fuzz target: a log segment with a sound file header and anything behind it. Scanning must end
// with a result or a status, hand on nothing it has not checked, and never claim more than the file
// holds.
#include "base/checks.h"
#include "fuzz/target.h"
#include "log/scan.h"
#include "testing/memory_env.h"

FUZZ_TARGET(log_scan) {
  namespace log = ledgerstone::log;
  const ledgerstone::StoreId id{};
  ledgerstone::MemoryEnv env;
  std::string& contents = env.Contents("000001.wal");
  contents = ledgerstone::EncodeFileHeader({.store_id = id, .file_number = 1});
  contents.append(reinterpret_cast<const char*>(data), size);
  log::ScanResult result;
  uint64_t handed_on = 0;
  const ledgerstone::Status status = log::ScanSegment(
      &env, "000001.wal", "000001.wal", ledgerstone::FileKind::kLog, id, 1,
      [&](const log::RecordHeader& header, uint64_t offset, ledgerstone::Slice payload) {
        LS_CHECK(payload.size() == header.payload_size);
        LS_CHECK(offset + log::kRecordHeaderSize + payload.size() <= contents.size());
        handed_on = offset + log::kRecordHeaderSize + payload.size();
        return ledgerstone::Status::Ok();
      },
      &result);
  if (!status.ok()) return 0;
  LS_CHECK(result.good_size <= contents.size());
  LS_CHECK(handed_on <= result.good_size);
  return 0;
}
