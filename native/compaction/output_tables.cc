#include "compaction/output_tables.h"

#include <utility>

#include "base/checks.h"
#include "version/file_names.h"

namespace ledgerstone {

OutputTables::~OutputTables() {
  builder_.reset();
  if (finished_) return;
  for (const uint64_t number : numbers_) {
    // What can't be removed is a file nobody names; opening the store sweeps it away.
    static_cast<void>(context_.env->RemoveFile(JoinPath(context_.directory, TableName(number))));
  }
}

Status OutputTables::Open() {
  LS_CHECK(builder_ == nullptr && !finished_);
  const uint64_t number = context_.new_file_number();
  const std::string name = TableName(number);
  std::unique_ptr<WritableFile> file;
  numbers_.push_back(number);
  LS_RETURN_IF_ERROR(
      context_.env->NewWritableFile(JoinPath(context_.directory, name), WriteMode::kCreate, &file));
  builder_ = TableBuilder::Create(std::move(file), {context_.store_id, number, name},
                                  context_.table_options);
  return Status::Ok();
}

Status OutputTables::Add(Slice internal_key, Slice value) {
  if (builder_ == nullptr) LS_RETURN_IF_ERROR(Open());
  return builder_->Add(internal_key, value);
}

Status OutputTables::Cut() {
  if (builder_ == nullptr) return Status::Ok();
  TableInfo info;
  LS_RETURN_IF_ERROR(builder_->Finish(&info));
  LS_CHECK(info.entry_count > 0 && info.tombstone_count <= info.entry_count);
  builder_.reset();
  TableMeta meta;
  meta.number = numbers_.back();
  meta.size = info.file_size;
  meta.digest = info.digest;
  meta.entry_count = info.entry_count;
  meta.tombstone_count = info.tombstone_count;
  meta.smallest = std::move(info.smallest);
  meta.largest = std::move(info.largest);
  meta.smallest_sequence = info.smallest_sequence;
  meta.largest_sequence = info.largest_sequence;
  meta.cleared_sequence = context_.rules.ClearedSequence();
  tables_.push_back(std::move(meta));
  return Status::Ok();
}

Status OutputTables::Finish(std::vector<TableMeta>* tables) {
  LS_RETURN_IF_ERROR(Cut());
  if (!tables_.empty()) LS_RETURN_IF_ERROR(context_.env->SyncDirectory(context_.directory));
  LS_CHECK(numbers_.size() == tables_.size());
  finished_ = true;
  *tables = std::move(tables_);
  return Status::Ok();
}

}  // namespace ledgerstone
