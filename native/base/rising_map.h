// A map whose keys are numbers given out in rising order: entries stand in one array, added at its
// end. Made for open snapshots and transactions, most of which live a moment.
//
// 1. Looking up is a binary search. Adding and erasing take constant time, spread over many calls:
//    an erased entry stays until half of the array is erased ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/checks.h"

namespace ledgerstone {

template <typename Value>
class RisingMap {
 public:
  // `key` is above all that were added before it.
  void Add(uint64_t key, Value value) {
    LS_CHECK(key > last_key_);
    last_key_ = key;
    entries_.push_back({key, true, std::move(value)});
    ++size_;
  }

  // Null when the key is not there. Readable until the next change.
  Value* Find(uint64_t key) {
    Entry* const entry = Lookup(key);
    return entry == nullptr ? nullptr : &entry->value;
  }
  const Value* Find(uint64_t key) const { return const_cast<RisingMap*>(this)->Find(key); }

  // False when the key is not there.
  bool Erase(uint64_t key) {
    Entry* const entry = Lookup(key);
    if (entry == nullptr) return false;
    entry->live = false;
    --size_;
    while (first_ < entries_.size() && !entries_[first_].live) ++first_;
    if (entries_.size() >= 2 * (size_ + kErasedMin)) Tidy();
    return true;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // The value of the lowest key; not of an empty map.
  const Value& front() const { return entries_[first_].value; }

  // In rising order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = first_; i < entries_.size(); ++i) {
      if (entries_[i].live) visit(entries_[i].key, entries_[i].value);
    }
  }

 private:
  static constexpr size_t kErasedMin = 32;

  struct Entry {
    uint64_t key;
    bool live;
    Value value;
  };

  Entry* Lookup(uint64_t key) {
    const auto at =
        std::partition_point(entries_.begin() + static_cast<std::ptrdiff_t>(first_), entries_.end(),
                             [&](const Entry& entry) { return entry.key < key; });
    return at == entries_.end() || at->key != key || !at->live ? nullptr : &*at;
  }

  void Tidy() {
    std::erase_if(entries_, [](const Entry& entry) { return !entry.live; });
    first_ = 0;
  }

  std::vector<Entry> entries_;
  size_t first_ = 0;  // all before it are erased
  size_t size_ = 0;
  uint64_t last_key_ = 0;
};

}  // namespace ledgerstone
