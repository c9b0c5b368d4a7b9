// Which operations of the simulated environment fail, and how.
//
// 1. A fault picks by number among the operations it matches, counted from zero since the plan was
//    made. A fault that matches every operation picks by the number the trace shows, when the plan
//    is set on a fresh or restored environment.
// 2. The first fault that picks an operation decides; each fault counts on its own.
// 3. `partly` is what makes outcomes unknown: an append writes some of its bytes, anything else is
//    done in full, and the caller hears of a failure all the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/slice.h"

namespace ledgerstone {

enum class DiskOperationKind : uint8_t {
  kCreate,
  kOpenAppend,
  kOpenRead,
  kRead,
  kAppend,
  kWriteback,
  kSync,
  kExtend,
  kTrim,
  kClose,
  kExists,
  kSize,
  kTruncate,
  kRename,
  kLink,
  kRemove,
  kCreateDirectory,
  kRemoveDirectory,
  kList,
  kSyncDirectory,
  kLock,
};

// "append", "sync-dir", …
Slice DiskOperationName(DiskOperationKind kind);
// False for what only looks; a crash before such an operation is a crash before the next.
bool ChangesDisk(DiskOperationKind kind);
// "wal" for 000002.wal, "CURRENT" for a name without an extension, "directory" for a directory.
std::string FileKindText(DiskOperationKind kind, Slice path);

struct DiskOperation {
  uint64_t index = 0;
  DiskOperationKind kind = DiskOperationKind::kCreate;
  std::string path = {};
  uint64_t bytes = 0;

  // "12 append 000002.wal 120"
  std::string Text() const;
};

enum class FaultKind : uint8_t {
  kIoError,  // EIO
  kNoSpace,  // ENOSPC
  kCrash,    // the process dies here: this operation and every later one fails
};

struct Fault {
  uint64_t operation = 0;
  FaultKind kind = FaultKind::kIoError;
  bool from_then_on = false;
  bool partly = false;
  // How many bytes a partly done append writes; half of them when not set.
  std::optional<uint64_t> bytes = {};
  // What the fault matches; everything when not set.
  std::optional<DiskOperationKind> only_kind = {};
  std::string only_file_kind = {};

  static Fault CrashAt(uint64_t operation) { return {operation, FaultKind::kCrash}; }
  static Fault ErrorAt(uint64_t operation) { return {operation, FaultKind::kIoError}; }
};

struct FaultDecision {
  int error = 0;      // errno value to fail with; 0 to go on
  bool apply = true;  // whether the operation takes effect
  bool crash = false;
  bool shortened = false;  // an append writes `bytes` only
  uint64_t bytes = 0;
};

class FaultPlan {
 public:
  FaultPlan() = default;
  explicit FaultPlan(std::vector<Fault> faults);
  explicit FaultPlan(Fault fault) : FaultPlan(std::vector<Fault>{std::move(fault)}) {}

  FaultDecision Decide(const DiskOperation& operation);
  // How many operations were made to fail.
  uint64_t fired() const { return fired_; }

 private:
  struct Armed {
    Fault fault;
    uint64_t seen = 0;
  };
  std::vector<Armed> faults_;
  uint64_t fired_ = 0;
};

}  // namespace ledgerstone
