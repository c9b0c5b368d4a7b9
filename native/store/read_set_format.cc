#include "store/read_set_format.h"

namespace ledgerstone {

bool ReadSetReader::Next(ReadSetEntry* entry) {
  if (!decoder_.ok() || decoder_.done() || bad_shape_) return false;
  constexpr uint8_t kBounds = ReadSet::kHasLower | ReadSet::kLowerExclusive | ReadSet::kHasUpper |
                              ReadSet::kUpperExclusive;
  entry->namespace_id = decoder_.Varint32();
  const uint8_t shape = decoder_.Fixed8();
  entry->single_key = shape == ReadSet::kSingleKey;
  if (!decoder_.ok()) return false;
  if (entry->single_key) {
    entry->range = KeyRange::Only(decoder_.LengthPrefixed());
    return decoder_.ok();
  }
  if ((shape & ~kBounds) != 0) {
    bad_shape_ = true;
    return false;
  }
  entry->range = {};
  if ((shape & ReadSet::kHasLower) != 0) {
    entry->range.lower = {decoder_.LengthPrefixed(), (shape & ReadSet::kLowerExclusive) == 0, true};
  }
  if ((shape & ReadSet::kHasUpper) != 0) {
    entry->range.upper = {decoder_.LengthPrefixed(), (shape & ReadSet::kUpperExclusive) == 0, true};
  }
  return decoder_.ok();
}

void ReadSet::AddKey(NamespaceId namespace_id, Slice key) {
  PutVarint(&bytes_, namespace_id);
  bytes_.push_back(static_cast<char>(kSingleKey));
  PutLengthPrefixed(&bytes_, key);
}

void ReadSet::AddRange(NamespaceId namespace_id, const IterateOptions::Bound& lower,
                       const IterateOptions::Bound& upper) {
  PutVarint(&bytes_, namespace_id);
  uint8_t shape = 0;
  if (lower.set) shape |= lower.inclusive ? kHasLower : kHasLower | kLowerExclusive;
  if (upper.set) shape |= upper.inclusive ? kHasUpper : kHasUpper | kUpperExclusive;
  bytes_.push_back(static_cast<char>(shape));
  if (lower.set) PutLengthPrefixed(&bytes_, lower.key);
  if (upper.set) PutLengthPrefixed(&bytes_, upper.key);
}

}  // namespace ledgerstone
