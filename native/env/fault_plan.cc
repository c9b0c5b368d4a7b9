#include "env/fault_plan.h"

#include <algorithm>
#include <cerrno>

#include "base/checks.h"
#include "env/path_name.h"

namespace ledgerstone {
namespace {

bool Matches(const Fault& fault, const DiskOperation& operation) {
  if (fault.only_kind && *fault.only_kind != operation.kind) return false;
  return fault.only_file_kind.empty() ||
         fault.only_file_kind == FileKindText(operation.kind, operation.path);
}

FaultDecision Outcome(const Fault& fault, const DiskOperation& operation) {
  FaultDecision decision;
  decision.error = fault.kind == FaultKind::kNoSpace ? ENOSPC : EIO;
  decision.crash = fault.kind == FaultKind::kCrash;
  decision.apply = fault.partly;
  if (operation.kind == DiskOperationKind::kAppend) {
    decision.shortened = true;
    decision.bytes = std::min(fault.bytes.value_or(operation.bytes / 2), operation.bytes);
  }
  return decision;
}

}  // namespace

Slice DiskOperationName(DiskOperationKind kind) {
  switch (kind) {
    case DiskOperationKind::kCreate: return "create";
    case DiskOperationKind::kOpenAppend: return "append-to";
    case DiskOperationKind::kOpenRead: return "open";
    case DiskOperationKind::kRead: return "read";
    case DiskOperationKind::kAppend: return "append";
    case DiskOperationKind::kWriteback: return "writeback";
    case DiskOperationKind::kSync: return "sync";
    case DiskOperationKind::kExtend: return "extend";
    case DiskOperationKind::kTrim: return "trim";
    case DiskOperationKind::kClose: return "close";
    case DiskOperationKind::kExists: return "exists";
    case DiskOperationKind::kSize: return "size";
    case DiskOperationKind::kTruncate: return "truncate";
    case DiskOperationKind::kRename: return "rename";
    case DiskOperationKind::kLink: return "link";
    case DiskOperationKind::kRemove: return "remove";
    case DiskOperationKind::kCreateDirectory: return "mkdir";
    case DiskOperationKind::kRemoveDirectory: return "rmdir";
    case DiskOperationKind::kList: return "list";
    case DiskOperationKind::kSyncDirectory: return "sync-dir";
    case DiskOperationKind::kLock: return "lock";
  }
  return "invalid";
}

bool ChangesDisk(DiskOperationKind kind) {
  switch (kind) {
    case DiskOperationKind::kOpenAppend:
    case DiskOperationKind::kOpenRead:
    case DiskOperationKind::kRead:
    case DiskOperationKind::kClose:
    case DiskOperationKind::kExists:
    case DiskOperationKind::kSize:
    case DiskOperationKind::kList: return false;
    default: return true;
  }
}

std::string FileKindText(DiskOperationKind kind, Slice path) {
  if (kind == DiskOperationKind::kCreateDirectory ||
      kind == DiskOperationKind::kRemoveDirectory || kind == DiskOperationKind::kList ||
      kind == DiskOperationKind::kSyncDirectory) {
    return "directory";
  }
  const std::string name = BaseName(path);
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string DiskOperation::Text() const {
  std::string text = std::to_string(index);
  text += " ";
  text += DiskOperationName(kind);
  text += " " + BaseName(path);
  if (bytes != 0) text += " " + std::to_string(bytes);
  return text;
}

FaultPlan::FaultPlan(std::vector<Fault> faults) {
  for (Fault& fault : faults) faults_.push_back({std::move(fault), 0});
}

FaultDecision FaultPlan::Decide(const DiskOperation& operation) {
  const Fault* picked = nullptr;
  for (Armed& armed : faults_) {
    if (!Matches(armed.fault, operation)) continue;
    const uint64_t number = armed.seen++;
    const bool hit = armed.fault.from_then_on ? number >= armed.fault.operation
                                              : number == armed.fault.operation;
    if (hit && picked == nullptr) picked = &armed.fault;
  }
  if (picked == nullptr) return {};
  ++fired_;
  const FaultDecision decision = Outcome(*picked, operation);
  LS_CHECK(decision.error != 0);
  return decision;
}

}  // namespace ledgerstone
