// Filling a list whole, out of the log: no entry is searched for, and each goes into memory once.
#include <algorithm>

#include "memtable/skiplist_node.h"

namespace ledgerstone {
namespace {

// Nodes whose memory is fetched while the ones before are linked.
constexpr size_t kAhead = 16;

// What decides between most nodes, close together.
struct Item {
  uint64_t prefix;  // eight bytes of the key behind what all share, as a number that sorts alike
  uint32_t node;
};

// Pages of the environment, for as long as the sorting takes.
class Scratch {
 public:
  Scratch(Env* env, size_t count)
      : env_(env), bytes_(count * sizeof(Item)), pages_(env->AllocatePages(bytes_)) {}
  ~Scratch() {
    if (pages_ != nullptr) env_->ReleasePages(pages_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Item* items() const { return reinterpret_cast<Item*>(pages_); }

 private:
  Env* const env_;
  const size_t bytes_;
  char* const pages_;
};

size_t CommonPrefix(Slice a, Slice b, size_t most) {
  const size_t size = std::min({a.size(), b.size(), most});
  size_t at = 0;
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

// Shorter keys are filled up with zeros: equal numbers decide nothing.
uint64_t EightBytesFrom(Slice user_key, size_t at) {
  char bytes[sizeof(uint64_t)] = {};
  std::memcpy(bytes, user_key.data() + at, std::min(user_key.size() - at, sizeof bytes));
  return __builtin_bswap64(DecodeFixed64(bytes));
}

}  // namespace

void SkipList::Append(const Entry& entry) {
  const Node* const before = LastInserted();
  const Slice key = entry.user_key;
  common_ = before == nullptr ? key.size() : CommonPrefix(key, UserKey(before), common_);
  ++appended_;
  last_.store(NewNode(entry, RandomHeight()), std::memory_order_relaxed);
}

bool SkipList::LinkAppended(Env* env) {
  LS_CHECK(First() == nullptr);
  const Node* const last = LastInserted();
  if (last == nullptr) return true;
  const Scratch scratch(env, appended_);
  if (scratch.items() == nullptr) return false;
  const std::span<Item> items(scratch.items(), appended_);
  const Node* node = last;
  for (size_t i = items.size(); i-- > 0; node = InsertedBefore(node))
    items[i] = {EightBytesFrom(UserKey(node), common_), OffsetOf(node)};
  std::sort(items.begin(), items.end(), [this](const Item& a, const Item& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const Node* const x = At(a.node);
    return CompareNode(UserKey(x), Trailer(x), At(b.node)) < 0;
  });

  Splice tails;
  tails.fill(head_);
  int height = 1;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i + kAhead < items.size()) __builtin_prefetch(At(items[i + kAhead].node), 1);
    const Node* const next = At(items[i].node);
    for (int level = 0; level < next->height; ++level) {
      uint32_t& tail = tails[static_cast<size_t>(level)];
      At(tail)->next[level].store(items[i].node, std::memory_order_release);
      tail = items[i].node;
    }
    height = std::max(height, int{next->height});
  }
  height_.store(height, std::memory_order_relaxed);
  FindSpliceFrom(head_, height - 1, UserKey(last), Trailer(last));
  return true;
}

}  // namespace ledgerstone
