// Decides, entry by entry in internal order, what a merge writes: leaves out what no reader can see
// any more, folds merge operands into values, turns what has expired into tombstones. Pure but for
// the question whether older data of a key lies deeper.
//
// The snapshots cut a key's history into stripes; entries of one stripe are seen by the same
// snapshots. What is newer than the last snapshot is not visible yet, may become so one by one, and
// goes through as it is. Otherwise
//   1. an entry is left out if a newer one of its stripe settles the key (a put or a delete), or a
//      range tombstone of its stripe or below its snapshot erases it;
//   2. a tombstone is left out if every snapshot sees it and nothing older of the key lies deeper;
//   3. operands of one stripe become one value where what they stand on is known (a put, a delete,
//      an erasing range tombstone, or the bottom), one operand where operands combine, and stay as
//      they are where merging fails or the value below them expires.
// What is made takes the place and the sequence of the newest entry it is made of.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/checks.h"
#include "base/internal_key.h"
#include "base/merge_operator.h"
#include "base/range_tombstones.h"

namespace ledgerstone {

struct EntryRules {
  // Rising; the last is the newest visible sequence, or the floor above which every state of the
  // past can still be asked for. None at all: everything stays.
  std::vector<Sequence> snapshots;
  std::vector<RangeTombstone> range_tombstones;
  MergeOperator merge = MergeOperator::kNone;
  uint64_t now_millis = 0;  // for expiry; 0: nothing expires

  // Up to which range tombstone what is written holds nothing erased any more.
  Sequence ClearedSequence() const {
    Sequence newest = 0;
    for (const RangeTombstone& tombstone : range_tombstones)
      newest = std::max(newest, tombstone.sequence);
    return snapshots.empty() ? 0 : std::min(newest, snapshots.front());
  }
};

// Operands of one key and stripe that wait for what they stand on.
class PendingOperands {
 public:
  explicit PendingOperands(MergeOperator merge) : merge_(merge) {}

  bool empty() const { return entries_.empty(); }
  size_t stripe() const { return stripe_; }
  void Clear() { entries_.clear(); }
  // Newest first. False: it can't be folded; the operand was not taken.
  bool Take(size_t stripe, uint64_t trailer, Slice operand);
  // The value on `base`; false when merging fails.
  bool Fold(std::optional<Slice> base, std::string* value) const;
  uint64_t NewestTrailer(EntryKind kind) const {
    return MakeTrailer(TrailerSequence(entries_.front().first), kind);
  }
  const std::vector<std::pair<uint64_t, std::string>>& entries() const { return entries_; }

 private:
  const MergeOperator merge_;
  size_t stripe_ = 0;
  std::vector<std::pair<uint64_t, std::string>> entries_;
};

// IsBottom: bool(Slice user_key); true when nothing older of the key lies deeper.
// Sink: Status(Slice user_key, uint64_t trailer, Slice value).
template <typename IsBottom, typename Sink>
class EntryFilter {
 public:
  // `rules` outlive the filter.
  EntryFilter(const EntryRules& rules, IsBottom is_bottom, Sink sink)
      : rules_(rules),
        is_bottom_(std::move(is_bottom)),
        sink_(std::move(sink)),
        pending_(rules.merge) {
    LS_CHECK(std::is_sorted(rules_.snapshots.begin(), rules_.snapshots.end()));
    if (rules_.range_tombstones.empty()) return;
    for (const Sequence snapshot : rules_.snapshots) {
      std::vector<RangeTombstone> seen;
      for (const RangeTombstone& tombstone : rules_.range_tombstones) {
        if (tombstone.sequence <= snapshot) seen.push_back(tombstone);
      }
      erased_.push_back(std::make_shared<const RangeTombstones>(std::move(seen)));
    }
  }

  // The range tombstone that erased the entry added last for every reader there is or will be, so
  // that all it erases need not be added; nullptr when there is none.
  const RangeTombstone* erased_by() const { return erased_by_; }

