// What a program may do with a store, as data: lists of these run under many option sets and
// against a model, and whatever they are told must be the same everywhere.
//
// 1. A list makes sense with any of its operations left out, so that it can be shrunk: an empty
//    view is the newest state, a commit without its beginning has read nothing.
// 2. Keys, values and operands are functions of the numbers here; every value has its own number.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ledgerstone/options.h"

namespace ledgerstone {

inline constexpr uint8_t kOperationSpaces = 3;
inline constexpr uint8_t kOperationViews = 6;       // 1 … 6; 0 is the newest state
inline constexpr uint16_t kOpenBound = UINT16_MAX;  // in place of a key's number

enum class EntryAction : uint8_t { kPut, kDelete, kMerge, kPutExpiring, kDeleteRange };

struct OperationEntry {
  EntryAction action = EntryAction::kPut;
  uint8_t space = 0;
  bool begins_batch = false;  // what stands before it is a batch of its own
  uint16_t key = 0;
  uint16_t end = 0;  // of a range delete
  uint16_t padding = 0;
  uint16_t expires_in = 0;  // milliseconds
  uint32_t number = 0;
  bool operator==(const OperationEntry&) const = default;
};

enum class OperationKind : uint8_t {
  kWrite,     // `entries`; several batches are queued together
  kGet,       // `lower` is the key
  kScan,      // `lower` to `upper`, at most `amount` entries if that is not 0
  kEstimate,  // the number of keys, held against what was written
  kSnapshot,  // taken into `view`
  kBegin,     // a transaction, into `view`; reads of the view are its reads
  kRelease,   // of `view`
  kCommit,    // `entries`, if what was read in `view` still holds
  kIngest,    // the entries' keys are put; the last of a key counts
  kWork,      // `amount` background jobs run
  kTime,      // `amount` milliseconds pass
  kFlush,
  kCompact,  // `space` from `lower` to `upper`; every space when it is kOperationSpaces
  kDrop,     // `space` is dropped and made anew
  kReopen,
  kKill,  // `entries` are written, the process ends, the store is opened again
};
inline constexpr size_t kOperationKinds = 16;

struct StoreOperation {
  OperationKind kind = OperationKind::kWrite;
  uint8_t space = 0;
  uint8_t view = 0;
  Durability durability = Durability::kMemory;
  uint16_t lower = kOpenBound;
  uint16_t upper = kOpenBound;
  bool lower_exclusive = false;
  bool upper_exclusive = false;
  bool reverse = false;
  bool memory_first = false;  // asks memory, then the disk
  uint16_t pause = 0;         // background jobs in the middle of a scan
  uint16_t amount = 0;
  std::vector<OperationEntry> entries;
  bool operator==(const StoreOperation&) const = default;
};
using OperationList = std::vector<StoreOperation>;

std::string SpaceName(uint8_t space);
MergeOperator SpaceMerge(uint8_t space);
// Of several lengths, with zeros and high bytes among them.
std::string KeyText(uint16_t key);
std::string ValueText(const OperationEntry& entry);
std::string OperandText(const OperationEntry& entry);
// The bounds of a range of keys in order; empty ones are open.
std::pair<std::string, std::string> KeyBounds(uint16_t begin, uint16_t end);
// The same, of at least one key.
std::pair<std::string, std::string> ErasedBounds(const OperationEntry& entry);

std::string OperationText(const StoreOperation& operation);
// A line for each.
std::string ListText(const OperationList& list);

}  // namespace ledgerstone
