#include "store/namespace_table.h"

#include "base/merge_operator.h"
#include "base/text.h"
#include "store/batch_format.h"
#include "store/read_set_format.h"

namespace ledgerstone {
namespace {

Status CheckBound(Slice bound) { return bound.empty() ? Status::Ok() : CheckKey(bound); }

Status CheckSame(const NamespaceInfo& known, const NamespaceOptions& asked) {
  const auto mismatch = [&](const std::string& what, const std::string& has,
                            const std::string& wants) {
    return Status(StatusCode::kMismatch, "namespace '" + known.name + "' was created with " + what +
                                             " '" + has + "', not '" + wants + "'");
  };
  if (known.options.key_codec != asked.key_codec) {
    return mismatch("key codec", known.options.key_codec, asked.key_codec);
  }
  if (known.options.value_codec != asked.value_codec) {
    return mismatch("value codec", known.options.value_codec, asked.value_codec);
  }
  if (known.options.merge != asked.merge) {
    return mismatch("merge operator", MergeOperatorName(known.options.merge),
                    MergeOperatorName(asked.merge));
  }
  if (known.options.derived != asked.derived) {
    return mismatch("kind", known.options.derived ? "derived" : "ordinary",
                    asked.derived ? "derived" : "ordinary");
  }
  return Status::Ok();
}

}  // namespace

Status CheckKey(Slice key) {
  if (key.empty()) return Status::InvalidArgument("the key is empty");
  if (key.size() > kKeyBytesMax) {
    return Status::InvalidArgument("the key has " + std::to_string(key.size()) +
                                   " bytes, the limit is " + std::to_string(kKeyBytesMax));
  }
  return Status::Ok();
}

Status CheckEntry(const BatchEntry& entry) {
  if (entry.kind >= EntryKind::kCreateNamespace) {
    return Status::InvalidArgument("a caller's batch does not change namespaces");
  }
  if (entry.kind == EntryKind::kRangeDelete) {
    LS_RETURN_IF_ERROR(CheckBound(entry.key));
    LS_RETURN_IF_ERROR(CheckBound(entry.value));
    if (!entry.value.empty() && CompareUserKeys(entry.key, entry.value) >= 0)
      return Status::InvalidArgument("the bounds of a range delete are crossed");
    return Status::Ok();
  }
  LS_RETURN_IF_ERROR(CheckKey(entry.key));
  const size_t extra = entry.kind == EntryKind::kPutExpiring ? kExpirySize : 0;
  if (entry.value.size() < extra)
    return Status::InvalidArgument("an expiring value without its time");
  if (entry.value.size() - extra > kValueBytesMax)
    return Status::InvalidArgument("the value is too large");
  return Status::Ok();
}

void NamespaceTable::Restore(std::vector<NamespaceInfo> infos, NamespaceId next_id) {
  const std::lock_guard lock(mutex_);
  by_name_.clear();
  by_id_.clear();
  for (NamespaceInfo& info : infos) {
    by_name_[info.name] = info.id;
    by_id_[info.id] = std::move(info);
  }
  next_id_ = next_id;
}

Status NamespaceTable::Open(const std::string& name, const NamespaceOptions& options,
                            NamespaceInfo* info, bool* created, bool may_create) {
  if (name.empty() || name.size() > kNamespaceNameBytesMax) {
    return Status::InvalidArgument("a namespace name has 1 to " +
                                   std::to_string(kNamespaceNameBytesMax) + " bytes");
  }
  const std::lock_guard lock(mutex_);
  *created = false;
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    *info = by_id_.at(known->second);
    return CheckSame(*info, options);
  }
  if (!may_create) {
    return Status(StatusCode::kReadOnly,
                  "namespace '" + name + "' does not exist and can't be created");
  }
  *info = NamespaceInfo{next_id_++, name, options};
  by_id_[info->id] = *info;
  by_name_[name] = info->id;
  *created = true;
  return Status::Ok();
}

bool NamespaceTable::Remove(NamespaceId id) {
  const std::lock_guard lock(mutex_);
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return false;
  by_name_.erase(known->second.name);
  by_id_.erase(known);
  return true;
}

std::optional<NamespaceInfo> NamespaceTable::Find(NamespaceId id) const {
  const std::lock_guard lock(mutex_);
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return std::nullopt;
  return known->second;
}

std::vector<NamespaceInfo> NamespaceTable::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<NamespaceInfo> all;
  for (const auto& [id, info] : by_id_) all.push_back(info);
  return all;
}

void NamespaceTable::Add(const NamespaceInfo& info) {
  const std::lock_guard lock(mutex_);
  by_id_[info.id] = info;
  by_name_[info.name] = info.id;
  next_id_ = std::max(next_id_, info.id + 1);
}

NamespaceId NamespaceTable::next_id() const {
  const std::lock_guard lock(mutex_);
  return next_id_;
}

Status NamespaceTable::CheckBatch(Slice batch, uint32_t count, bool derived) const {
  const std::lock_guard lock(mutex_);
  BatchReader reader(batch);
  BatchEntry entry;
  uint32_t seen = 0;
  NamespaceId checked = 0;
  while (reader.Next(&entry)) {
    ++seen;
    LS_RETURN_IF_ERROR(CheckEntry(entry));
    if (entry.namespace_id == checked && entry.kind != EntryKind::kMerge) continue;
    const auto known = by_id_.find(entry.namespace_id);
    if (known == by_id_.end()) {
      return Status::InvalidArgument("namespace " + std::to_string(entry.namespace_id) +
                                     " does not exist (dropped?)");
    }
    if (known->second.options.derived != derived) {
      return Status::InvalidArgument(
          derived ? "'" + known->second.name +
                        "' is not a derived namespace: it can't take part in a batch with `applied`"
                  : "'" + known->second.name +
                        "' is a derived namespace: its batch needs `applied` and no ordinary "
                        "namespaces");
    }
    if (entry.kind == EntryKind::kMerge) {
      const Status fits = CheckOperand(known->second.options.merge, entry.value);
      if (!fits.ok()) return fits.WithContext("'" + known->second.name + "'");
    }
    checked = entry.namespace_id;
  }
  if (!reader.whole() || seen != count) {
    return Status::InvalidArgument("the batch is not " + std::to_string(count) + " whole entries");
  }
  return Status::Ok();
}

Status NamespaceTable::CheckReads(Slice reads) const {
  const std::lock_guard lock(mutex_);
  ReadSetReader reader(reads);
  ReadSetEntry read;
  NamespaceId checked = 0;
  while (reader.Next(&read)) {
    if (read.single_key) LS_RETURN_IF_ERROR(CheckKey(read.range.lower.key));
    if (read.namespace_id == checked) continue;
    const auto known = by_id_.find(read.namespace_id);
    if (known == by_id_.end()) {
      return Status::Conflict("namespace " + std::to_string(read.namespace_id) +
                              ", which was read, has been dropped");
    }
    if (known->second.options.derived)
      return Status::InvalidArgument("derived namespaces take no part in transactions");
    checked = read.namespace_id;
  }
  if (!reader.whole()) return Status::InvalidArgument("the read set is cut short");
  return Status::Ok();
}

}  // namespace ledgerstone
