#include "sstable/table_output.h"

#include "base/checks.h"

namespace ledgerstone {

TableOutput::TableOutput(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {
  LS_CHECK(file_ != nullptr && file_->Size() == 0);
  gathered_.reserve(kGatherBytes);
}

Status TableOutput::Append(Slice bytes) {
  digest_ = Crc32cExtend(digest_, bytes);
  offset_ += bytes.size();
  if (bytes.size() >= kGatherBytes) return Write(bytes);
  gathered_.append(bytes);
  return gathered_.size() >= kGatherBytes ? Write({}) : Status::Ok();
}

Status TableOutput::Write(Slice large) {
  const Slice pieces[] = {gathered_, large};
  LS_RETURN_IF_ERROR(file_->Append(std::span(pieces)));
  unstarted_ += gathered_.size() + large.size();
  gathered_.clear();
  if (unstarted_ >= kWritebackBytes) {
    file_->StartWriteback();
    unstarted_ = 0;
  }
  return Status::Ok();
}

Status TableOutput::Finish() {
  if (!gathered_.empty()) LS_RETURN_IF_ERROR(Write({}));
  LS_CHECK(file_->Size() == offset_);
  LS_RETURN_IF_ERROR(file_->Sync());
  return file_->Close();
}

}  // namespace ledgerstone
