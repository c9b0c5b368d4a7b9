#include <algorithm>
#include <bit>

#include "memtable/skiplist_node.h"

namespace ledgerstone {

namespace {

constexpr int kBitsPerLevel = 2;

}  // namespace

Slice SkipList::UserKey(const Node* node) { return Slice(node->bytes(), node->key_size); }
Slice SkipList::InternalKey(const Node* node) {
  return Slice(node->bytes(), node->key_size + kTrailerSize);
}
uint64_t SkipList::Trailer(const Node* node) {
  return DecodeFixed64(node->bytes() + node->key_size);
}
Slice SkipList::Value(const Node* node) {
  return Slice(node->bytes() + node->key_size + kTrailerSize, node->value_size);
}

SkipList::SkipList(Arena* arena, uint64_t seed) : arena_(arena), random_(seed) {
  head_ = arena_->Allocate(kHeadBytes);
  At(head_)->height = kHeightMax;
  splice_.fill(head_);
}

const SkipList::Node* SkipList::Follow(const Node* node, int level) const {
  const uint32_t offset = node->next[level].load(std::memory_order_acquire);
  return offset == 0 ? nullptr : At(offset);
}

int SkipList::RandomHeight() {
  // Each further level with a chance of one in four: two bits of the draw a level.
  const uint64_t highest = uint64_t{1} << (kBitsPerLevel * (kHeightMax - 1));
  return 1 + std::countr_zero(random_.Next() | highest) / kBitsPerLevel;
}

// Null stands for the end.
bool SkipList::IsBefore(Slice user_key, uint64_t trailer, const Node* node) const {
  return node == nullptr || CompareNode(user_key, trailer, node) < 0;
}

// Fills splice_ for `level` and all below, starting from the node at `at`, which stands before.
void SkipList::FindSpliceFrom(uint32_t at, int level, Slice user_key, uint64_t trailer) {
  const Node* known_after = nullptr;
  for (; level >= 0; --level) {
    for (;;) {
      const uint32_t next = At(at)->next[level].load(std::memory_order_relaxed);
      const Node* node = next == 0 ? nullptr : At(next);
      if (node == nullptr || node == known_after || CompareNode(user_key, trailer, node) <= 0) {
        known_after = node;
        break;
      }
      at = next;
    }
    splice_[level] = at;
  }
}

void SkipList::FindSplice(Slice user_key, uint64_t trailer) {
  const uint32_t last = last_.load(std::memory_order_relaxed);
  const bool after_last = last != 0 && !IsBefore(user_key, trailer, At(last));
  if (after_last && IsBefore(user_key, trailer, Follow(At(last), 0))) {
    for (int level = 0; level < At(last)->height; ++level) splice_[level] = last;
    return;
  }
  FindSpliceFrom(head_, height_.load(std::memory_order_relaxed) - 1, user_key, trailer);
}

// Climbs from the last insert until the next node is past the key, then goes down from there: the
// cost grows with the logarithm of the distance, not of the list.
bool SkipList::FindSpliceNearLast(Slice user_key, uint64_t trailer) {
  const uint32_t last = last_.load(std::memory_order_relaxed);
  if (last == 0 || IsBefore(user_key, trailer, At(last))) return false;
  for (int level = 0; level < At(last)->height; ++level) splice_[level] = last;
  const int height = height_.load(std::memory_order_relaxed);
  for (int level = 0; level < height; ++level) {
    if (!IsBefore(user_key, trailer, Follow(At(splice_[level]), level))) continue;
    if (level > 0) FindSpliceFrom(splice_[level], level - 1, user_key, trailer);
    return true;
  }
  return false;
}

bool SkipList::RisesFromLast(std::span<const Entry> entries) const {
  const uint32_t last = last_.load(std::memory_order_relaxed);
  if (last == 0 || IsBefore(entries[0].user_key, entries[0].trailer, At(last))) return false;
  for (size_t i = 1; i < entries.size(); ++i) {
    const Entry& before = entries[i - 1];
    const Entry& entry = entries[i];
    if (Compare(before.user_key, before.trailer, entry.user_key, entry.trailer) > 0) return false;
  }
  return true;
}

void SkipList::FindSplices(std::span<const Entry> entries, Splice* splices) const {
  struct Walk {
    const Entry* entry;
    Splice* splice;
    uint32_t at;
    uint32_t next;
    uint32_t after;  // known to be past the key
    int level;
  };
  const int top = height_.load(std::memory_order_relaxed) - 1;
  const auto next_of = [this](uint32_t at, int level) {
    return At(at)->next[level].load(std::memory_order_relaxed);
  };
  Walk walks[kSideBySide];
  size_t active = 0;
  for (const Entry& entry : entries) {
    walks[active] = {&entry, splices + active, head_, next_of(head_, top), 0, top};
    ++active;
  }
  while (active > 0) {
    for (size_t i = 0; i < active;) {
      Walk& walk = walks[i];
      const Entry& entry = *walk.entry;
      if (walk.next != 0 && CompareNode(entry.user_key, entry.trailer, At(walk.next)) > 0) {
        walk.at = walk.next;
        walk.next = next_of(walk.at, walk.level);
      } else {
        walk.after = walk.next;
        do {
          (*walk.splice)[static_cast<size_t>(walk.level)] = walk.at;
          --walk.level;
          walk.next = walk.level < 0 ? 0 : next_of(walk.at, walk.level);
        } while (walk.level >= 0 && walk.next == walk.after);
      }
      if (walk.level < 0) {
        walk = walks[--active];
        continue;
      }
      // A node's links and key may lie across two cache lines.
      __builtin_prefetch(At(walk.next));
      __builtin_prefetch(reinterpret_cast<const char*>(At(walk.next)) + 64);
      ++i;
    }
  }
}

// Over nodes that came since the splice was found.
void SkipList::MoveUp(Slice user_key, uint64_t trailer, int height, Splice* splice) const {
  for (int level = 0; level < height; ++level) {
    uint32_t& at = (*splice)[level];
    for (;;) {
      const uint32_t next = At(at)->next[level].load(std::memory_order_relaxed);
      if (next == 0 || CompareNode(user_key, trailer, At(next)) <= 0) break;
      at = next;
    }
  }
}

void SkipList::InsertMany(std::span<const Entry> entries) {
  Splice splices[kSideBySide];
  while (!entries.empty()) {
    const auto now = entries.first(std::min(entries.size(), kSideBySide));
    entries = entries.subspan(now.size());
    if (RisesFromLast(now)) {
      for (const Entry& entry : now) InsertRising(entry);
      continue;
    }
    for (Splice& splice : splices) splice.fill(head_);
    FindSplices(now, splices);
    for (size_t i = 0; i < now.size(); ++i) {
      const int height = RandomHeight();
      const bool kept = i + 1 == now.size();
      MoveUp(now[i].user_key, now[i].trailer, kept ? kHeightMax : height, &splices[i]);
      Link(now[i], height, &splices[i]);
      if (kept) splice_ = splices[i];
    }
  }
}

void SkipList::Insert(Slice user_key, uint64_t trailer, Slice value) {
  FindSplice(user_key, trailer);
  Link({user_key, trailer, value}, RandomHeight(), &splice_);
}

void SkipList::InsertRising(const Entry& entry) {
  if (!FindSpliceNearLast(entry.user_key, entry.trailer)) FindSplice(entry.user_key, entry.trailer);
  Link(entry, RandomHeight(), &splice_);
}

uint32_t SkipList::NewNode(const Entry& entry, int height) {
  const auto& [user_key, trailer, value] = entry;
  LS_CHECK(user_key.size() <= UINT16_MAX && value.size() <= UINT32_MAX);
  const uint64_t size =
      12 + 4 * static_cast<uint64_t>(height) + user_key.size() + kTrailerSize + value.size();
  const uint32_t offset = arena_->Allocate(size);
  Node* node = At(offset);
  node->value_size = static_cast<uint32_t>(value.size());
  node->key_size = static_cast<uint16_t>(user_key.size());
  node->height = static_cast<uint8_t>(height);
  node->inserted_before = last_.load(std::memory_order_relaxed);
  char* bytes = node->bytes();
  std::memcpy(bytes, user_key.data(), user_key.size());
  EncodeFixed(bytes + user_key.size(), trailer);
  char* const value_at = bytes + user_key.size() + kTrailerSize;
  if (!value.empty()) std::memcpy(value_at, value.data(), value.size());
  return offset;
}

// Puts a new node behind the splice.
void SkipList::Link(const Entry& entry, int height, Splice* splice) {
  const uint32_t offset = NewNode(entry, height);
  Node* const node = At(offset);
  for (int level = 0; level < height; ++level) {
    std::atomic<uint32_t>& link = At((*splice)[level])->next[level];
    const uint32_t after = link.load(std::memory_order_relaxed);
    LS_DCHECK(after == 0 || CompareNode(entry.user_key, entry.trailer, At(after)) < 0);
    node->next[level].store(after, std::memory_order_relaxed);
    link.store(offset, std::memory_order_release);
  }
  // A reader that sees the old height merely starts lower.
  if (height > height_.load(std::memory_order_relaxed))
    height_.store(height, std::memory_order_relaxed);
  last_.store(offset, std::memory_order_release);
}

const SkipList::Node* SkipList::Seek(Slice user_key, uint64_t trailer) const {
  const Node* at = At(head_);
  const Node* after = nullptr;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    for (;;) {
      const Node* next = Follow(at, level);
      // Where the way goes on if `next` is too far: fetched while that is found out.
      if (level > 0) __builtin_prefetch(Follow(at, level - 1));
      if (next == nullptr || next == after || CompareNode(user_key, trailer, next) <= 0) {
        after = next;
        break;
      }
      at = next;
    }
  }
  return after;
}

