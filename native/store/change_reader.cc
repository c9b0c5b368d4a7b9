#include "store/change_reader.h"

#include <algorithm>
#include <cstring>

#include "base/coding.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr size_t kBatchHeadSize = 16;

}  // namespace

// Where nothing before the newest point is asked for, reading begins right there.
LogChangeReader::LogChangeReader(const ChangeSource* source, Feed* feed,
                                 const ChangesOptions& options)
    : source_(source), feed_(feed), options_(options), through_(options.after) {
  const FeedPoint newest = feed->Get(false);
  if (newest.sequence > options.after) return;
  segment_ = newest.segment;
  offset_ = newest.offset;
}

void LogChangeReader::Wait(uint64_t through, std::function<void()> ready) {
  feed_->Wait(options_.durable, through, std::move(ready));
}

Status LogChangeReader::Read(char* out, size_t size, Chunk* chunk) {
  *chunk = {};
  LS_RETURN_IF_ERROR(source_->Usable());
  if (failure_.ok()) failure_ = Fill(out, size, chunk);
  chunk->through = through_;
  return chunk->bytes > 0 ? Status::Ok() : failure_;
}

Status LogChangeReader::Fill(char* out, size_t size, Chunk* chunk) {
  for (;;) {
    const FeedPoint end = feed_->Get(options_.durable);
    const Status stopped = feed_->stopped();
    std::optional<ChangeBatch> batch;
    batch.swap(unfit_);
    if (!batch.has_value()) LS_RETURN_IF_ERROR(Next(&batch));
    LS_RETURN_IF_ERROR(CheckNothingPassed(batch.has_value() ? batch->last() : end.sequence));
    if (!batch.has_value()) {
      through_ = std::max(through_, end.sequence);
      return chunk->bytes > 0 ? Status::Ok() : stopped;
    }
    const size_t bytes = kBatchHeadSize + batch->entries.size();
    if (bytes > size - chunk->bytes) {
      if (chunk->bytes == 0) chunk->needed = bytes;
      unfit_ = batch;
      return Status::Ok();
    }
    char* const at = out + chunk->bytes;
    EncodeFixed(at, static_cast<uint32_t>(batch->entries.size()));
    EncodeFixed(at + 4, batch->count);
    EncodeFixed(at + 8, batch->first);
    std::memcpy(at + kBatchHeadSize, batch->entries.data(), batch->entries.size());
    chunk->bytes += bytes;
    through_ = batch->last();
  }
}

// What was ingested between the last batch given and `last` is in no log.
Status LogChangeReader::CheckNothingPassed(Sequence last) const {
  const Sequence ingested = feed_->ingested();
  return through_ < ingested && ingested <= last ? Status::NotRetained(through_, ingested)
                                                 : Status::Ok();
}

Status LogChangeReader::Next(std::optional<ChangeBatch>* batch) {
  do {
    batch->reset();
    if (!entries_.has_value()) {
      bool found = false;
      LS_RETURN_IF_ERROR(NextRecord(&found));
      if (!found) return Status::Ok();
    }
    LS_RETURN_IF_ERROR(NextOfRecord(batch));
  } while ((*batch)->last() <= options_.after);
  return Status::Ok();
}

Status LogChangeReader::NextRecord(bool* found) {
  *found = false;
  const FeedPoint end = feed_->Get(options_.durable);
  for (;;) {
    if (cursor_ == nullptr) LS_RETURN_IF_ERROR(OpenSegment());
    if (segment_ > end.segment) return Status::Ok();
    const uint64_t limit = segment_ < end.segment ? log::Cursor::kNoLimit : end.offset;
    log::RecordHeader header;
    std::optional<Slice> payload;
    LS_RETURN_IF_ERROR(cursor_->Next(limit, &header, &payload));
    if (payload.has_value()) {
      payload_ = *payload;
      entries_.emplace(payload_);
      batch_first_ = header.first_sequence;
      record_end_ = header.first_sequence + header.entry_count;
      batch_at_ = batch_count_ = 0;
      *found = true;
      return Status::Ok();
    }
    if (!cursor_->closed()) return Status::Ok();
    uint64_t next = 0;
    LS_RETURN_IF_ERROR(source_->SegmentAfter(through_, &next));
    if (next <= segment_) return Status::Ok();
    segment_ = next;
    offset_ = 0;
    cursor_.reset();
  }
}

// A segment may be let go between being chosen and being opened.
Status LogChangeReader::OpenSegment() {
  for (;;) {
    if (segment_ == 0) {
      offset_ = 0;
      LS_RETURN_IF_ERROR(source_->SegmentAfter(through_, &segment_));
    }
    const Status status = source_->OpenSegment(segment_, offset_, &cursor_);
    if (!status.Is(StatusCode::kNotFound)) return status;
    if (source_->KnowsSegment(segment_)) {
      return Status::Corruption("a log segment is missing", {LogName(segment_)});
    }
    segment_ = 0;
  }
}

Status LogChangeReader::NextOfRecord(std::optional<ChangeBatch>* batch) {
  BatchEntry entry;
  while (entries_->Next(&entry)) {
    if (entries_->begins_batch()) {
      const size_t end = entries_->position() - 1;
      *batch = {batch_first_, batch_count_, payload_.substr(batch_at_, end - batch_at_)};
      batch_first_ += batch_count_;
      batch_count_ = 1;
      batch_at_ = entries_->position();
      return Status::Ok();
    }
    ++batch_count_;
  }
  if (!entries_->whole() || batch_count_ == 0 || batch_first_ + batch_count_ != record_end_) {
    return Status::Corruption("a sound record holds a batch that is not",
                              {cursor_->file(), cursor_->offset()});
  }
  *batch = {batch_first_, batch_count_, payload_.substr(batch_at_)};
  entries_.reset();
  return Status::Ok();
}

}  // namespace ledgerstone
