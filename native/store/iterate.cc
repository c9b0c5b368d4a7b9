// Range iterators: memtables and tables merged; of each key what its versions come to
// (key_versions.h).
//
// An iterator goes one way for life, which keeps both ways simple:
//   forward   versions of a key come newest first; the rest is skipped once they settle it
//   reverse   they come oldest first, and are kept until the last one is read
// After some keys in a row that a range delete erased, the sources pass over what it erases beyond.
#include "base/merging_iterator.h"
#include "store/key_versions.h"
#include "store/store_impl.h"

namespace ledgerstone {
namespace {

constexpr uint32_t kScanReadaheadBytes = 256u << 10;
constexpr int kErasedKeysBeforeSkip = 8;

std::unique_ptr<Iterator> MakeRangeIterator(std::shared_ptr<const ReadView> view,
                                            const NamespaceView* shown,
                                            const std::atomic<bool>* closed, Env* env,
                                            Sequence sequence, const IterateOptions& options,
                                            Tier tier);

class RangeIterator : public Iterator {
 public:
  RangeIterator(std::shared_ptr<const ReadView> view, const NamespaceView* shown,
                const std::atomic<bool>* closed, Env* env, std::unique_ptr<InternalIterator> source,
                Sequence sequence, IterateOptions options)
      : view_(std::move(view)),
        shown_(shown),
        closed_(closed),
        source_(std::move(source)),
        sequence_(sequence),
        options_(std::move(options)),
        erased_(shown == nullptr ? ErasedRanges() : ErasedRanges(shown->memtables, shown->tree)),
        env_(env),
        versions_(shown == nullptr ? MergeOperator::kNone : shown->merge, env) {}

  bool Valid() const override { return valid_; }
  Status status() const override { return status_; }
  std::unique_ptr<Iterator> Resume(Tier tier) override {
    IterateOptions rest = options_;
    if (!passed_.empty()) (options_.reverse ? rest.upper : rest.lower) = {passed_, false, true};
    return MakeRangeIterator(view_, shown_, closed_, env_, sequence_, rest, tier);
  }

 protected:
  bool Visible() const { return TrailerSequence(TrailerOf(source_->key())) <= sequence_; }
  void StartKey(Slice user_key) {
    erasing_ = erased_.empty() ? nullptr : erased_.Newest(user_key, sequence_);
    versions_.Start(erasing_ == nullptr ? 0 : erasing_->sequence);
  }
  // Of a key that is passed; `newest` is its newest version that the reader may see.
  void SkipErased(Sequence newest, bool forward) {
    if (erasing_ == nullptr || newest >= erasing_->sequence) return;
    if (++erased_keys_ < kErasedKeysBeforeSkip || !source_->Valid()) return;
    source_->SkipErased(InRange(*erasing_), forward);
  }
  // As far as the bounds go.
  RangeTombstone InRange(RangeTombstone tombstone) const {
    const IterateOptions::Bound& lower = options_.lower;
    const IterateOptions::Bound& upper = options_.upper;
    if (lower.set && CompareUserKeys(tombstone.begin, lower.key) < 0) tombstone.begin = lower.key;
    const bool ends_later = tombstone.end.empty() || CompareUserKeys(upper.key, tombstone.end) < 0;
    if (upper.set && ends_later) tombstone.end = upper.key;
    return tombstone;
  }
  void FoundKey() {
    valid_ = true;
    erased_keys_ = 0;
  }
  // Of a key whose versions are all added. False when merging them failed.
  bool Merged() {
    if (!versions_.merges()) return true;
    status_ = versions_.Merge(&merged_);
    return status_.ok();
  }
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
  const ErasedRanges erased_;
  Env* const env_;
  KeyVersions versions_;
  const RangeTombstone* erasing_ = nullptr;  // the newest over the key being read
  int erased_keys_ = 0;                      // since one was found
  std::string merged_;                       // the value, where it was made by merging
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
  Slice key() const override { return key_made_ ? Slice(key_) : UserKeyOf(source_->key()); }
  Slice value() const override { return key_made_ ? Slice(merged_) : versions_.base(); }

