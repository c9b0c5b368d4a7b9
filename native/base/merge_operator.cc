#include "base/merge_operator.h"

#include <algorithm>
#include <type_traits>

#include "base/json_merge_patch.h"

namespace ledgerstone {
namespace {

Status Failed(MergeOperator merge, const std::string& why) {
  return Status(StatusCode::kMergeFailed, std::string(MergeOperatorName(merge)) + ": " + why);
}

template <typename Unsigned>
constexpr Unsigned kSignBit = Unsigned{1} << (8 * sizeof(Unsigned) - 1);

template <typename Signed, typename Unsigned>
bool DecodeNumber(Slice bytes, Signed* number) {
  if (bytes.size() != sizeof(Unsigned)) return false;
  Unsigned value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  *number = static_cast<Signed>(value ^ kSignBit<Unsigned>);
  return true;
}

template <typename Signed, typename Unsigned>
std::string EncodeNumber(Signed number) {
  Unsigned value = static_cast<Unsigned>(number) ^ kSignBit<Unsigned>;
  std::string bytes(sizeof(Unsigned), '\0');
  for (size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

template <typename Signed, typename Unsigned>
Status Add(MergeOperator merge, Slice a, Slice b, std::string* sum) {
  Signed x = 0;
  Signed y = 0;
  if (!DecodeNumber<Signed, Unsigned>(a, &x) || !DecodeNumber<Signed, Unsigned>(b, &y)) {
    return Failed(merge, "a number has " + std::to_string(sizeof(Unsigned)) + " bytes, not " +
                             std::to_string(a.size()) + " and " + std::to_string(b.size()));
  }
  Signed total = 0;
  if (__builtin_add_overflow(x, y, &total)) return Failed(merge, "the sum overflows");
  *sum = EncodeNumber<Signed, Unsigned>(total);
  return Status::Ok();
}

using Int128 = __int128;
using Unsigned128 = unsigned __int128;

Status Append(MergeOperator merge, Slice a, Slice b, std::string* result) {
  if (a.size() + b.size() > kValueBytesMax) return Failed(merge, "the value grows too large");
  result->assign(a).append(b);
  return Status::Ok();
}

Status MergeTwo(MergeOperator merge, Slice value, Slice operand, std::string* result) {
  switch (merge) {
    case MergeOperator::kAddI64:
      return Add<int64_t, uint64_t>(merge, value, operand, result);
    case MergeOperator::kAddI128:
      return Add<Int128, Unsigned128>(merge, value, operand, result);
    case MergeOperator::kAppend:
      return Append(merge, value, operand, result);
    case MergeOperator::kMax:
      result->assign(std::max(value, operand));
      return Status::Ok();
    case MergeOperator::kMin:
      result->assign(std::min(value, operand));
      return Status::Ok();
    case MergeOperator::kJsonMergePatch:
      if (!JsonMergePatch(value, operand, result)) return Failed(merge, "the value is not JSON");
      if (result->size() > kValueBytesMax) return Failed(merge, "the value grows too large");
      return Status::Ok();
    case MergeOperator::kNone:
      break;
  }
  return Failed(merge, "the namespace has no merge operator");
}

}  // namespace

const char* MergeOperatorName(MergeOperator merge) {
  switch (merge) {
    case MergeOperator::kNone:
      return "none";
    case MergeOperator::kAddI64:
      return "add-i64";
    case MergeOperator::kAddI128:
      return "add-i128";
    case MergeOperator::kAppend:
      return "append";
    case MergeOperator::kMax:
      return "max";
    case MergeOperator::kMin:
      return "min";
    case MergeOperator::kJsonMergePatch:
      return "json-merge-patch";
  }
  return "unknown";
}

Status CheckOperand(MergeOperator merge, Slice operand) {
  const auto sized = [&](size_t size) {
    if (operand.size() == size) return Status::Ok();
    return Status::InvalidArgument(std::string(MergeOperatorName(merge)) + " takes " +
                                   std::to_string(size) + " bytes, not " +
                                   std::to_string(operand.size()));
  };
  switch (merge) {
    case MergeOperator::kNone:
      return Status::InvalidArgument("the namespace has no merge operator");
    case MergeOperator::kAddI64:
      return sized(sizeof(int64_t));
    case MergeOperator::kAddI128:
      return sized(sizeof(Int128));
    case MergeOperator::kJsonMergePatch:
      return IsJson(operand) ? Status::Ok()
                             : Status::InvalidArgument("a JSON merge patch must be JSON");
    default:
      return Status::Ok();
  }
}

Status MergeOnto(MergeOperator merge, std::optional<Slice> base,
                 const std::vector<Slice>& operands_oldest_first, std::string* result) {
  std::string value;
  bool present = base.has_value();
  if (present) value.assign(*base);
  for (const Slice operand : operands_oldest_first) {
    std::string merged;
    if (present) {
      LS_RETURN_IF_ERROR(MergeTwo(merge, value, operand, &merged));
    } else if (merge == MergeOperator::kJsonMergePatch) {
      if (!JsonMergePatch(std::nullopt, operand, &merged)) {
        return Failed(merge, "the patch is not JSON");
      }
    } else {
      merged.assign(operand);
    }
    value = std::move(merged);
    present = true;
  }
  *result = std::move(value);
  return Status::Ok();
}

Status CombineOperands(MergeOperator merge, Slice older, Slice newer, std::string* combined) {
  if (merge == MergeOperator::kJsonMergePatch) {
    return Status::NotSupported("JSON merge patches do not combine");
  }
  return MergeTwo(merge, older, newer, combined);
}

}  // namespace ledgerstone
