#include "base/key_fraction.h"

#include <algorithm>

#include "base/internal_key.h"

namespace ledgerstone {
namespace {

// Bytes looked at behind what the two bounds share: as much as a double tells apart.
constexpr size_t kBytes = 7;
constexpr unsigned char kZero = '0';

Slice Significant(Slice key, size_t common) {
  return key.substr(std::min(common, key.size()), kBytes);
}

bool IsDigits(Slice bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The bytes as digits behind the point of a number, in base 10 or 256; missing ones are 0.
double Fraction(Slice bytes, bool decimal) {
  const double base = decimal ? 10 : 256;
  double fraction = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    const int digit = static_cast<unsigned char>(bytes[i]) - (decimal ? kZero : 0);
    fraction = (fraction + digit) / base;
  }
  return fraction;
}

}  // namespace

double KeyFraction(Slice low, Slice high, Slice key) {
  if (CompareUserKeys(key, low) <= 0) return 0;
  if (CompareUserKeys(key, high) >= 0) return 1;
  // A key between the two begins with what they share.
  const auto split = std::mismatch(low.begin(), low.end(), high.begin(), high.end());
  const auto common = static_cast<size_t>(split.first - low.begin());
  const Slice low_bytes = Significant(low, common);
  const Slice high_bytes = Significant(high, common);
  const Slice key_bytes = Significant(key, common);
  const bool decimal = IsDigits(low_bytes) && IsDigits(high_bytes) && IsDigits(key_bytes);
  const double from = Fraction(low_bytes, decimal);
  const double width = Fraction(high_bytes, decimal) - from;
  if (width <= 0) return 0;
  return std::clamp((Fraction(key_bytes, decimal) - from) / width, 0.0, 1.0);
}

}  // namespace ledgerstone