 private:
  bool PastUpper(Slice user_key) const {
    if (!options_.upper.set) return false;
    const int order = CompareUserKeys(user_key, options_.upper.key);
    return order > 0 || (order == 0 && !options_.upper.inclusive);
  }
  // Moves past every version of the current key.
  void SkipKey() {
    passed_.assign(key());
    key_made_ = false;
    while (source_->Valid() && UserKeyOf(source_->key()) == passed_) source_->Next();
  }
  void FindVisible() {
    valid_ = false;
    while (SourceValid()) {
      if (PastUpper(UserKeyOf(source_->key()))) return;
      if (!Visible()) {
        source_->Next();
        continue;
      }
      StartKey(UserKeyOf(source_->key()));
      const uint64_t trailer = TrailerOf(source_->key());
      if (!versions_.Add(TrailerSequence(trailer), TrailerKind(trailer), source_->value())) {
        if (MergeOlder()) FoundKey();
        return;
      }
      if (versions_.found()) return FoundKey();
      SkipKey();
      SkipErased(TrailerSequence(trailer), true);
    }
  }
  // The newest version is an operand: takes the older ones it stands on, and leaves the source past
  // what it read. False when that failed.
  bool MergeOlder() {
    key_.assign(UserKeyOf(source_->key()));
    std::string base;
    for (source_->Next(); source_->Valid() && UserKeyOf(source_->key()) == key_; source_->Next()) {
      const uint64_t trailer = TrailerOf(source_->key());
      base.assign(source_->value());
      if (versions_.Add(TrailerSequence(trailer), TrailerKind(trailer), base)) break;
    }
    if (!source_->Valid() && !source_->status().ok()) {
      status_ = source_->status();
      return false;
    }
    key_made_ = true;
    return Merged();
  }

  std::string key_;
  bool key_made_ = false;  // key_ and merged_ hold the entry; the source may be past it
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
  Slice value() const override { return versions_.merges() ? Slice(merged_) : versions_.base(); }

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
      oldest_first_.clear();
      do {
        if (Visible()) KeepVersion();
        source_->Prev();
      } while (source_->Valid() && UserKeyOf(source_->key()) == key_);
      if (!source_->Valid() && !source_->status().ok()) {
        status_ = source_->status();
        return;
      }
      if (!Settle()) return;
      if (versions_.found()) return FoundKey();
      passed_.assign(key_);
      if (!oldest_first_.empty()) SkipErased(TrailerSequence(oldest_first_.back().first), false);
    }
  }
  // What lies below a version that settles the key is of no use.
  void KeepVersion() {
    const uint64_t trailer = TrailerOf(source_->key());
    if (TrailerKind(trailer) != EntryKind::kMerge) oldest_first_.clear();
    oldest_first_.emplace_back(trailer, source_->value());
  }
  bool Settle() {
    StartKey(key_);
    for (auto at = oldest_first_.rbegin(); at != oldest_first_.rend(); ++at) {
      if (versions_.Add(TrailerSequence(at->first), TrailerKind(at->first), at->second)) break;
    }
    return Merged();
  }

  std::string key_;
  std::vector<std::pair<uint64_t, std::string>> oldest_first_;  // trailers and values of key_
};

std::unique_ptr<Iterator> MakeRangeIterator(std::shared_ptr<const ReadView> view,
                                            const NamespaceView* shown,
                                            const std::atomic<bool>* closed, Env* env,
                                            Sequence sequence, const IterateOptions& options,
                                            Tier tier) {
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
    return std::make_unique<ReverseIterator>(std::move(view), shown, closed, env, std::move(source),
                                             sequence, options);
  }
  return std::make_unique<ForwardIterator>(std::move(view), shown, closed, env, std::move(source),
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
  *iterator = MakeRangeIterator(std::move(view), shown, &closed_, env_, sequence, options, tier);
  return Status::Ok();
}

}  // namespace ledgerstone
