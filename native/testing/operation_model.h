// The naive target of operations: a sorted map for each space, whole copies of them for views, and
// a list of what was written for conflicts.
//
// 1. It knows nothing of files, lanes or time other than what the operations say.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "testing/run_history.h"

namespace ledgerstone {

class OperationModel final : public OperationTarget {
 public:
  void Begin(Outcome*) override {}
  void Do(const StoreOperation& operation, Outcome* outcome) override;
  void End(Outcome* outcome) override;
  uint64_t conflicts() const { return conflicts_; }
  uint64_t commits() const { return commits_; }

 private:
  struct Entry {
    std::optional<std::string> base;
    uint64_t expires_at = 0;  // of the base; 0: never
    std::vector<std::string> operands;
  };
  struct Space {
    std::map<std::string, Entry> entries;
    uint64_t drops = 0;
  };
  using State = std::array<Space, kOperationSpaces>;
  // A key when both bounds are the same and included.
  struct Range {
    uint8_t space = 0;
    std::string lower;  // empty ones are open
    std::string upper;
    bool lower_exclusive = false;
    bool upper_exclusive = false;
  };
  struct Written {
    uint8_t space = 0;
    std::string begin;
    std::string end;  // not included; open when empty
    bool whole_range = false;
  };
  struct View {
    State state;
    bool is_transaction = false;
    size_t written_before = 0;
    std::vector<Range> reads;
  };

  static std::optional<std::string> ValueOf(const Entry& entry, MergeOperator merge, uint64_t now);
  static bool Contains(const Range& range, const std::string& key);
  static bool Touches(const Range& read, const Written& written);

  // Null when the view says nothing about the space: it was dropped since.
  const State* StateOf(const StoreOperation& operation) const;
  void NoteRead(uint8_t view, Range range);
  void Apply(const OperationEntry& entry);
  void Get(const StoreOperation& operation, Outcome* outcome);
  void Scan(const StoreOperation& operation, Outcome* outcome);
  void Commit(const StoreOperation& operation, Outcome* outcome);
  bool Conflicts(const View& view) const;
  void Ingest(const StoreOperation& operation, Outcome* outcome);

  State newest_;
  std::array<std::optional<View>, kOperationViews + 1> views_;
  std::vector<Written> written_;
  uint64_t now_ = 0;
  size_t ingested_before_ = 0;  // of written_
  uint64_t conflicts_ = 0;
  uint64_t commits_ = 0;
};

}  // namespace ledgerstone
