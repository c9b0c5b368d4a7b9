#include "base/numbered_name.h"

#include <cstdio>

namespace ledgerstone {
namespace {

constexpr size_t kDigitsMin = 6;

}  // namespace

std::string NumberedName(uint64_t number, const std::string& suffix) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%06llu", static_cast<unsigned long long>(number));
  return digits + suffix;
}

bool ParseNameDigits(Slice digits, uint64_t* number) {
  if (digits.size() < kDigitsMin) return false;
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *number = value;
  return true;
}

std::string JoinPath(const std::string& directory, const std::string& name) {
  if (directory.empty() || directory.back() == '/') return directory + name;
  return directory + "/" + name;
}

}  // namespace ledgerstone
