#include "testing/operation_generator.h"

#include <array>

#include "base/random.h"

namespace ledgerstone {
namespace {

// Of a thousand, in the order of OperationKind.
constexpr std::array<uint64_t, kOperationKinds> kWeights = {430, 330, 40, 8, 12, 20, 8, 22,
                                                            4,   80,  10, 8, 5,  3,  2, 3};
// In the order of EntryAction.
constexpr std::array<uint64_t, 5> kActionWeights = {42, 20, 20, 15, 3};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {
    kinds_ = kWeights;
    for (size_t kind = 2; kind < kOperationKinds; ++kind) kinds_[kind] *= Temper();
    actions_ = kActionWeights;
    for (size_t action = 1; action < actions_.size(); ++action) actions_[action] *= Temper();
    constexpr std::array<uint16_t, 4> kKeyCounts = {12, 60, 300, 300};
    keys_ = kKeyCounts.at(random_.Below(kKeyCounts.size()));
    constexpr std::array<uint16_t, 4> kPaddings = {4, 60, 120, 400};
    padding_max_ = kPaddings.at(random_.Below(kPaddings.size()));
  }

  StoreOperation Next() {
    StoreOperation operation;
    operation.kind = static_cast<OperationKind>(Draw(kinds_));
    Fill(&operation);
    return operation;
  }

 private:
  uint64_t Temper() {
    constexpr std::array<uint64_t, 5> kTempers = {0, 1, 1, 1, 4};
    return kTempers.at(random_.Below(kTempers.size()));
  }
  template <size_t size>
  size_t Draw(const std::array<uint64_t, size>& weights) {
    uint64_t total = 0;
    for (const uint64_t weight : weights) total += weight;
    uint64_t left = random_.Below(total);
    size_t drawn = 0;
    while (left >= weights.at(drawn)) left -= weights.at(drawn++);
    return drawn;
  }
  uint16_t Small(uint64_t bound) { return static_cast<uint16_t>(random_.Below(bound)); }
  // Half of them are a few keys, so that versions pile up.
  uint16_t Key() { return random_.OneIn(2) ? Small(8) : Small(keys_); }
  uint16_t Bound() { return random_.OneIn(8) ? kOpenBound : Key(); }
  uint8_t Space() { return static_cast<uint8_t>(random_.Below(kOperationSpaces)); }
  uint8_t SomeView() { return static_cast<uint8_t>(1 + random_.Below(kOperationViews)); }

  void AddEntries(uint64_t count, StoreOperation* operation) {
    for (uint64_t i = 0; i < count; ++i) {
      OperationEntry entry;
      entry.action = static_cast<EntryAction>(Draw(actions_));
      entry.space = Space();
      entry.begins_batch = i > 0 && random_.OneIn(3);
      entry.key = entry.action == EntryAction::kDeleteRange ? Bound() : Key();
      entry.end = entry.action == EntryAction::kDeleteRange ? Bound() : uint16_t{0};
      entry.padding = Small(padding_max_);
      entry.expires_in = Small(200);
      entry.number = ++numbers_;
      operation->entries.push_back(entry);
    }
  }
  void FillIngest(StoreOperation* operation) {
    operation->space = Space();
    const uint64_t count = random_.Below(60);
    const uint64_t from = random_.Below(keys_);
    for (uint64_t i = 0; i < count; ++i) {
      OperationEntry entry;
      entry.space = operation->space;
      entry.key = static_cast<uint16_t>(from + random_.Below(80));
      entry.padding = Small(padding_max_);
      entry.number = ++numbers_;
      operation->entries.push_back(entry);
    }
  }
  void FillRead(StoreOperation* operation) {
    operation->space = Space();
    operation->view = random_.OneIn(2) ? uint8_t{0} : SomeView();
    operation->memory_first = random_.OneIn(3);
    operation->lower = operation->kind == OperationKind::kGet ? Key() : Bound();
    if (operation->kind == OperationKind::kGet) return;
    FillRange(operation);
    operation->reverse = random_.OneIn(2);
    if (random_.OneIn(2)) operation->amount = static_cast<uint16_t>(1 + random_.Below(20));
    if (random_.OneIn(3)) operation->pause = static_cast<uint16_t>(1 + random_.Below(10));
  }
  void FillRange(StoreOperation* operation) {
    operation->lower = Bound();
    operation->upper = Bound();
    operation->lower_exclusive = random_.OneIn(2);
    operation->upper_exclusive = random_.OneIn(2);
  }
  void Fill(StoreOperation* operation) {
    switch (operation->kind) {
      case OperationKind::kWrite:
        operation->durability = static_cast<Durability>(random_.Below(3));
        return AddEntries(random_.OneIn(8) ? 1 + random_.Below(12) : 1, operation);
      case OperationKind::kKill:
        operation->durability = random_.OneIn(2) ? Durability::kOs : Durability::kDisk;
        return AddEntries(1, operation);
      case OperationKind::kCommit:
        operation->view = SomeView();
        operation->durability = static_cast<Durability>(random_.Below(3));
        return AddEntries(random_.Below(4), operation);
      case OperationKind::kGet:
      case OperationKind::kScan:
        return FillRead(operation);
      case OperationKind::kSnapshot:
      case OperationKind::kBegin:
      case OperationKind::kRelease:
        operation->view = SomeView();
        return;
      case OperationKind::kIngest:
        return FillIngest(operation);
      case OperationKind::kWork:
        operation->amount = static_cast<uint16_t>(1 + random_.Below(3));
        return;
      case OperationKind::kTime:
        operation->amount = static_cast<uint16_t>(1 + random_.Below(60));
        return;
      case OperationKind::kCompact:
        operation->space = static_cast<uint8_t>(random_.Below(kOperationSpaces + 1));
        return FillRange(operation);
      case OperationKind::kEstimate:
      case OperationKind::kDrop:
        operation->space = Space();
        return;
      case OperationKind::kFlush:
      case OperationKind::kReopen:
        return;
    }
  }

  Random random_;
  std::array<uint64_t, kOperationKinds> kinds_{};
  std::array<uint64_t, 5> actions_{};
  uint16_t keys_ = 0;
  uint16_t padding_max_ = 0;
  uint32_t numbers_ = 0;
};

}  // namespace

OperationList GenerateOperations(uint64_t seed, size_t length) {
  Generator generator(seed);
  OperationList list;
  list.reserve(length);
  while (list.size() < length) list.push_back(generator.Next());
  return list;
}

}  // namespace ledgerstone
