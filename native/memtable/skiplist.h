// A skiplist of entries in an arena, in internal order.
//
//   node := value_size: u32, key_size: u16, height: u8, 0: u8, inserted_before: u32,
//           next: u32 × height,
//           user_key, trailer: u64, value
//   Links are arena offsets; inserted_before is that of the node inserted before this one.
//   user_key and trailer stand together: an internal key is one slice.
//
// 1. One writer; any number of readers without locks. Nodes are never removed or changed.
// 2. A node is filled in before a release store links it; readers follow links with acquire loads,
//    and so see whole nodes. A link is written at level 0 first: a node found above is in the list
//    below.
// 3. Slices into nodes live as long as the arena.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/internal_key.h"
#include "base/random.h"

namespace ledgerstone {

class SkipList {
 public:
  static constexpr int kHeightMax = 12;
  // No entry takes more of the arena than this beside its key and value.
  static constexpr uint64_t kNodeOverheadMax = 12 + 4 * kHeightMax + kTrailerSize + Arena::kUnit;
  static constexpr uint64_t kHeadBytes = 12 + 4 * kHeightMax + kTrailerSize;

  struct Node;

  SkipList(Arena* arena, uint64_t seed);

  struct Entry {
    Slice user_key;
    uint64_t trailer = 0;
    Slice value;
  };
  // Writer only. No entry with the same key and trailer may be there.
  void Insert(Slice user_key, uint64_t trailer, Slice value);
  // The same as inserting one after the other, with the searches of several entries side by side:
  // while one waits for memory the others walk.
  void InsertMany(std::span<const Entry> entries);
  // For a list that is filled whole before anybody reads it: entries are put into the arena one
  // behind the other, and linked once, in order, with no search for any. To be called on an empty
  // list, and nothing else between the first Append and LinkAppended.
  void Append(const Entry& entry);
  // False when there is no memory to sort in; then nothing is linked, and it may be tried again.
  bool LinkAppended(Env* env);

  // The first node not before (user_key, trailer), or nullptr.
  const Node* Seek(Slice user_key, uint64_t trailer) const;
  // The last node before it, or nullptr.
  const Node* SeekBefore(Slice user_key, uint64_t trailer) const;
  const Node* First() const;
  const Node* Last() const;
  const Node* Next(const Node* node) const;
  // Back in the order of insertion; nullptr at the end. A reader gets at least to all that it may
  // see.
  const Node* LastInserted() const {
    const uint32_t last = last_.load(std::memory_order_acquire);
    return last == 0 ? nullptr : At(last);
  }
  const Node* InsertedBefore(const Node* node) const;

  // Nodes from `from` on up to, without, `to`, which are places and not nodes; null is the first or
  // the end. All where they are few; else those of the highest level that has `wanted` there, each
  // of which stands for `*each` entries. What comes right behind them is fetched from memory, too.
  struct Place {
    Slice user_key;
    uint64_t trailer = 0;
  };
  std::vector<const Node*> Sample(const Place* from, const Place* to, size_t wanted,
                                  uint64_t* each) const;

  // Where a node is in the arena: 32 bits that name it.
  uint32_t OffsetOf(const Node* node) const {
    return arena_->OffsetOf(reinterpret_cast<const char*>(node));
  }
  const Node* NodeAt(uint32_t offset) const { return At(offset); }

  static Slice InternalKey(const Node* node);
  static Slice UserKey(const Node* node);
  static uint64_t Trailer(const Node* node);
  static Slice Value(const Node* node);

 private:
  Node* At(uint32_t offset) const { return reinterpret_cast<Node*>(arena_->At(offset)); }
  const Node* Follow(const Node* node, int level) const;
  int RandomHeight();
  // The nodes of each level that a key goes behind.
  using Splice = std::array<uint32_t, kHeightMax>;
  static constexpr size_t kSideBySide = 16;

  bool IsBefore(Slice user_key, uint64_t trailer, const Node* node) const;
  // In the arena, and not linked anywhere.
  uint32_t NewNode(const Entry& entry, int height);
  bool RisesFromLast(std::span<const Entry> entries) const;
  void InsertRising(const Entry& entry);
  void FindSplices(std::span<const Entry> entries, Splice* splices) const;
  void MoveUp(Slice user_key, uint64_t trailer, int height, Splice* splice) const;
  void FindSplice(Slice user_key, uint64_t trailer);
  bool FindSpliceNearLast(Slice user_key, uint64_t trailer);
  void FindSpliceFrom(uint32_t at, int level, Slice user_key, uint64_t trailer);
  void Link(const Entry& entry, int height, Splice* splice);

  Arena* const arena_;
  Random random_;
  uint32_t head_;
  std::atomic<int> height_{1};
  // Where the last insert went; rising keys start from here instead of the top. Writer only.
  Splice splice_;
  // Stored by the writer alone, behind the node it names.
  std::atomic<uint32_t> last_{0};
  // Of Append's entries: how many, and how many bytes all their keys begin with.
  size_t appended_ = 0;
  size_t common_ = 0;
};

}  // namespace ledgerstone
