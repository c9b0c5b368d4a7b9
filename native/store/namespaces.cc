// Creating and dropping namespaces: queued as entries in commit order, made durable in the manifest
// by the flush of the generation they are in.
#include "base/namespace_options.h"
#include "store/store_impl.h"

namespace ledgerstone {

Status StoreImpl::OpenNamespace(const std::string& name, const NamespaceOptions& options,
                                NamespaceId* id) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return Status::Closed("the store");
  }
  const std::lock_guard order(namespace_mutex_);
  NamespaceInfo info;
  bool created = false;
  LS_RETURN_IF_ERROR(namespaces_.Open(name, options, &info, &created, !options_.read_only));
  *id = info.id;
  if (!created) return Status::Ok();
  CommitRequest request;
  request.durability = Durability::kOs;
  request.changes_namespaces = true;
  request.count = 1;
  AppendBatchEntry(&request.bytes, {EntryKind::kCreateNamespace, info.id, info.name,
                                    EncodeNamespaceOptions(info.options)});
  // A failure to commit it turns the store read-only, and every later write tells.
  request.done = [](const Status&) {};
  const Status refusal = TryEnqueue(&request);
  if (!refusal.ok()) namespaces_.Remove(info.id);
  return refusal;
}

std::vector<NamespaceInfo> StoreImpl::Namespaces() const { return namespaces_.All(); }

void StoreImpl::DropNamespace(NamespaceId id, Done done) {
  CommitRequest request;
  request.durability = Durability::kDisk;
  request.changes_namespaces = true;
  request.count = 1;
  request.done = std::move(done);
  Status refusal;
  {
    const std::lock_guard order(namespace_mutex_);
    const std::optional<NamespaceInfo> info = namespaces_.Find(id);
    if (info.has_value()) {
      AppendBatchEntry(&request.bytes, {EntryKind::kDropNamespace, id, info->name, {}});
      namespaces_.Remove(id);
      refusal = TryEnqueue(&request);
      if (!refusal.ok()) namespaces_.Add(*info);
    } else {
      refusal =
          Status::InvalidArgument("namespace " + std::to_string(id) + " does not exist (dropped?)");
    }
  }
  if (!refusal.ok()) request.done(refusal);
}

void StoreImpl::ChangeNamespaces(const BatchEntry& entry) {
  ReadViewPtr old_view;
  const std::lock_guard lock(mutex_);
  LS_CHECK(ApplyNamespaceEntry(active_.get(), entry).ok());
  old_view = InstallView(versions_->current());
}

Status StoreImpl::ApplyNamespaceEntry(Generation* generation, const BatchEntry& entry) {
  const NamespaceId id = entry.namespace_id;
  const bool known = shown_.contains(id);
  if (entry.kind == EntryKind::kDropNamespace) {
    if (!known) return Status(StatusCode::kCorruption, "drop of an unknown namespace");
    shown_.erase(id);
    generation->dropped.push_back(id);
    return Status::Ok();
  }
  NamespaceInfo info{id, std::string(entry.key), {}};
  if (known || !DecodeNamespaceOptions(entry.value, &info.options)) {
    return Status(StatusCode::kCorruption, "creation of a namespace");
  }
  shown_[id] = info.options.merge;
  generation->created.push_back(info);
  generation->FindOrAdd(id);
  return Status::Ok();
}

}  // namespace ledgerstone
