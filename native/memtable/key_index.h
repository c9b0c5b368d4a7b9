// Where the newest entry of each user key of a memtable is: an open-addressed hash table over the
// nodes of its skiplist, so that a point read costs two cache lines instead of a descent.
//
//   slot := hash << 32 | node: 32 bits of the key's hash, and the node's arena offset; 0: free
//
// 1. One writer, the one of the skiplist; any number of readers without locks. A slot is written by
//    a release store once its node is linked, and afterwards only ever names newer nodes.
// 2. A table three quarters full is followed by one twice as large; readers may go on in the old
//    ones, which stay until the index goes.
// 3. It is help, not truth: without memory for it, or after Abandon, it knows nothing for good and
//    says so (usable()), and readers descend.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/hash.h"
#include "memtable/skiplist.h"

namespace ledgerstone {

class KeyIndex {
 public:
  // `bytes` counts what its tables take, for all that share it; it may be null.
  KeyIndex(const SkipList* list, std::atomic<uint64_t>* bytes) : list_(list), bytes_(bytes) {}

  static uint32_t HashOf(Slice user_key) { return static_cast<uint32_t>(Hash64(user_key) >> 32); }

  bool usable() const { return usable_.load(std::memory_order_acquire); }
  // The node of the key's newest entry; nullptr when the memtable has none. Only while usable().
  const SkipList::Node* Find(Slice user_key) const;

  // Writer only.
  void Prefetch(uint32_t hash) const;
  // Makes room for `count` more keys.
  void MakeRoom(size_t count);
  // Names `node`, unless a newer entry of its key is named already.
  void Set(uint32_t hash, const SkipList::Node* node);
  void Abandon() { usable_.store(false, std::memory_order_release); }

 private:
  using Slot = std::atomic<uint64_t>;
  struct Table {
    uint64_t mask = 0;
    std::unique_ptr<Slot[]> slots;
  };

  bool Grow(uint64_t slots);

  const SkipList* const list_;
  std::atomic<uint64_t>* const bytes_;
  std::atomic<bool> usable_{true};
  std::atomic<const Table*> table_{nullptr};
  std::vector<std::unique_ptr<Table>> tables_;  // the newest last
  uint64_t keys_ = 0;
};

}  // namespace ledgerstone
