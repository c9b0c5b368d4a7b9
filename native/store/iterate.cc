// Range iterators: memtables and tables merged, newest visible version of each key, tombstones left
// out.
//
// An iterator goes one way for life, which keeps both ways simple:
//   forward   the first entry of a key at or below the sequence decides; the rest is skipped
//   reverse   entries of a key come oldest first; the last one at or below the sequence decides
#include "base/merging_iterator.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

constexpr uint32_t kScanReadaheadBytes = 256u << 10;

std::unique_ptr<Iterator> MakeRangeIterator(std::shared_ptr<const ReadView> view,
                                            const NamespaceView* shown,
                                            const std::atomic<bool>* closed, Sequence sequence,
                                            const IterateOptions& options, Tier tier);

class RangeIterator : public Iterator {
 public:
  RangeIterator(std::shared_ptr<const ReadView> view, const NamespaceView* shown,
                const std::atomic<bool>* closed, std::unique_ptr<InternalIterator> source,
                Sequence sequence, IterateOptions options)
      : view_(std::move(view)),
        shown_(shown),
        closed_(closed),
        source_(std::move(source)),
        sequence_(sequence),
        options_(std::move(options)) {}

  bool Valid() const override { return valid_; }
  Status status() const override { return status_; }
  std::unique_ptr<Iterator> Resume(Tier tier) override {
    IterateOptions rest = options_;
    if (!passed_.empty()) (options_.reverse ? rest.upper : rest.lower) = {passed_, false, true};
    return MakeRangeIterator(view_, shown_, closed_, sequence_, rest, tier);
  }

 protected:
  bool Visible() const { return TrailerSequence(TrailerOf(source_->key())) <= sequence_; }
  bool IsTombstone() const { return TrailerKind(TrailerOf(source_->key())) == EntryKind::kDelete; }
  // Ends the iteration when the store was closed or the source failed. True when there is more.
  bool SourceValid() {
    if (closed_->load(std::memory_order_relaxed)) {
      status_ = Status::Closed("the store");
      return false;
    }
    if (source_->Valid()) return true;
    status_ = source_->status();
    return false;
  }
  void SeekTo(Slice user_key, uint64_t trailer) {
    std::string target;
    AppendInternalKey(&target, user_key, trailer);
    source_->Seek(target);
  }

  const std::shared_ptr<const ReadView> view_;
  const NamespaceView* const shown_;  // null: no entries
  const std::atomic<bool>* const closed_;
  const std::unique_ptr<InternalIterator> source_;
  const Sequence sequence_;
  const IterateOptions options_;
  bool valid_ = false;
  Status status_;
  std::string passed_;  // the last user key that is done with; empty at first
};

class ForwardIterator final : public RangeIterator {
 public:
  using RangeIterator::RangeIterator;

  void Start() override {
    if (!options_.lower.set) {
      source_->SeekToFirst();
    } else if (options_.lower.inclusive) {
      SeekTo(options_.lower.key, MakeSeekTrailer(kSequenceMax));
    } else {
      SeekTo(options_.lower.key, 0);
      while (source_->Valid() && UserKeyOf(source_->key()) == options_.lower.key) source_->Next();
    }
    FindVisible();
  }
  void Next() override {
    LS_CHECK(valid_);
    SkipKey();
    FindVisible();
  }
  Slice key() const override { return UserKeyOf(source_->key()); }
  Slice value() const override { return source_->value(); }

 private:
  bool PastUpper(Slice user_key) const {
    if (!options_.upper.set) return false;
    const int order = CompareUserKeys(user_key, options_.upper.key);
    return order > 0 || (order == 0 && !options_.upper.inclusive);
  }
  // Moves past every version of the current key.
  void SkipKey() {
    const Slice user_key = UserKeyOf(source_->key());
    passed_.assign(user_key);
    do {
      source_->Next();
    } while (source_->Valid() && UserKeyOf(source_->key()) == passed_);
  }
  void FindVisible() {
    valid_ = false;
    while (SourceValid()) {
      if (PastUpper(UserKeyOf(source_->key()))) return;
      if (!Visible()) {
        source_->Next();
      } else if (IsTombstone()) {
        SkipKey();
      } else {
        valid_ = true;
        return;
      }
    }
  }
};

