// What a key is inside the engine: the user's key, the sequence of the write, and its kind.
//
//   internal_key := user_key: bytes, trailer: u64      trailer = sequence << 8 | kind
//
// Order: user key ascending by unsigned bytes, then trailer descending, so that the newest version
// of a key comes first and a seek for (key, sequence) lands on the newest version not newer than
// it.
//
// 1. A sequence names one entry and is never given out twice, not even after a failed write.
// 2. Kinds are on disk: frozen, never renumbered.
#pragma once

#include <cstdint>
#include <string>

#include "base/coding.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

using Sequence = uint64_t;
inline constexpr Sequence kSequenceMax = (uint64_t{1} << 56) - 1;

enum class EntryKind : uint8_t {
  kDelete = 0,
  kPut = 1,
  kMerge = 2,        // value: an operand for the namespace's merge operator
  kRangeDelete = 3,  // in batches and the log only; value: where the range ends
  kPutExpiring = 4,  // value: expires_at: u64 (milliseconds since 1970), then the user's value
  // Below: in write batches only, never in memtables or tables.
  kCreateNamespace = 16,
  kDropNamespace = 17,
  // Between batches that are handed over or logged together: one byte, without a sequence.
  kBatchBoundary = 18,
};
// Sorts before every stored kind of the same key and sequence: for seeks.
inline constexpr uint8_t kSeekKind = 255;

inline constexpr size_t kTrailerSize = 8;

inline constexpr uint64_t MakeTrailer(Sequence sequence, EntryKind kind) {
  return sequence << 8 | static_cast<uint8_t>(kind);
}
inline constexpr uint64_t MakeSeekTrailer(Sequence sequence) { return sequence << 8 | kSeekKind; }
inline Sequence TrailerSequence(uint64_t trailer) { return trailer >> 8; }
inline EntryKind TrailerKind(uint64_t trailer) { return static_cast<EntryKind>(trailer & 0xff); }

inline constexpr bool IsTableKind(EntryKind kind) {
  return kind <= EntryKind::kMerge || kind == EntryKind::kPutExpiring;
}
inline constexpr size_t kExpirySize = 8;

// OK for kinds that tables hold, Corruption else.
Status CheckStoredKind(uint64_t trailer, const std::string& file, uint64_t offset);

inline void AppendInternalKey(std::string* destination, Slice user_key, uint64_t trailer) {
  destination->append(user_key);
  PutFixed64(destination, trailer);
}
// Both require at least kTrailerSize bytes.
inline Slice UserKeyOf(Slice internal_key) {
  return internal_key.substr(0, internal_key.size() - kTrailerSize);
}
inline uint64_t TrailerOf(Slice internal_key) {
  return DecodeFixed64(internal_key.data() + internal_key.size() - kTrailerSize);
}

inline int CompareUserKeys(Slice a, Slice b) { return a.compare(b); }

inline int CompareInternal(Slice a_key, uint64_t a_trailer, Slice b_key, uint64_t b_trailer) {
  const int by_key = CompareUserKeys(a_key, b_key);
  if (by_key != 0) return by_key;
  return a_trailer > b_trailer ? -1 : (a_trailer < b_trailer ? 1 : 0);
}
inline int CompareInternalKeys(Slice a, Slice b) {
  return CompareInternal(UserKeyOf(a), TrailerOf(a), UserKeyOf(b), TrailerOf(b));
}

// "'key' @12 put", for the inspector and goldens.
std::string InternalKeyText(Slice internal_key);

}  // namespace ledgerstone
