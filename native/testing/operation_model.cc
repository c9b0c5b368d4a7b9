#include "testing/operation_model.h"

#include <algorithm>

namespace ledgerstone {
namespace {

int64_t NumberOf(const std::string& bytes) {
  uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(bits ^ uint64_t{1} << 63);
}

std::string NumberBytes(int64_t number) {
  const uint64_t bits = static_cast<uint64_t>(number) ^ uint64_t { 1 } << 63;
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(bits >> shift));
  return bytes;
}

std::string Merged(MergeOperator merge, const std::string& value, const std::string& operand) {
  if (merge == MergeOperator::kAppend) return value + operand;
  if (merge == MergeOperator::kMax) return std::max(value, operand);
  return NumberBytes(NumberOf(value) + NumberOf(operand));
}

}  // namespace

std::optional<std::string> OperationModel::ValueOf(const Entry& entry, MergeOperator merge,
                                                   uint64_t now) {
  std::optional<std::string> value;
  if (entry.base.has_value() && (entry.expires_at == 0 || entry.expires_at > now))
    value = entry.base;
  for (const std::string& operand : entry.operands)
    value = value.has_value() ? Merged(merge, *value, operand) : operand;
  return value;
}

bool OperationModel::Contains(const Range& range, const std::string& key) {
  if (!range.lower.empty() && (range.lower_exclusive ? key <= range.lower : key < range.lower))
    return false;
  return range.upper.empty() || (range.upper_exclusive ? key < range.upper : key <= range.upper);
}

// A range delete counts as soon as it meets the range, whether a key can lie where it does or not.
bool OperationModel::Touches(const Range& read, const Written& written) {
  if (read.space != written.space) return false;
  if (!written.whole_range) return Contains(read, written.begin);
  const bool ends_before = !written.end.empty() && written.end <= read.lower;
  const bool begins_behind =
      !read.upper.empty() &&
      (read.upper_exclusive ? written.begin >= read.upper : written.begin > read.upper);
  return !ends_before && !begins_behind;
}

const OperationModel::State* OperationModel::StateOf(const StoreOperation& operation) const {
  const auto& view = views_.at(operation.view);
  if (operation.view == 0 || !view.has_value()) return &newest_;
  const bool is_gone = view->state.at(operation.space).drops != newest_.at(operation.space).drops;
  return is_gone ? nullptr : &view->state;
}

void OperationModel::NoteRead(uint8_t view, Range range) {
  if (views_.at(view).has_value()) views_.at(view)->reads.push_back(std::move(range));
}

void OperationModel::Apply(const OperationEntry& entry) {
  auto& entries = newest_.at(entry.space).entries;
  if (entry.action == EntryAction::kDeleteRange) {
    const auto [begin, end] = ErasedBounds(entry);
    entries.erase(entries.lower_bound(begin),
                  end.empty() ? entries.end() : entries.lower_bound(end));
    written_.push_back({entry.space, begin, end, true});
    return;
  }
  const std::string key = KeyText(entry.key);
  written_.push_back({entry.space, key, "", false});
  if (entry.action == EntryAction::kDelete) {
    entries.erase(key);
  } else if (entry.action == EntryAction::kMerge) {
    entries[key].operands.push_back(OperandText(entry));
  } else {
    const bool expires = entry.action == EntryAction::kPutExpiring;
    entries[key] = {ValueText(entry), expires ? now_ + 1 + entry.expires_in : 0, {}};
  }
}

void OperationModel::Get(const StoreOperation& operation, Outcome* outcome) {
  const State* const state = StateOf(operation);
  if (state == nullptr) return outcome->Add("gone");
  const std::string key = KeyText(operation.lower);
  NoteRead(operation.view, {operation.space, key, key});
  const auto& entries = state->at(operation.space).entries;
  const auto found = entries.find(key);
  outcome->AddValue(found == entries.end()
                        ? std::nullopt
                        : ValueOf(found->second, SpaceMerge(operation.space), now_));
}