  Status Add(Slice user_key, uint64_t trailer, Slice value) {
    erased_by_ = nullptr;
    if (!any_ || user_key != user_key_) {
      LS_RETURN_IF_ERROR(EndKey());
      user_key_.assign(user_key);
      any_ = true;
      settled_ = kNoStripe;
      folding_ = rules_.merge != MergeOperator::kNone;
    }
    const size_t stripe = StripeOf(TrailerSequence(trailer));
    if (!pending_.empty() && pending_.stripe() != stripe) LS_RETURN_IF_ERROR(EmitPending());
    if (stripe == rules_.snapshots.size()) return sink_(user_key_, trailer, value);
    if (Expired(trailer, value)) {
      trailer = MakeTrailer(TrailerSequence(trailer), EntryKind::kDelete);
      value = {};
    }
    if (settled_ == stripe) return Status::Ok();
    const RangeTombstone* const erasing = Erasing(stripe, TrailerSequence(trailer));
    if (erasing != nullptr) {
      settled_ = stripe;
      if (stripe == 0) erased_by_ = erasing;
      return EmitFolded(std::nullopt);
    }
    return AddSeen(stripe, trailer, value);
  }
  Status Finish() { return EndKey(); }

 private:
  static constexpr size_t kNoStripe = SIZE_MAX;

  size_t StripeOf(Sequence sequence) const {
    const auto& snapshots = rules_.snapshots;
    return static_cast<size_t>(std::lower_bound(snapshots.begin(), snapshots.end(), sequence) -
                               snapshots.begin());
  }
  bool Expired(uint64_t trailer, Slice value) const {
    return TrailerKind(trailer) == EntryKind::kPutExpiring && value.size() >= kExpirySize &&
           DecodeFixed64(value.data()) <= rules_.now_millis;
  }
  const RangeTombstone* Erasing(size_t stripe, Sequence sequence) const {
    if (erased_.empty()) return nullptr;
    const RangeTombstone* const newest =
        erased_[stripe]->Newest(user_key_, rules_.snapshots[stripe]);
    return newest != nullptr && newest->sequence > sequence ? newest : nullptr;
  }

  Status AddSeen(size_t stripe, uint64_t trailer, Slice value) {
    const EntryKind kind = TrailerKind(trailer);
    if (kind == EntryKind::kMerge) {
      if (folding_ && pending_.Take(stripe, trailer, value)) return Status::Ok();
      folding_ = false;
      LS_RETURN_IF_ERROR(EmitPending());
      return sink_(user_key_, trailer, value);
    }
    settled_ = stripe;
    if (!pending_.empty()) {
      if (kind != EntryKind::kPutExpiring) {
        std::string folded;
        const auto base = kind == EntryKind::kPut ? std::optional(value) : std::nullopt;
        if (pending_.Fold(base, &folded)) return EmitValue(folded);
      }
      LS_RETURN_IF_ERROR(EmitPending());
    } else if (kind == EntryKind::kDelete && stripe == 0 && is_bottom_(Slice(user_key_))) {
      return Status::Ok();
    }
    return sink_(user_key_, trailer, value);
  }

  Status EndKey() {
    if (pending_.empty()) return Status::Ok();
    return is_bottom_(Slice(user_key_)) ? EmitFolded(std::nullopt) : EmitPending();
  }
  Status EmitFolded(std::optional<Slice> base) {
    if (pending_.empty()) return Status::Ok();
    std::string folded;
    return pending_.Fold(base, &folded) ? EmitValue(folded) : EmitPending();
  }
  Status EmitValue(Slice value) {
    const uint64_t trailer = pending_.NewestTrailer(EntryKind::kPut);
    pending_.Clear();
    return sink_(user_key_, trailer, value);
  }
  Status EmitPending() {
    for (const auto& [trailer, operand] : pending_.entries())
      LS_RETURN_IF_ERROR(sink_(user_key_, trailer, operand));
    pending_.Clear();
    return Status::Ok();
  }

  const EntryRules& rules_;
  IsBottom is_bottom_;
  Sink sink_;
  std::vector<RangeTombstonesPtr> erased_;  // by stripe: those its snapshot sees
  const RangeTombstone* erased_by_ = nullptr;
  PendingOperands pending_;
  bool any_ = false;
  std::string user_key_;
  size_t settled_ = kNoStripe;  // the stripe that a newer entry settled
  bool folding_ = false;
};

}  // namespace ledgerstone
