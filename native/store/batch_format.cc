#include "store/batch_format.h"

#include "ledgerstone/write_batch.h"

namespace ledgerstone {
namespace {

bool HasValue(EntryKind kind) {
  return kind == EntryKind::kPut || kind == EntryKind::kCreateNamespace;
}

bool IsBatchKind(EntryKind kind) {
  return kind == EntryKind::kDelete || kind == EntryKind::kPut ||
         kind == EntryKind::kCreateNamespace || kind == EntryKind::kDropNamespace;
}

}  // namespace

bool BatchReader::Next(BatchEntry* entry) {
  if (!decoder_.ok() || decoder_.done() || bad_kind_) return false;
  position_ = decoder_.position();
  entry->kind = static_cast<EntryKind>(decoder_.Fixed8());
  if (!IsBatchKind(entry->kind)) {
    bad_kind_ = true;
    return false;
  }
  entry->namespace_id = decoder_.Varint32();
  entry->key = decoder_.LengthPrefixed();
  entry->value = HasValue(entry->kind) ? decoder_.LengthPrefixed() : Slice();
  return decoder_.ok();
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

void WriteBatch::Clear() {
  bytes_.clear();
  count_ = 0;
}

}  // namespace ledgerstone
