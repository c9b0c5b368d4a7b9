#include "base/internal_key.h"

#include "base/text.h"

namespace ledgerstone {
namespace {

const char* KindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kDelete:
      return "delete";
    case EntryKind::kPut:
      return "put";
    case EntryKind::kMerge:
      return "merge";
    case EntryKind::kRangeDelete:
      return "range delete";
    case EntryKind::kPutExpiring:
      return "expiring put";
    case EntryKind::kCreateNamespace:
      return "create namespace";
    case EntryKind::kDropNamespace:
      return "drop namespace";
    case EntryKind::kBatchBoundary:
      return "batch boundary";
  }
  return "unknown kind";
}

}  // namespace

Status CheckStoredKind(uint64_t trailer, const std::string& file, uint64_t offset) {
  const EntryKind kind = TrailerKind(trailer);
  if (IsTableKind(kind)) return Status::Ok();
  return Status::Corruption("entry kind", {file, offset}, "a kind that tables hold",
                            std::to_string(static_cast<int>(kind)));
}

std::string InternalKeyText(Slice internal_key) {
  if (internal_key.size() < kTrailerSize) return "(short key) " + HexBytes(internal_key);
  const uint64_t trailer = TrailerOf(internal_key);
  const std::string user_key = "'" + EscapeBytes(UserKeyOf(internal_key)) + "'";
  if ((trailer & 0xff) == kSeekKind) return user_key + " (before all its versions)";
  return user_key + " @" + std::to_string(TrailerSequence(trailer)) + " " +
         KindName(TrailerKind(trailer));
}

}  // namespace ledgerstone