void OperationModel::Scan(const StoreOperation& operation, Outcome* outcome) {
  const State* const state = StateOf(operation);
  if (state == nullptr) return outcome->Add("gone");
  const auto [lower, upper] = KeyBounds(operation.lower, operation.upper);
  Range range{operation.space, lower, upper, operation.lower_exclusive, operation.upper_exclusive};
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [key, entry] : state->at(operation.space).entries) {
    if (!Contains(range, key)) continue;
    const auto value = ValueOf(entry, SpaceMerge(operation.space), now_);
    if (value.has_value()) found.emplace_back(key, *value);
  }
  if (operation.reverse) std::reverse(found.begin(), found.end());
  if (operation.amount > 0 && found.size() >= operation.amount) {
    found.resize(operation.amount);
    (operation.reverse ? range.lower : range.upper) = found.back().first;
    (operation.reverse ? range.lower_exclusive : range.upper_exclusive) = false;
  }
  NoteRead(operation.view, range);
  for (const auto& [key, value] : found) {
    outcome->Add(key);
    outcome->Add(value);
  }
  outcome->Add("ok");
}

bool OperationModel::Conflicts(const View& view) const {
  if (ingested_before_ > view.written_before) return true;
  for (size_t i = view.written_before; i < written_.size(); ++i) {
    for (const Range& read : view.reads) {
      if (Touches(read, written_[i])) return true;
    }
  }
  return false;
}

void OperationModel::Commit(const StoreOperation& operation, Outcome* outcome) {
  const std::optional<View> view = std::exchange(views_.at(operation.view), std::nullopt);
  if (view.has_value() && view->is_transaction) {
    for (uint8_t space = 0; space < kOperationSpaces; ++space) {
      if (view->state.at(space).drops != newest_.at(space).drops) return outcome->Add("gone");
    }
    if (Conflicts(*view)) {
      ++conflicts_;
      return outcome->Add("conflict");
    }
    ++commits_;
  }
  for (const OperationEntry& entry : operation.entries) Apply(entry);
  outcome->Add("ok");
}

// Transactions that are open conflict with it, whatever they read.
void OperationModel::Ingest(const StoreOperation& operation, Outcome* outcome) {
  for (const OperationEntry& entry : operation.entries) Apply(entry);
  if (!operation.entries.empty()) ingested_before_ = written_.size();
  outcome->Add("ok");
}

void OperationModel::Do(const StoreOperation& operation, Outcome* outcome) {
  auto& view = views_.at(operation.view);
  switch (operation.kind) {
    case OperationKind::kWrite:
    case OperationKind::kKill:
      for (const OperationEntry& entry : operation.entries) Apply(entry);
      break;
    case OperationKind::kGet:
      return Get(operation, outcome);
    case OperationKind::kScan:
      return Scan(operation, outcome);
    case OperationKind::kSnapshot:
    case OperationKind::kBegin:
      view = View{newest_, operation.kind == OperationKind::kBegin, written_.size(), {}};
      break;
    case OperationKind::kRelease:
      view.reset();
      break;
    case OperationKind::kCommit:
      return Commit(operation, outcome);
    case OperationKind::kIngest:
      return Ingest(operation, outcome);
    case OperationKind::kTime:
      now_ += operation.amount;
      break;
    case OperationKind::kDrop:
      newest_.at(operation.space).entries.clear();
      ++newest_.at(operation.space).drops;
      break;
    case OperationKind::kEstimate:
    case OperationKind::kWork:
    case OperationKind::kFlush:
    case OperationKind::kCompact:
    case OperationKind::kReopen:
      break;
  }
  if (operation.kind == OperationKind::kReopen || operation.kind == OperationKind::kKill)
    views_.fill(std::nullopt);
  outcome->Add("ok");
}

void OperationModel::End(Outcome* outcome) {
  for (uint8_t space = 0; space < kOperationSpaces; ++space) {
    StoreOperation all;
    all.kind = OperationKind::kScan;
    all.space = space;
    Scan(all, outcome);
  }
  outcome->Add("clean");
  outcome->Add("ok");
}

}  // namespace ledgerstone
