#include "memtable/key_index.h"

#include <bit>
#include <new>

namespace ledgerstone {
namespace {

constexpr uint64_t kSlotsMin = 64;

uint32_t HashIn(uint64_t slot) { return static_cast<uint32_t>(slot >> 32); }
uint32_t NodeIn(uint64_t slot) { return static_cast<uint32_t>(slot); }

}  // namespace

const SkipList::Node* KeyIndex::Find(Slice user_key) const {
  const Table* const table = table_.load(std::memory_order_acquire);
  if (table == nullptr) return nullptr;
  const uint32_t hash = HashOf(user_key);
  for (uint64_t at = hash & table->mask;; at = (at + 1) & table->mask) {
    const uint64_t slot = table->slots[at].load(std::memory_order_acquire);
    if (slot == 0) return nullptr;
    if (HashIn(slot) != hash) continue;
    const SkipList::Node* const node = list_->NodeAt(NodeIn(slot));
    if (SkipList::UserKey(node) == user_key) return node;
  }
}

void KeyIndex::Prefetch(uint32_t hash) const {
  if (tables_.empty()) return;
  const Table& table = *tables_.back();
  __builtin_prefetch(&table.slots[hash & table.mask], 1);
}

void KeyIndex::MakeRoom(size_t count) {
  if (!usable_.load(std::memory_order_relaxed)) return;
  const uint64_t slots = tables_.empty() ? 0 : tables_.back()->mask + 1;
  const uint64_t keys = keys_ + count;
  if (keys <= slots / 4 * 3) return;
  if (!Grow(std::bit_ceil(std::max(keys * 4 / 3 + 1, kSlotsMin)))) Abandon();
}

bool KeyIndex::Grow(uint64_t slots) {
  auto table = std::make_unique<Table>();
  table->mask = slots - 1;
  table->slots.reset(new (std::nothrow) Slot[slots]());
  if (table->slots == nullptr) return false;
  if (!tables_.empty()) {
    const Table& old = *tables_.back();
    for (uint64_t i = 0; i <= old.mask; ++i) {
      const uint64_t slot = old.slots[i].load(std::memory_order_relaxed);
      if (slot == 0) continue;
      uint64_t at = HashIn(slot) & table->mask;
      while (table->slots[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & table->mask;
      table->slots[at].store(slot, std::memory_order_relaxed);
    }
  }
  if (bytes_ != nullptr) bytes_->fetch_add(slots * sizeof(Slot), std::memory_order_relaxed);
  tables_.push_back(std::move(table));
  table_.store(tables_.back().get(), std::memory_order_release);
  return true;
}

void KeyIndex::Set(uint32_t hash, const SkipList::Node* node) {
  if (!usable_.load(std::memory_order_relaxed)) return;
  const Table& table = *tables_.back();
  const uint64_t named = uint64_t{hash} << 32 | list_->OffsetOf(node);
  for (uint64_t at = hash & table.mask;; at = (at + 1) & table.mask) {
    Slot& place = table.slots[at];
    const uint64_t slot = place.load(std::memory_order_relaxed);
    if (slot == 0) {
      ++keys_;
      return place.store(named, std::memory_order_release);
    }
    if (HashIn(slot) != hash) continue;
    const SkipList::Node* const known = list_->NodeAt(NodeIn(slot));
    if (SkipList::UserKey(known) != SkipList::UserKey(node)) continue;
    if (SkipList::Trailer(known) < SkipList::Trailer(node))
      place.store(named, std::memory_order_release);
    return;
  }
}

}  // namespace ledgerstone
