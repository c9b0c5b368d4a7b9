// What a list of operations was told, by whoever ran it: a hash for each operation and one for the
// end; the words themselves for one operation that is to be explained.
//
// 1. Two runs of one list agree when their hashes do. What may differ between them (estimates,
//    sequences, files) is not part of an outcome.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"
#include "testing/store_operation.h"

namespace ledgerstone {

class Outcome {
 public:
  void Add(Slice part);
  void AddValue(const std::optional<std::string>& value) {
    Add(value.has_value() ? "=" : "absent");
    if (value.has_value()) Add(*value);
  }
  // A refusal for a conflict without its reason, other failures in full.
  void AddStatus(const Status& status);
  void Keep(bool keep) { keep_ = keep; }
  const std::string& text() const { return text_; }
  // Of what was added since it was last taken.
  uint64_t TakeHash();

 private:
  uint64_t hash_ = 0;
  bool keep_ = false;
  std::string text_;
};

class OperationTarget {
 public:
  virtual ~OperationTarget() = default;
  virtual void Begin(Outcome* outcome) = 0;
  virtual void Do(const StoreOperation& operation, Outcome* outcome) = 0;
  // All that is there in the end.
  virtual void End(Outcome* outcome) = 0;
};

struct RunHistory {
  std::vector<uint64_t> hashes;  // one more than there are operations
  std::string explained;
};

inline constexpr size_t kExplainNothing = SIZE_MAX;

// `explain`: the operation whose outcome is kept in words; the list's size for the end.
RunHistory RunOperations(const OperationList& list, OperationTarget* target,
                         size_t explain = kExplainNothing);
// The first operation with another outcome, the list's size for the end; nothing when they agree.
std::optional<size_t> FirstDifference(const RunHistory& one, const RunHistory& other);

}  // namespace ledgerstone
