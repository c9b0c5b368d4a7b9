#include "version/file_names.h"

#include <cstdio>

namespace ledgerstone {
namespace {

constexpr size_t kDigitsMin = 6;
constexpr Slice kTemporaryCurrentName = "CURRENT.tmp";

std::string Numbered(uint64_t number, const char* suffix) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%06llu.%s", static_cast<unsigned long long>(number),
                suffix);
  return buffer;
}

// False for anything but plain decimal digits; overflow is caught by comparing the name made again.
bool ParseNumber(Slice digits, uint64_t* number) {
  if (digits.size() < kDigitsMin) return false;
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *number = value;
  return true;
}

}  // namespace

std::string ManifestName(uint64_t number) { return Numbered(number, "manifest"); }
std::string LogName(uint64_t number) { return Numbered(number, "wal"); }
std::string TableName(uint64_t number) { return Numbered(number, "sst"); }

std::string JoinPath(const std::string& directory, const std::string& name) {
  if (directory.empty() || directory.back() == '/') return directory + name;
  return directory + "/" + name;
}

StoreFile ParseFileName(Slice name, uint64_t* number) {
  *number = 0;
  if (name == kCurrentName) return StoreFile::kCurrent;
  if (name == kLockName) return StoreFile::kLock;
  if (name == kTemporaryCurrentName) return StoreFile::kTemporary;
  const size_t dot = name.find('.');
  uint64_t parsed = 0;
  if (dot == Slice::npos || !ParseNumber(name.substr(0, dot), &parsed)) return StoreFile::kOther;
  StoreFile kind = StoreFile::kOther;
  if (name == ManifestName(parsed)) kind = StoreFile::kManifest;
  if (name == LogName(parsed)) kind = StoreFile::kLog;
  if (name == TableName(parsed)) kind = StoreFile::kTable;
  if (kind != StoreFile::kOther) *number = parsed;
  return kind;
}

}  // namespace ledgerstone