class ReverseIterator final : public RangeIterator {
 public:
  using RangeIterator::RangeIterator;

  void Start() override {
    if (!options_.upper.set) {
      source_->SeekToLast();
    } else {
      // The last entry before everything of the key, or before what follows all of it.
      SeekTo(options_.upper.key, options_.upper.inclusive ? 0 : MakeSeekTrailer(kSequenceMax));
      while (options_.upper.inclusive && source_->Valid() &&
             UserKeyOf(source_->key()) == options_.upper.key) {
        source_->Next();
      }
      if (source_->Valid()) {
        source_->Prev();
      } else if (source_->status().ok()) {
        source_->SeekToLast();
      }
    }
    FindVisible();
  }
  void Next() override {
    LS_CHECK(valid_);
    passed_.assign(key_);
    FindVisible();
  }
  Slice key() const override { return key_; }
  Slice value() const override { return value_; }

 private:
  bool BeforeLower(Slice user_key) const {
    if (!options_.lower.set) return false;
    const int order = CompareUserKeys(user_key, options_.lower.key);
    return order < 0 || (order == 0 && !options_.lower.inclusive);
  }
  // Goes back over all versions of the next key; keeps the newest visible one.
  void FindVisible() {
    valid_ = false;
    while (SourceValid()) {
      if (BeforeLower(UserKeyOf(source_->key()))) return;
      key_.assign(UserKeyOf(source_->key()));
      bool found = false;
      do {
        if (Visible()) {
          found = !IsTombstone();
          if (found) value_.assign(source_->value());
        }
        source_->Prev();
      } while (source_->Valid() && UserKeyOf(source_->key()) == key_);
      if (!source_->Valid() && !source_->status().ok()) {
        status_ = source_->status();
        return;
      }
      if (found) {
        valid_ = true;
        return;
      }
      passed_.assign(key_);
    }
  }

  std::string key_;
  std::string value_;
};

std::unique_ptr<Iterator> MakeRangeIterator(std::shared_ptr<const ReadView> view,
                                            const NamespaceView* shown,
                                            const std::atomic<bool>* closed, Sequence sequence,
                                            const IterateOptions& options, Tier tier) {
  std::vector<std::unique_ptr<InternalIterator>> children;
  if (shown != nullptr) {
    for (const MemTable* memtable : shown->memtables) {
      if (memtable->entry_count() > 0) children.push_back(memtable->NewIterator());
    }
    const TableReadOptions read{.tier = tier,
                                .fill_cache = true,
                                .readahead_bytes = options.reverse ? 0 : kScanReadaheadBytes};
    if (shown->tree != nullptr) shown->tree->AddIterators(read, &children);
  }
  auto source =
      children.size() == 1 ? std::move(children.front()) : NewMergingIterator(std::move(children));
  if (options.reverse) {
    return std::make_unique<ReverseIterator>(std::move(view), shown, closed, std::move(source),
                                             sequence, options);
  }
  return std::make_unique<ForwardIterator>(std::move(view), shown, closed, std::move(source),
                                           sequence, options);
}

}  // namespace

Status StoreImpl::NewIterator(NamespaceId id, const IterateOptions& options, Tier tier,
                              std::unique_ptr<Iterator>* iterator) {
  AwaitTold();
  ReadViewPtr view = View();
  if (view == nullptr) return Status::Closed("the store");
  Sequence sequence = 0;
  LS_RETURN_IF_ERROR(ReadPoint(options.snapshot_id, &sequence));
  const NamespaceView* shown = nullptr;
  LS_RETURN_IF_ERROR(FindView(id, *view, &shown));
  *iterator = MakeRangeIterator(std::move(view), shown, &closed_, sequence, options, tier);
  return Status::Ok();
}

}  // namespace ledgerstone
