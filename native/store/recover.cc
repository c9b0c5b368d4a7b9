// Replaying the write-ahead log: each segment that is still needed becomes an immutable generation
// again, the recovery verdict decides about the tail, and only then is anything on disk changed.
// Doing it twice gives the same as doing it once.
#include "base/text.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

// No entry of a batch takes more arena for each of its bytes than the smallest one does.
constexpr uint64_t kArenaBytesPerLogByte = 40;
constexpr uint64_t kArenaBytesLeast = uint64_t{1} << 20;

Status NoMemoryToReplay(const std::string& name) {
  return Status(StatusCode::kNoMemory, "no memory to replay " + name);
}

// Makes what a dead process left in the page cache durable.
Status SyncExistingFile(Env* env, const std::string& path) {
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env->NewWritableFile(path, WriteMode::kAppend, &file));
  LS_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status ListLogs(Env* env, const std::string& path, uint64_t first_log,
                std::vector<uint64_t>* numbers) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(path, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (ParseFileName(name, &number) == StoreFile::kLog && number >= first_log) {
      numbers->push_back(number);
    }
  }
  std::sort(numbers->begin(), numbers->end());
  return Status::Ok();
}

log::RecoveryVerdict DecideLogRecovery(const ManifestState& state,
                                       const std::vector<log::ScanResult>& scans) {
  log::RecoveryKnowledge knowledge;
  knowledge.first_segment = std::max<uint64_t>(state.first_log, 1);
  // None is known yet: creating it, or replacing one that never began, may have been cut short.
  if (state.last_log < knowledge.first_segment && scans.empty()) return {};
  knowledge.last_segment = std::max(state.last_log, knowledge.first_segment);
  knowledge.clean_close = state.clean_close;
  return log::DecideRecovery(scans, knowledge);
}

Status StoreImpl::ReplayLogs(log::RecoveryVerdict* verdict) {
  const ManifestState state = versions_->state();
  std::vector<uint64_t> numbers;
  LS_RETURN_IF_ERROR(ListLogs(env_, path_, state.first_log, &numbers));
  std::vector<log::ScanResult> scans(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    LS_RETURN_IF_ERROR(ReplaySegment(numbers[i], &scans[i]));
  }
  *verdict = DecideLogRecovery(state, scans);
  return verdict->status;
}

Status StoreImpl::ReplaySegment(uint64_t number, log::ScanResult* scan) {
  const std::string name = LogName(number);
  uint64_t size = 0;
  LS_RETURN_IF_ERROR(env_->FileSize(PathOf(name), &size));
  const uint64_t capacity = size * kArenaBytesPerLogByte + kArenaBytesLeast;
  GenerationPtr generation = NewGeneration(number, std::min(capacity, Arena::kCapacityMax));
  if (generation == nullptr) return NoMemoryToReplay(name);
  const auto clean_close = versions_->state().clean_close;
  const uint64_t chain_offset =
      clean_close.has_value() && clean_close->segment == number ? clean_close->size : 0;
  LS_RETURN_IF_ERROR(log::ScanSegment(
      env_, PathOf(name), name, FileKind::kLog, versions_->store_id(), number,
      [&](const log::RecordHeader& header, uint64_t offset, Slice payload) {
        if (header.type == log::RecordType::kIngested) return CheckIngested(header);
        if (header.type != log::RecordType::kBatch) return Status::Ok();
        return ReplayRecord(generation.get(), header, {name, offset}, payload);
      },
      scan, chain_offset));
  for (const auto& [id, memtable] : generation->memtables()) {
    if (!memtable->LinkAppended(env_)) return NoMemoryToReplay(name);
  }
  generation->UpdateCharge();
  if (!generation->empty()) immutables_.push_back(std::move(generation));
  return Status::Ok();
}

// The edit that added its tables was durable before the record was written.
Status StoreImpl::CheckIngested(const log::RecordHeader& header) const {
  const Sequence last = versions_->state().last_sequence;
  if (last >= header.first_sequence) return Status::Ok();
  return Status::Corruption("the manifest lacks an ingestion that the log knows of",
                            {ManifestName(versions_->manifest_number()), 0},
                            "tables up to sequence " + std::to_string(header.first_sequence),
                            "up to " + std::to_string(last));
}

