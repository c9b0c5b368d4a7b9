#include "testing/store_operation.h"

#include <array>

#include "base/hash.h"

namespace ledgerstone {
namespace {

constexpr std::array<const char*, kOperationKinds> kKindNames = {
    "write",  "get",  "scan", "estimate", "snapshot", "begin", "release", "commit",
    "ingest", "work", "time", "flush",    "compact",  "drop",  "reopen",  "kill"};
constexpr std::array<const char*, 5> kActionNames = {"put", "delete", "merge", "put-expiring",
                                                     "delete-range"};
constexpr std::array<const char*, 3> kDurabilityNames = {"memory", "os", "disk"};

std::string SmallNumber(uint32_t number) {
  const auto value = static_cast<int64_t>(HashMix(number) % 2'000'000) - 1'000'000;
  uint64_t bits = static_cast<uint64_t>(value) ^ uint64_t { 1 } << 63;
  std::string bytes(8, '\0');
  for (size_t i = 8; i-- > 0; bits >>= 8) bytes[i] = static_cast<char>(bits & 0xff);
  return bytes;
}

std::string BoundText(uint16_t key) { return key == kOpenBound ? "open" : std::to_string(key); }

std::string EntryText(const OperationEntry& entry) {
  std::string text = std::string(kActionNames.at(static_cast<size_t>(entry.action))) + " " +
                     SpaceName(entry.space) + "/";
  if (entry.action == EntryAction::kDeleteRange)
    return text + BoundText(entry.key) + ".." + BoundText(entry.end);
  text += std::to_string(entry.key);
  if (entry.action == EntryAction::kDelete) return text;
  text += " #" + std::to_string(entry.number);
  if (entry.padding > 0) text += " +" + std::to_string(entry.padding) + " bytes";
  if (entry.action == EntryAction::kPutExpiring)
    text += " for " + std::to_string(entry.expires_in) + " ms";
  return text;
}

std::string RangeText(const StoreOperation& operation) {
  return (operation.lower_exclusive ? "(" : "[") + BoundText(operation.lower) + ".." +
         BoundText(operation.upper) + (operation.upper_exclusive ? ")" : "]");
}

std::string DetailText(const StoreOperation& operation) {
  const std::string view = operation.view == 0 ? "" : " in view " + std::to_string(operation.view);
  const std::string amount = " " + std::to_string(operation.amount);
  switch (operation.kind) {
    case OperationKind::kGet:
      return " " + SpaceName(operation.space) + "/" + BoundText(operation.lower) + view +
             (operation.memory_first ? ", memory first" : "");
    case OperationKind::kScan:
      return " " + SpaceName(operation.space) + " " + RangeText(operation) + view +
             (operation.reverse ? ", reverse" : "") +
             (operation.amount > 0 ? ", limit" + amount : "") +
             (operation.memory_first ? ", memory first" : "") +
             (operation.pause > 0 ? ", pause " + std::to_string(operation.pause) : "");
    case OperationKind::kCompact:
      return operation.space == kOperationSpaces
                 ? " all"
                 : " " + SpaceName(operation.space) + " " + RangeText(operation);
    case OperationKind::kEstimate:
    case OperationKind::kDrop:
      return " " + SpaceName(operation.space);
    case OperationKind::kWork:
    case OperationKind::kTime:
      return amount;
    case OperationKind::kWrite:
    case OperationKind::kKill:
      return std::string(" ") + kDurabilityNames.at(static_cast<size_t>(operation.durability));
    case OperationKind::kIngest:
      return " " + SpaceName(operation.space);
    default:
      return view;
  }
}

}  // namespace

std::string SpaceName(uint8_t space) { return std::string(1, static_cast<char>('a' + space)); }

MergeOperator SpaceMerge(uint8_t space) {
  constexpr std::array<MergeOperator, kOperationSpaces> kMerges = {
      MergeOperator::kAppend, MergeOperator::kAddI64, MergeOperator::kMax};
  return kMerges.at(space);
}

std::string KeyText(uint16_t key) {
  const std::string number = std::to_string(key);
  switch (key % 8) {
    case 5:
      return "k" + number + std::string(1, '\0');
    case 6:
      return "\xff\xff" + number;
    case 7:
      return "long" + std::string(40, '.') + number;
    default:
      return "k" + number;
  }
}

std::string ValueText(const OperationEntry& entry) {
  if (SpaceMerge(entry.space) == MergeOperator::kAddI64) return SmallNumber(entry.number);
  return "v" + std::to_string(entry.number) +
         std::string(entry.padding, static_cast<char>('a' + entry.number % 26));
}

std::string OperandText(const OperationEntry& entry) {
  switch (SpaceMerge(entry.space)) {
    case MergeOperator::kAddI64:
      return SmallNumber(entry.number);
    case MergeOperator::kMax:
      return "v" + std::to_string(HashMix(entry.number) % 100'000);
    default:
      return "+" + std::to_string(entry.number);
  }
}

std::pair<std::string, std::string> KeyBounds(uint16_t begin, uint16_t end) {
  std::pair<std::string, std::string> bounds;
  if (begin != kOpenBound) bounds.first = KeyText(begin);
  if (end != kOpenBound) bounds.second = KeyText(end);
  if (!bounds.first.empty() && !bounds.second.empty() && bounds.second < bounds.first)
    std::swap(bounds.first, bounds.second);
  return bounds;
}

std::pair<std::string, std::string> ErasedBounds(const OperationEntry& entry) {
  auto bounds = KeyBounds(entry.key, entry.end);
  if (!bounds.first.empty() && bounds.first == bounds.second) bounds.second.push_back('\0');
  return bounds;
}

std::string OperationText(const StoreOperation& operation) {
  std::string text = kKindNames.at(static_cast<size_t>(operation.kind)) + DetailText(operation);
  const char* separator = ": ";
  for (const OperationEntry& entry : operation.entries) {
    text += separator + EntryText(entry);
    separator = ", ";
    if (&entry != &operation.entries.back() && (&entry + 1)->begins_batch) separator = " | ";
  }
  return text;
}

std::string ListText(const OperationList& list) {
  std::string text;
  for (size_t i = 0; i < list.size(); ++i)
    text += "  " + std::to_string(i) + "  " + OperationText(list[i]) + "\n";
  return text;
}

}  // namespace ledgerstone
