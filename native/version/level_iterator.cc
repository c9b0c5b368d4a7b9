// Walks the tables of one sorted level one after another. At most one table's iterator exists at a
// time; a table that fails to open or to read ends the iteration with its status.
//
// Of a table that was written before a range tombstone, all that lies in its range is erased: once
// a few erased entries were walked over, the rest is passed over by a search, and whole tables
// unopened.
#include <algorithm>

#include "base/checks.h"
#include "version/version.h"

namespace ledgerstone {
namespace {

class LevelIterator final : public InternalIterator {
 public:
  LevelIterator(std::span<const TableFilePtr> files, const TableReadOptions& options)
      : files_(files), options_(options), at_(files.size()) {}

  bool Valid() const override { return current_ != nullptr && current_->Valid(); }
  Slice key() const override { return Current()->key(); }
  Slice value() const override { return Current()->value(); }
  Status status() const override {
    return open_status_.ok() && current_ != nullptr ? current_->status() : open_status_;
  }

  void SeekToFirst() override {
    if (Open(0)) current_->SeekToFirst();
    SkipForward();
  }

  void SeekToLast() override {
    if (Open(files_.empty() ? 0 : files_.size() - 1)) current_->SeekToLast();
    SkipBackward();
  }

  void Seek(Slice internal_key) override {
    const auto ends_before = [&](const TableFilePtr& file) {
      return CompareInternalKeys(file->meta().largest, internal_key) < 0;
    };
    const auto found = std::partition_point(files_.begin(), files_.end(), ends_before);
    if (Open(static_cast<size_t>(found - files_.begin()))) current_->Seek(internal_key);
    SkipForward();
  }

  void Next() override {
    Current()->Next();
    SkipForward();
  }

  void Prev() override {
    Current()->Prev();
    SkipBackward();
  }

  void SkipErased(const RangeTombstone& tombstone, bool forward) override {
    for (int steps = 0; Valid() && tombstone.Erases(key()); ++steps) {
      if (steps < kStepsBeforeSearch || !IsOlder(at_, tombstone)) {
        forward ? Next() : Prev();
      } else if (forward) {
        SearchForward(tombstone);
      } else {
        SearchBackward(tombstone);
      }
    }
  }

 private:
  static constexpr int kStepsBeforeSearch = 8;

  // Nothing in the table is newer than the tombstone.
  bool IsOlder(size_t index, const RangeTombstone& tombstone) const {
    return files_[index]->meta().largest_sequence < tombstone.sequence;
  }
  // Every entry of the table is erased.
  bool ErasesAll(size_t index, const RangeTombstone& tombstone) const {
    const TableMeta& meta = files_[index]->meta();
    return IsOlder(index, tombstone) && tombstone.Covers(UserKeyOf(meta.smallest)) &&
           tombstone.Covers(UserKeyOf(meta.largest));
  }
  // The current entry is erased, and its table older than the tombstone.
  void SearchForward(const RangeTombstone& tombstone) {
    if (tombstone.Covers(UserKeyOf(files_[at_]->meta().largest))) {
      size_t next = at_ + 1;
      while (next < files_.size() && ErasesAll(next, tombstone)) ++next;
      if (Open(next)) current_->SeekToFirst();
    } else {
      current_->Seek(BeforeAllOf(tombstone.end));
    }
    SkipForward();
  }
  void SearchBackward(const RangeTombstone& tombstone) {
    if (tombstone.Covers(UserKeyOf(files_[at_]->meta().smallest))) {
      size_t next = at_;
      while (next > 0 && ErasesAll(next - 1, tombstone)) --next;
      if (Open(next == 0 ? files_.size() : next - 1)) current_->SeekToLast();
    } else {
      current_->Seek(BeforeAllOf(tombstone.begin));
      if (current_->Valid()) current_->Prev();
    }
    SkipBackward();
  }
  static std::string BeforeAllOf(Slice user_key) {
    std::string key;
    AppendInternalKey(&key, user_key, MakeSeekTrailer(kSequenceMax));
    return key;
  }

  InternalIterator* Current() const {
    LS_CHECK(current_ != nullptr);
    return current_.get();
  }

  // Makes table `index` the current one; false past the level's ends and on failure.
  bool Open(size_t index) {
    open_status_ = Status::Ok();
    if (index < files_.size() && index == at_ && current_ != nullptr) return true;
    current_.reset();
    at_ = index;
    if (index >= files_.size()) return false;
    Table* table = nullptr;
    open_status_ = files_[index]->Get(options_.tier, &table);
    if (open_status_.ok()) current_ = table->NewIterator(options_);
    return current_ != nullptr;
  }

  bool AtTableEnd() const {
    return current_ != nullptr && !current_->Valid() && current_->status().ok();
  }

  void SkipForward() {
    while (AtTableEnd() && Open(at_ + 1)) current_->SeekToFirst();
  }

  void SkipBackward() {
    while (AtTableEnd() && Open(at_ == 0 ? files_.size() : at_ - 1)) current_->SeekToLast();
  }

  const std::span<const TableFilePtr> files_;
  const TableReadOptions options_;
  size_t at_;
  std::unique_ptr<InternalIterator> current_;
  Status open_status_;
};

}  // namespace

std::unique_ptr<InternalIterator> NewLevelIterator(std::span<const TableFilePtr> files,
                                                   const TableReadOptions& options) {
  return std::make_unique<LevelIterator>(files, options);
}

}  // namespace ledgerstone
