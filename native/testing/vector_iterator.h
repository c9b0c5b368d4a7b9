// An internal iterator over a sorted vector: the model that other iterators are held against, and a
// stand-in for a memtable. It can be made to fail on the move that reaches one entry.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/internal_iterator.h"
#include "base/internal_key.h"

namespace ledgerstone {

struct InternalEntry {
  std::string key;  // internal
  std::string value;
  bool operator==(const InternalEntry&) const = default;
};

inline bool EntryBefore(const InternalEntry& a, const InternalEntry& b) {
  return CompareInternalKeys(a.key, b.key) < 0;
}

inline std::string MakeKey(Slice user_key, Sequence sequence, EntryKind kind = EntryKind::kPut) {
  std::string key;
  AppendInternalKey(&key, user_key, MakeTrailer(sequence, kind));
  return key;
}

class VectorIterator final : public InternalIterator {
 public:
  static constexpr size_t kNever = ~size_t{0};

  explicit VectorIterator(std::vector<InternalEntry> entries, size_t fail_at = kNever)
      : entries_(std::move(entries)), fail_at_(fail_at), at_(entries_.size()) {}
  bool Valid() const override { return status_.ok() && at_ < entries_.size(); }
  void SeekToFirst() override { Move(0); }
  void SeekToLast() override { Move(entries_.empty() ? 0 : entries_.size() - 1); }
  void Seek(Slice key) override {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(),
                                        InternalEntry{std::string(key), {}}, EntryBefore);
    Move(static_cast<size_t>(found - entries_.begin()));
  }
  void Next() override { Move(at_ + 1); }
  void Prev() override { Move(at_ == 0 ? entries_.size() : at_ - 1); }
  Slice key() const override { return entries_[at_].key; }
  Slice value() const override { return entries_[at_].value; }
  Status status() const override { return status_; }

 private:
  void Move(size_t to) {
    at_ = to;
    status_ = to == fail_at_ ? Status(StatusCode::kIoError, "planted") : Status::Ok();
  }

  const std::vector<InternalEntry> entries_;
  const size_t fail_at_;
  size_t at_;
  Status status_;
};

}  // namespace ledgerstone