Status StoreImpl::ReplayRecord(Generation* generation, const log::RecordHeader& header,
                               const FilePlace& place, Slice payload) {
  ++report_.replayed_records;
  report_.replayed_bytes += payload.size();
  if (generation->remaining() < Generation::BytesNeeded(payload.size(), header.entry_count)) {
    return NoMemoryToReplay(place.file);
  }
  Sequence sequence = header.first_sequence;
  BatchReader reader(payload);
  BatchEntry entry;
  NamespaceId id = 0;
  MemTable* memtable = nullptr;
  while (reader.Next(&entry)) {
    if (entry.kind >= EntryKind::kCreateNamespace) {
      const Status status = ReplayNamespaceEntry(generation, entry);
      if (!status.ok()) return Status::Corruption(status.message(), place);
      memtable = nullptr;
      id = 0;
    } else {
      const Status sound = CheckEntry(entry);
      if (!sound.ok()) return Status::Corruption(sound.message(), place);
      if (entry.namespace_id != id) {
        id = entry.namespace_id;
        const bool shown = shown_.contains(id);
        memtable = shown ? generation->FindOrAdd(id) : nullptr;
      }
    }
    if (entry.kind == EntryKind::kRangeDelete) {
      if (memtable != nullptr)
        generation->AddRangeDelete(id,
                                   {std::string(entry.key), std::string(entry.value), sequence});
    } else if (memtable != nullptr) {
      memtable->Append(entry.key, MakeTrailer(sequence, entry.kind), entry.value);
    }
    ++sequence;
  }
  if (header.entry_count == 0 || !reader.whole() ||
      sequence != header.first_sequence + header.entry_count) {
    return Status::Corruption("a sound record holds a batch that is not", place,
                              std::to_string(header.entry_count) + " entries",
                              std::to_string(sequence - header.first_sequence) + " entries");
  }
  generation->last_sequence = generation->last_logged = sequence - 1;
  return Status::Ok();
}

Status StoreImpl::ReplayNamespaceEntry(Generation* generation, const BatchEntry& entry) {
  const std::lock_guard lock(mutex_);
  LS_RETURN_IF_ERROR(ApplyNamespaceEntry(generation, entry));
  if (entry.kind == EntryKind::kCreateNamespace) {
    namespaces_.Add(generation->created.back());
  } else {
    namespaces_.Remove(entry.namespace_id);
  }
  return Status::Ok();
}

Status StoreImpl::RepairTail(const log::RecoveryVerdict& verdict, log::SegmentEnd* end) {
  for (const log::TailCut& cut : verdict.cuts) {
    if (cut.offset > 0)
      LS_RETURN_IF_ERROR(env_->TruncateFile(PathOf(LogName(cut.segment)), cut.offset));
  }
  const log::LogTail& tail = verdict.tail;
  if (tail.segment == 0) return Status::Ok();
  const std::string path = PathOf(LogName(tail.segment));
  if (tail.closed) {
    *end = tail.closing;
    return SyncExistingFile(env_, path);
  }
  const log::Writer::Identity identity{FileKind::kLog, versions_->store_id(), tail.segment, 0};
  std::unique_ptr<log::Writer> writer;
  LS_RETURN_IF_ERROR(log::Writer::Reopen(env_, path, identity, tail.size, verdict.chain,
                                         verdict.last_sequence, &writer));
  return writer->Finish(end);
}

void StoreImpl::ReportCut(const std::string& file, const log::TailCut& cut) {
  if (cut.bytes == 0 || options_.read_only) return;
  report_.cut_bytes += cut.bytes;
  report_.valid_beyond_cut |= cut.valid_beyond;
  report_.cut_file = file;
  report_.cut_offset = cut.offset;
  Notify({.kind = Event::Kind::kTailCut,
          .bytes = cut.bytes,
          .detail = file + " at " + std::to_string(cut.offset) + ": " + ByteSizeText(cut.bytes) +
                    " never synced, " + cut.reason,
          .file = file});
}

}  // namespace ledgerstone
