#include "version/table_file.h"

#include <utility>

#include "base/checks.h"
#include "version/file_names.h"

namespace ledgerstone {

TableFile::TableFile(const TableContext* context, TableMeta meta)
    : context_(context), meta_(std::move(meta)) {
  LS_CHECK(context_ != nullptr);
  LS_CHECK(meta_.smallest.size() >= kTrailerSize && meta_.largest.size() >= kTrailerSize);
}

TableFile::~TableFile() {
  table_.reset();
  if (obsolete_.load(std::memory_order_relaxed) && context_->on_obsolete) {
    context_->on_obsolete(meta_.number);
  }
}

Status TableFile::Get(Tier tier, Table** table) {
  *table = open_.load(std::memory_order_acquire);
  if (*table != nullptr) return Status::Ok();
  if (tier == Tier::kMemory) return Status::Incomplete();
  const std::lock_guard lock(mutex_);
  if (table_ == nullptr) {
    const std::string name = TableName(meta_.number);
    LS_RETURN_IF_ERROR(Table::Open(context_->env, JoinPath(context_->directory, name),
                                   {context_->store_id, meta_.number, name}, meta_.size,
                                   context_->cache, context_->statistics, &table_));
    LS_CHECK(table_ != nullptr);
    open_.store(table_.get(), std::memory_order_release);
  }
  *table = table_.get();
  return Status::Ok();
}

}  // namespace ledgerstone
