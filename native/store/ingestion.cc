#include "store/ingestion.h"

#include "store/namespace_table.h"

namespace ledgerstone {

StoreIngestion::StoreIngestion(IngestHost* host, Plan plan)
    : host_(host),
      info_(std::move(plan.info)),
      sequence_(plan.sequence),
      upper_compression_(plan.context.table_options.compression),
      bottom_compression_(plan.bottom_compression),
      context_(std::move(plan.context)),
      output_(std::make_unique<OutputTables>(context_)) {}

StoreIngestion::~StoreIngestion() { Abandon(Status::Aborted()); }

void StoreIngestion::Abandon(const Status& cause) {
  const std::lock_guard lock(mutex_);
  if (ended_.ok()) (void)End(cause);
}

Status StoreIngestion::End(const Status& failure) {
  output_.reset();
  ended_ = failure;
  host_->ForgetIngestion();
  return failure;
}

Status StoreIngestion::Add(Slice batch, uint32_t count) {
  const std::lock_guard lock(mutex_);
  LS_RETURN_IF_ERROR(ended_);
  BatchReader reader(batch);
  BatchEntry entry;
  uint32_t read = 0;
  while (reader.Next(&entry)) {
    ++read;
    Status status = CheckEntry(entry);
    if (status.ok()) status = AddEntry(entry);
    if (!status.ok()) return End(status);
  }
  if (reader.whole() && read == count) return Status::Ok();
  return End(Status::InvalidArgument("an ingestion got a batch of " + std::to_string(count) +
                                     " entries that has " + std::to_string(read)));
}

Status StoreIngestion::AddEntry(const BatchEntry& entry) {
  const bool put = entry.kind == EntryKind::kPut || entry.kind == EntryKind::kPutExpiring;
  if (!put || entry.namespace_id != info_.id)
    return Status::InvalidArgument("an ingestion takes puts of its namespace alone");
  const Slice key = entry.key;
  if (entries_ > 0 && CompareUserKeys(last_key_, key) >= 0) {
    return Status::InvalidArgument("entry " + std::to_string(entries_) + " of an ingestion has " +
                                   (last_key_ == key ? "the same key as" : "a key below that of") +
                                   " the entry before it");
  }
  if (output_->CurrentBytes() >= context_.table_bytes) LS_RETURN_IF_ERROR(output_->Cut());
  if (output_->CurrentBytes() == 0) {
    const bool bottom = host_->IsBottomFor(info_.id, key);
    context_.table_options.compression = bottom ? bottom_compression_ : upper_compression_;
  }
  internal_key_.clear();
  AppendInternalKey(&internal_key_, key, MakeTrailer(sequence_, entry.kind));
  LS_RETURN_IF_ERROR(output_->Add(internal_key_, entry.value));
  last_key_.assign(key);
  ++entries_;
  return Status::Ok();
}

Status StoreIngestion::Commit(IngestReport* report) {
  *report = {};
  const std::lock_guard lock(mutex_);
  LS_RETURN_IF_ERROR(ended_);
  const Status status = CommitAll(report);
  if (!status.ok()) return End(status);
  (void)End(Status::InvalidArgument("the ingestion is committed"));
  return Status::Ok();
}

Status StoreIngestion::CommitAll(IngestReport* report) {
  report->entries = entries_;
  report->sequence = entries_ == 0 ? host_->NewestSequence() : sequence_;
  if (entries_ == 0) return Status::Ok();
  const auto tables = std::make_shared<IngestTables>();
  tables->namespace_id = info_.id;
  tables->sequence = sequence_;
  LS_RETURN_IF_ERROR(output_->Finish(&tables->tables));
  for (const TableMeta& table : tables->tables) report->bytes += table.size;
  const Status status = host_->CommitTables(tables);
  // What may be committed stays; should it not be, the next open removes it.
  if (status.ok() || status.Is(StatusCode::kOutcomeUnknown)) return status;
  (void)host_->RemoveTables(tables->tables);
  return status;
}

}  // namespace ledgerstone
