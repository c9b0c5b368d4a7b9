#include "testing/log_builder.h"

#include "base/checks.h"

namespace ledgerstone::log {
namespace {

std::string FileName(uint64_t segment) {
  const std::string digits = std::to_string(segment);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".wal";
}

}  // namespace

StoreId TestStoreId() {
  StoreId id{};
  for (size_t i = 0; i < id.size(); ++i) id[i] = static_cast<char>(i);
  return id;
}

std::string SegmentPath(uint64_t segment) { return "log/" + FileName(segment); }

void LogBuilder::Create(uint64_t segment, const SegmentEnd& previous) {
  LS_CHECK(
      Writer::Create(&env_, SegmentPath(segment), Identity(segment), previous, &writer_).ok());
}

uint64_t LogBuilder::Append(Slice payload) {
  const Writer::Record record{RecordType::kBatch, writer_->last_sequence() + 1, 1};
  LS_CHECK(writer_->Append(record, std::span(&payload, 1)).ok());
  return writer_->size();
}

void LogBuilder::Sync() { LS_CHECK(writer_->Sync().ok()); }

SegmentEnd LogBuilder::Finish() {
  SegmentEnd end;
  LS_CHECK(writer_->Finish(&end).ok());
  return end;
}

Status LogBuilder::Scan(uint64_t segment, ScanResult* result, uint64_t chain_offset) {
  visited_.clear();
  const auto visit = [this](const RecordHeader& header, uint64_t offset, Slice payload) {
    visited_.push_back({header, offset, std::string(payload)});
    return Status::Ok();
  };
  return ScanSegment(&env_, SegmentPath(segment), FileName(segment), FileKind::kLog, store_id_,
                     segment, visit, result, chain_offset);
}

ScanResult LogBuilder::MustScan(uint64_t segment, uint64_t chain_offset) {
  ScanResult result;
  LS_CHECK(Scan(segment, &result, chain_offset).ok());
  return result;
}

RecoveryVerdict LogBuilder::Recover(uint64_t first, uint64_t last,
                                    const RecoveryKnowledge& knowledge) {
  std::vector<ScanResult> scans;
  const uint64_t chain_offset = knowledge.clean_close ? knowledge.clean_close->size : 0;
  for (uint64_t segment = first; segment <= last; ++segment) {
    scans.push_back(MustScan(segment, chain_offset));
  }
  return DecideRecovery(scans, knowledge);
}

std::vector<std::string> LogBuilder::Batches() const {
  std::vector<std::string> batches;
  for (const Visited& record : visited_) {
    if (record.header.type == RecordType::kBatch) batches.push_back(record.payload);
  }
  return batches;
}

}  // namespace ledgerstone::log
