// A binary heap over the children, smallest key on top going forward, largest going backward. Each
// child's current key is kept beside it, so that the heap compares without virtual calls.
//
// 1. Going forward every child stands at its first entry not before the current one; going backward
//    at its last entry not after it. A change of direction moves all children over.
// 2. The heap holds the valid children only; children with equal keys are ordered by their index.
#include "base/merging_iterator.h"

#include <string>
#include <utility>

#include "base/checks.h"
#include "base/internal_key.h"

namespace ledgerstone {
namespace {

struct Child {
  std::unique_ptr<InternalIterator> iterator;
  size_t index = 0;
  Slice user_key;
  uint64_t trailer = 0;

  // False at the end or after a failure.
  bool Load() {
    if (!iterator->Valid()) return false;
    const Slice key = iterator->key();
    LS_CHECK(key.size() >= kTrailerSize);
    user_key = UserKeyOf(key);
    trailer = TrailerOf(key);
    return true;
  }
};

int CompareChildren(const Child& a, const Child& b) {
  const int by_key = CompareInternal(a.user_key, a.trailer, b.user_key, b.trailer);
  if (by_key != 0) return by_key;
  return a.index < b.index ? -1 : 1;
}

class MergingIterator final : public InternalIterator {
 public:
  explicit MergingIterator(std::vector<std::unique_ptr<InternalIterator>> iterators) {
    children_.reserve(iterators.size());
    heap_.reserve(iterators.size());
    for (auto& iterator : iterators) {
      LS_CHECK(iterator != nullptr);
      children_.push_back({std::move(iterator), children_.size(), {}, 0});
    }
  }

  bool Valid() const override { return !heap_.empty(); }
  Slice key() const override { return Top().iterator->key(); }
  Slice value() const override { return Top().iterator->value(); }
  Status status() const override { return status_; }

  void SeekToFirst() override {
    Position(true, [](Child& child) { child.iterator->SeekToFirst(); });
  }
  void SeekToLast() override {
    Position(false, [](Child& child) { child.iterator->SeekToLast(); });
  }
  void Seek(Slice internal_key) override {
    Position(true, [&](Child& child) { child.iterator->Seek(internal_key); });
  }

  void Next() override {
    LS_CHECK(Valid());
    if (!forward_) {
      TurnForward();
      return;
    }
    Top().iterator->Next();
    TopMoved();
  }

  void Prev() override {
    LS_CHECK(Valid());
    if (forward_) {
      TurnBackward();
      return;
    }
    Top().iterator->Prev();
    TopMoved();
  }

  void SkipErased(const RangeTombstone& tombstone, bool forward) override {
    LS_CHECK(forward == forward_);
    Position(forward, [&](Child& child) { child.iterator->SkipErased(tombstone, forward); });
  }

 private:
  Child& Top() const {
    LS_CHECK(!heap_.empty());
    return *heap_.front();
  }

  bool Before(const Child& a, const Child& b) const {
    const int order = CompareChildren(a, b);
    return forward_ ? order < 0 : order > 0;
  }

  void SiftDown(size_t at) {
    Child* const moving = heap_[at];
    const size_t size = heap_.size();
    for (;;) {
      size_t best = 2 * at + 1;
      if (best >= size) break;
      if (best + 1 < size && Before(*heap_[best + 1], *heap_[best])) ++best;
      if (!Before(*heap_[best], *moving)) break;
      heap_[at] = heap_[best];
      at = best;
    }
    heap_[at] = moving;
  }

  void TopMoved() {
    Child& child = Top();
    if (!child.Load()) {
      if (!Survived(child)) return;
      heap_.front() = heap_.back();
      heap_.pop_back();
      if (heap_.empty()) return;
    }
    SiftDown(0);
  }

  // A child that is not valid any more: at its end, or failed, which ends the whole iteration.
  bool Survived(const Child& child) {
    status_ = child.iterator->status();
    if (status_.ok()) return true;
    heap_.clear();
    return false;
  }

  template <typename Move>
  void Position(bool forward, const Move& move) {
    forward_ = forward;
    status_ = Status::Ok();
    heap_.clear();
    for (Child& child : children_) {
      move(child);
      if (child.Load()) {
        heap_.push_back(&child);
      } else if (!Survived(child)) {
        return;
      }
    }
    for (size_t at = heap_.size() / 2; at-- > 0;) SiftDown(at);
  }

  void TurnForward() {
    const size_t current = Top().index;
    const std::string from(key());
    Position(true, [&](Child& child) {
      InternalIterator* const iterator = child.iterator.get();
      if (child.index != current) iterator->Seek(from);
      if (iterator->Valid() && child.index <= current && iterator->key() == from) iterator->Next();
    });
  }

  void TurnBackward() {
    const size_t current = Top().index;
    const std::string from(key());
    Position(false, [&](Child& child) {
      InternalIterator* const iterator = child.iterator.get();
      if (child.index != current) iterator->Seek(from);
      if (!iterator->Valid()) {
        if (iterator->status().ok()) iterator->SeekToLast();
      } else if (child.index >= current || iterator->key() != from) {
        iterator->Prev();
      }
    });
  }

  std::vector<Child> children_;
  std::vector<Child*> heap_;
  bool forward_ = true;
  Status status_;
};

class EmptyIterator final : public InternalIterator {
 public:
  explicit EmptyIterator(Status status) : status_(std::move(status)) {}
  bool Valid() const override { return false; }
  void SeekToFirst() override {}
  void SeekToLast() override {}
  void Seek(Slice) override {}
  void Next() override { LS_CHECK(Valid()); }
  void Prev() override { LS_CHECK(Valid()); }
  Slice key() const override { return {}; }
  Slice value() const override { return {}; }
  Status status() const override { return status_; }

 private:
  const Status status_;
};

}  // namespace

std::unique_ptr<InternalIterator> NewMergingIterator(
    std::vector<std::unique_ptr<InternalIterator>> children) {
  if (children.empty()) return NewEmptyIterator();
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<MergingIterator>(std::move(children));
}

std::unique_ptr<InternalIterator> NewEmptyIterator(Status status) {
  return std::make_unique<EmptyIterator>(std::move(status));
}

}  // namespace ledgerstone
