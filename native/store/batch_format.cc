#include "store/batch_format.h"

#include "ledgerstone/write_batch.h"

namespace ledgerstone {
namespace {

bool HasValue(EntryKind kind) {
  return kind != EntryKind::kDelete && kind != EntryKind::kDropNamespace;
}

bool IsBatchKind(EntryKind kind) {
  return kind <= EntryKind::kPutExpiring || kind == EntryKind::kCreateNamespace ||
         kind == EntryKind::kDropNamespace;
}

}  // namespace

bool BatchReader::Next(BatchEntry* entry) {
  if (!decoder_.ok() || decoder_.done() || bad_kind_) return false;
  entry->kind = NextKind();
  if (!IsBatchKind(entry->kind)) {
    bad_kind_ = true;
    return false;
  }
  entry->namespace_id = decoder_.Varint32();
  entry->key = decoder_.LengthPrefixed();
  entry->value = HasValue(entry->kind) ? decoder_.LengthPrefixed() : Slice();
  return decoder_.ok();
}

// A boundary has an entry before and behind it.
EntryKind BatchReader::NextKind() {
  const bool first = decoder_.position() == 0;
  position_ = decoder_.position();
  auto kind = static_cast<EntryKind>(decoder_.Fixed8());
  begins_batch_ = kind == EntryKind::kBatchBoundary && !first;
  if (!begins_batch_) return kind;
  position_ = decoder_.position();
  kind = static_cast<EntryKind>(decoder_.Fixed8());
  return kind;
}

void AppendBatchEntry(std::string* bytes, const BatchEntry& entry) {
  bytes->push_back(static_cast<char>(entry.kind));
  PutVarint(bytes, entry.namespace_id);
  PutLengthPrefixed(bytes, entry.key);
  if (HasValue(entry.kind)) PutLengthPrefixed(bytes, entry.value);
}

void WriteBatch::Put(NamespaceId namespace_id, Slice key, Slice value) {
  AppendBatchEntry(&bytes_, {EntryKind::kPut, namespace_id, key, value});
  ++count_;
}

void WriteBatch::Delete(NamespaceId namespace_id, Slice key) {
  AppendBatchEntry(&bytes_, {EntryKind::kDelete, namespace_id, key, {}});
  ++count_;
}

void WriteBatch::PutExpiring(NamespaceId namespace_id, Slice key, Slice value,
                             uint64_t expires_at_millis) {
  std::string stored;
  PutFixed64(&stored, expires_at_millis);
  stored.append(value);
  AppendBatchEntry(&bytes_, {EntryKind::kPutExpiring, namespace_id, key, stored});
  ++count_;
}

void WriteBatch::Merge(NamespaceId namespace_id, Slice key, Slice operand) {
  AppendBatchEntry(&bytes_, {EntryKind::kMerge, namespace_id, key, operand});
  ++count_;
}

void WriteBatch::DeleteRange(NamespaceId namespace_id, Slice begin, Slice end) {
  AppendBatchEntry(&bytes_, {EntryKind::kRangeDelete, namespace_id, begin, end});
  ++count_;
}

void WriteBatch::Clear() {
  bytes_.clear();
  count_ = 0;
}

}  // namespace ledgerstone
