// About how many keys a memtable adds to what is older than it, from some of its nodes.
//
// Nodes of one level of the skiplist are a random choice among all. Each is asked about the node
// behind it, whose predecessor is then known: whether a newer version of the same key stands there.
#include "memtable/memtable.h"

namespace ledgerstone {
namespace {

constexpr size_t kNodesWanted = 16;

using Node = SkipList::Node;

Sequence SequenceOf(const Node* node) { return TrailerSequence(SkipList::Trailer(node)); }

// Counts nodes that are the newest version of their key that the reader sees.
class Counter {
 public:
  Counter(const SkipList* list, const RangeToEstimate* wanted) : list_(list), wanted_(wanted) {}

  // `before` is null or stands right before the node.
  void Add(const Node* before, const Node* node) {
    ++nodes_;
    const Slice key = SkipList::UserKey(node);
    const bool newer = before != nullptr && SequenceOf(before) <= wanted_->at_most &&
                       SkipList::UserKey(before) == key;
    if (newer || SequenceOf(node) > wanted_->at_most) return;
    if (wanted_->ErasedBelow(key) > SequenceOf(node)) return;
    if (TrailerKind(SkipList::Trailer(node)) != EntryKind::kDelete) {
      counted_.puts += 1;
      return;
    }
    if (!HasOlderPut(node)) counted_.deletes += 1;
  }
  // As if all of `entries` were like those added.
  EntryEstimate Of(double entries) const {
    return nodes_ == 0 ? EntryEstimate() : counted_ * (entries / static_cast<double>(nodes_));
  }

 private:
  bool HasOlderPut(const Node* node) const {
    const Node* const older = list_->Next(node);
    return older != nullptr && SkipList::UserKey(older) == SkipList::UserKey(node) &&
           TrailerKind(SkipList::Trailer(older)) != EntryKind::kDelete;
  }

  const SkipList* const list_;
  const RangeToEstimate* const wanted_;
  uint64_t nodes_ = 0;
  EntryEstimate counted_;
};

}  // namespace

EntryEstimate MemTable::Estimate(const RangeToEstimate& wanted) const {
  const auto& [lower, upper] = wanted.range;
  const uint64_t before_all = MakeSeekTrailer(kSequenceMax);
  const SkipList::Place from{lower.key, lower.inclusive ? before_all : 0};
  const SkipList::Place to{upper.key, upper.inclusive ? 0 : before_all};
  uint64_t each = 1;
  const std::vector<const Node*> nodes =
      list_.Sample(lower.set ? &from : nullptr, upper.set ? &to : nullptr, kNodesWanted, &each);
  Counter counter(&list_, &wanted);
  if (each == 1) {
    const Node* before = nullptr;
    for (const Node* node : nodes) {
      counter.Add(before, node);
      before = node;
    }
    return counter.Of(static_cast<double>(nodes.size()));
  }
  for (const Node* node : nodes) {
    if (const Node* const behind = list_.Next(node)) counter.Add(node, behind);
  }
  const bool all = !lower.set && !upper.set;
  const uint64_t entries = all ? entry_count() : std::min(each * nodes.size(), entry_count());
  return counter.Of(static_cast<double>(entries));
}

}  // namespace ledgerstone
