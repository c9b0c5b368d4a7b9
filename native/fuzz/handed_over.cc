// Fuzz target: bytes that JavaScript hands over beside write batches: read sets, packed events,
// values and operands of merges. What reads as whole is spelt again and reads the same; a merge
// patch of JSON gives JSON, and patching twice changes nothing more than, where a patch has a name
// twice, the order of members.
//
//   input := kind: u8, bytes
#include "base/checks.h"
#include "base/coding.h"
#include "base/json_merge_patch.h"
#include "base/merge_operator.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "log/event_format.h"
#include "store/read_set_format.h"

namespace ledgerstone {
namespace {

IterateOptions::Bound BoundOf(const KeyRange::Bound& bound) {
  return {std::string(bound.key), bound.inclusive, bound.set};
}

void Reads(FuzzInput* input) {
  ReadSet again;
  const Slice bytes = input->Rest();
  ReadSetReader reader(bytes);
  ReadSetEntry entry;
  size_t entries = 0;
  while (reader.Next(&entry)) {
    ++entries;
    if (entry.single_key) {
      again.AddKey(entry.namespace_id, entry.range.lower.key);
    } else {
      again.AddRange(entry.namespace_id, BoundOf(entry.range.lower), BoundOf(entry.range.upper));
    }
  }
  if (!reader.whole()) return;
  const std::string spelt = again.bytes();
  ReadSetReader first(bytes);
  ReadSetReader second(spelt);
  ReadSetEntry other;
  for (; entries > 0; --entries) {
    LS_CHECK(first.Next(&entry) && second.Next(&other));
    LS_CHECK(entry.namespace_id == other.namespace_id && entry.single_key == other.single_key);
    LS_CHECK(entry.range.lower.key == other.range.lower.key);
    LS_CHECK(entry.range.upper.key == other.range.upper.key);
  }
  LS_CHECK(!second.Next(&other) && second.whole());
}

void Events(FuzzInput* input) {
  const uint32_t count = input->Byte();
  const Slice bytes = input->Rest();
  std::vector<Slice> events;
  const bool whole = log::SplitEvents(bytes, count, &events);
  LS_CHECK(whole == log::SplitEvents(bytes, count, nullptr));
  if (!whole) return;
  LS_CHECK(events.size() == count);
  std::string again;
  for (const Slice event : events) PutLengthPrefixed(&again, event);
  std::vector<Slice> others;
  LS_CHECK(log::SplitEvents(again, count, &others) && others == events);
}

void Patch(FuzzInput* input) {
  const Slice target = input->Bytes(input->Byte());
  const Slice patch = input->Rest();
  std::string once;
  const bool absent = target.empty();
  const auto base = absent ? std::nullopt : std::optional(target);
  const bool patched = JsonMergePatch(base, patch, &once);
  LS_CHECK(patched == ((absent || IsJson(target)) && IsJson(patch)));
  if (!patched) return;
  LS_CHECK(IsJson(once));
  std::string twice;
  LS_CHECK(JsonMergePatch(once, patch, &twice) && twice.size() == once.size());
}

// Folding operands first gives what applying them one by one gives.
void Merge(FuzzInput* input) {
  const auto merge = static_cast<MergeOperator>(input->Below(6));
  const Slice base = input->Bytes(input->Below(32));
  const Slice older = input->Bytes(input->Below(32));
  const Slice newer = input->Bytes(input->Below(32));
  std::string stepwise;
  std::string folded;
  std::string combined;
  if (!CheckOperand(merge, older).ok() || !CheckOperand(merge, newer).ok()) return;
  if (!CombineOperands(merge, older, newer, &combined).ok()) return;
  if (!MergeOnto(merge, base, {older, newer}, &stepwise).ok()) return;
  if (!MergeOnto(merge, base, {combined}, &folded).ok()) return;
  LS_CHECK(stepwise == folded);
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(handed_over) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  constexpr void (*kKinds[])(FuzzInput*) = {Reads, Events, Patch, Merge};
  kKinds[input.Below(std::size(kKinds))](&input);
  return 0;
}