const SkipList::Node* SkipList::SeekBefore(Slice user_key, uint64_t trailer) const {
  const Node* at = At(head_);
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    for (;;) {
      const Node* next = Follow(at, level);
      if (next == nullptr || CompareNode(user_key, trailer, next) <= 0) break;
      at = next;
    }
  }
  return at == At(head_) ? nullptr : at;
}

std::vector<const SkipList::Node*> SkipList::Sample(const Place* from, const Place* to,
                                                    size_t wanted, uint64_t* each) const {
  std::vector<const Node*> nodes;
  const Node* before = At(head_);
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    const Node* node = Follow(before, level);
    for (; node != nullptr && from != nullptr; node = Follow(node, level)) {
      if (CompareNode(from->user_key, from->trailer, node) <= 0) break;
      before = node;
    }
    nodes.clear();
    for (; node != nullptr; node = Follow(node, level)) {
      if (to != nullptr && CompareNode(to->user_key, to->trailer, node) <= 0) break;
      nodes.push_back(node);
      __builtin_prefetch(Follow(node, 0));
    }
    *each = uint64_t{1} << (kBitsPerLevel * level);
    if (nodes.size() >= wanted) break;
  }
  return nodes;
}

const SkipList::Node* SkipList::First() const { return Follow(At(head_), 0); }

const SkipList::Node* SkipList::Last() const {
  const Node* at = At(head_);
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    while (const Node* next = Follow(at, level)) at = next;
  }
  return at == At(head_) ? nullptr : at;
}

const SkipList::Node* SkipList::InsertedBefore(const Node* node) const {
  return node->inserted_before == 0 ? nullptr : At(node->inserted_before);
}

const SkipList::Node* SkipList::Next(const Node* node) const { return Follow(node, 0); }

}  // namespace ledgerstone
