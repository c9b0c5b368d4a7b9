#include "store/conflict_check.h"

#include <algorithm>

#include "base/hash.h"
#include "store/batch_format.h"

namespace ledgerstone {
namespace {

bool Contains(const std::vector<NamespaceId>& ids, NamespaceId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

bool ConflictWindow::WasWrittenSince(const ReadSetEntry& read, Sequence since) const {
  for (const GenerationPtr& generation : generations_) {
    if (generation->last_sequence <= since) continue;
    if (Contains(generation->dropped, read.namespace_id)) return true;
    const MemTable* memtable = generation->Find(read.namespace_id);
    if (memtable == nullptr) continue;
    const bool written = read.single_key ? memtable->HasNewer(read.range.lower.key, since)
                                         : memtable->HasNewerIn(read.range, since);
    if (written) return true;
  }
  return false;
}

size_t GroupWrites::KeyHash::operator()(const Key& key) const {
  return Hash64(key.key) ^ HashMix(key.namespace_id);
}

void GroupWrites::Add(Slice batch) {
  BatchReader reader(batch);
  BatchEntry entry;
  while (reader.Next(&entry)) {
    if (entry.kind == EntryKind::kDropNamespace) {
      dropped_.push_back(entry.namespace_id);
    } else if (entry.kind == EntryKind::kRangeDelete) {
      erased_.push_back({entry.namespace_id, entry.key, entry.value});
    } else if (entry.kind != EntryKind::kCreateNamespace) {
      const Key key{entry.namespace_id, entry.key};
      if (keys_.insert(key).second) unsorted_.push_back(key);
    }
  }
}

bool GroupWrites::Touch(const ReadSetEntry& read) {
  if (Contains(dropped_, read.namespace_id)) return true;
  for (const ErasedRange& erased : erased_) {
    if (erased.namespace_id == read.namespace_id && read.range.Meets(erased.begin, erased.end))
      return true;
  }
  if (read.single_key) return keys_.contains({read.namespace_id, read.range.lower.key});
  return TouchRange(read);
}

bool GroupWrites::TouchRange(const ReadSetEntry& read) {
  sorted_.insert(unsorted_.begin(), unsorted_.end());
  unsorted_.clear();
  const KeyRange& range = read.range;
  const auto inside = [&](auto at) {
    return at != sorted_.end() && at->namespace_id == read.namespace_id && !range.IsAbove(at->key);
  };
  auto at = sorted_.lower_bound({read.namespace_id, range.lower.set ? range.lower.key : Slice()});
  if (inside(at) && range.IsBelow(at->key)) ++at;
  return inside(at);
}

Status CheckReads(Slice reads, Sequence since, const ConflictWindow& window, GroupWrites* group) {
  if (!window.Reaches(since)) {
    return Status::Conflict("the transaction is older than the writes that are kept in memory");
  }
  ReadSetReader reader(reads);
  ReadSetEntry read;
  while (reader.Next(&read)) {
    if (window.WasWrittenSince(read, since) || group->Touch(read)) {
      return Status::Conflict(read.single_key ? "a key that was read has been written since"
                                              : "a range that was read has been written since");
    }
  }
  LS_CHECK(reader.whole());
  return Status::Ok();
}

}  // namespace ledgerstone
