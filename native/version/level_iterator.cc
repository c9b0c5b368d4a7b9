// Walks the tables of one sorted level one after another. At most one table's iterator exists at a
// time; a table that fails to open or to read ends the iteration with its status.
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

 private:
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
