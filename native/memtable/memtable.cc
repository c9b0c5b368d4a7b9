#include "memtable/memtable.h"

#include <algorithm>

namespace ledgerstone {
namespace {

constexpr size_t kIndexedTogether = 16;
// Newer versions of a key that a read of an old snapshot passes one by one.
constexpr int kVersionsWalked = 8;

class MemTableIterator final : public InternalIterator {
 public:
  // `in_order`: what was inserted later has the larger sequence.
  MemTableIterator(const SkipList* list, bool in_order) : list_(list), in_order_(in_order) {}

  bool Valid() const override { return node_ != nullptr; }
  void SeekToFirst() override { node_ = list_->First(); }
  void SeekToLast() override { node_ = list_->Last(); }
  void Seek(Slice internal_key) override {
    node_ = list_->Seek(UserKeyOf(internal_key), TrailerOf(internal_key));
  }
  void Next() override { node_ = list_->Next(node_); }
  void Prev() override {
    node_ = list_->SeekBefore(SkipList::UserKey(node_), SkipList::Trailer(node_));
  }
  Slice key() const override { return SkipList::InternalKey(node_); }
  Slice value() const override { return SkipList::Value(node_); }
  Status status() const override { return Status::Ok(); }
  void SkipErased(const RangeTombstone& tombstone, bool forward) override;

 private:
  bool IsAhead(const SkipList::Node* node, const SkipList::Node* of, bool forward) const {
    const int order = CompareInternalKeys(SkipList::InternalKey(node), SkipList::InternalKey(of));
    return forward ? order > 0 : order < 0;
  }

  const SkipList* const list_;
  const bool in_order_;
  const SkipList::Node* node_ = nullptr;
};

// Two walks side by side, of which the shorter one decides: over what is erased, and back over what
// was inserted since, of which the nearest ahead in the range is where to go on.
void MemTableIterator::SkipErased(const RangeTombstone& tombstone, bool forward) {
  const auto is_newer = [&](const SkipList::Node* node) {
    return node != nullptr && TrailerSequence(SkipList::Trailer(node)) >= tombstone.sequence;
  };
  const SkipList::Node* recent = list_->LastInserted();
  const SkipList::Node* nearest = nullptr;
  while (Valid() && tombstone.Erases(key())) {
    if (in_order_ && !is_newer(recent)) {
      const Slice edge = forward ? tombstone.end : tombstone.begin;
      const uint64_t before_all = MakeSeekTrailer(kSequenceMax);
      if (nearest != nullptr || (forward && edge.empty())) {
        node_ = nearest;
      } else {
        node_ = forward ? list_->Seek(edge, before_all) : list_->SeekBefore(edge, before_all);
      }
      return;
    }
    if (in_order_) {
      const bool goes_on = tombstone.Covers(SkipList::UserKey(recent)) &&
                           IsAhead(recent, node_, forward) &&
                           (nearest == nullptr || IsAhead(nearest, recent, forward));
      if (goes_on) nearest = recent;
      recent = list_->InsertedBefore(recent);
    }
    forward ? Next() : Prev();
  }
}

}  // namespace

void MemTable::InsertMany(std::span<const Entry> entries) {
  while (!entries.empty()) {
    const auto now = entries.first(std::min(entries.size(), kIndexedTogether));
    InsertSome(now);
    entries = entries.subspan(now.size());
  }
}

// The slots of the index come from memory while the list is walked.
void MemTable::InsertSome(std::span<const Entry> entries) {
  uint32_t hashes[kIndexedTogether];
  index_.MakeRoom(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    hashes[i] = KeyIndex::HashOf(entries[i].user_key);
    index_.Prefetch(hashes[i]);
  }
  list_.InsertMany(entries);
  const SkipList::Node* node = list_.LastInserted();
  for (size_t i = entries.size(); i-- > 0; node = list_.InsertedBefore(node))
    index_.Set(hashes[i], node);
  Count(entries.size());
}

const SkipList::Node* MemTable::NewestOf(Slice user_key, uint64_t seek_trailer) const {
  if (index_.usable()) {
    const SkipList::Node* node = index_.Find(user_key);
    for (int steps = 0; steps < kVersionsWalked; ++steps) {
      if (node == nullptr || SkipList::UserKey(node) != user_key) return nullptr;
      if (SkipList::Trailer(node) <= seek_trailer) return node;
      node = list_.Next(node);
    }
  }
  const SkipList::Node* const node = list_.Seek(user_key, seek_trailer);
  return node != nullptr && SkipList::UserKey(node) == user_key ? node : nullptr;
}

MemTableLookup MemTable::Get(Slice user_key, Sequence sequence) const {
  MemTableLookup lookup;
  const SkipList::Node* const node = NewestOf(user_key, MakeSeekTrailer(sequence));
  if (node == nullptr) return lookup;
  const uint64_t trailer = SkipList::Trailer(node);
  lookup.sequence = TrailerSequence(trailer);
  lookup.kind = TrailerKind(trailer);
  if (TrailerKind(trailer) == EntryKind::kDelete) {
    lookup.outcome = MemTableLookup::Outcome::kDeleted;
  } else {
    lookup.outcome = MemTableLookup::Outcome::kFound;
    lookup.value = SkipList::Value(node);
  }
  return lookup;
}

bool MemTable::HasNewer(Slice user_key, Sequence since) const {
  if (!range_tombstones_.empty()) {
    for (const RangeTombstonesPtr& run : range_tombstones_.runs()) {
      if (run->Covering(user_key, kSequenceMax) > since) return true;
    }
  }
  const SkipList::Node* const node = NewestOf(user_key, MakeSeekTrailer(kSequenceMax));
  return node != nullptr && TrailerSequence(SkipList::Trailer(node)) > since;
}

// Two walks side by side, of which the shorter one decides: over the range, and back over what was
// inserted since.
bool MemTable::HasNewerIn(const KeyRange& range, Sequence since) const {
  if (!range_tombstones_.empty()) {
    for (const RangeTombstonesPtr& run : range_tombstones_.runs()) {
      for (const RangeTombstone& tombstone : run->all()) {
        if (tombstone.sequence > since && range.Meets(tombstone.begin, tombstone.end)) return true;
      }
    }
  }
  const auto is_newer = [since](const SkipList::Node* node) {
    return TrailerSequence(SkipList::Trailer(node)) > since;
  };
  const SkipList::Node* inside =
      range.lower.set ? list_.Seek(range.lower.key, MakeSeekTrailer(kSequenceMax)) : list_.First();
  const SkipList::Node* recent = list_.LastInserted();
  for (;;) {
    if (recent == nullptr || !is_newer(recent)) return false;
    if (range.Contains(SkipList::UserKey(recent))) return true;
    recent = list_.InsertedBefore(recent);
    if (inside == nullptr || range.IsAbove(SkipList::UserKey(inside))) return false;
    if (is_newer(inside) && !range.IsBelow(SkipList::UserKey(inside))) return true;
    inside = list_.Next(inside);
  }
}

std::unique_ptr<InternalIterator> MemTable::NewIterator() const {
  return std::make_unique<MemTableIterator>(&list_, index_.usable());
}

}  // namespace ledgerstone
