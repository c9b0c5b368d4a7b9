#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr Slice kTemporaryCurrentName = "CURRENT.tmp";

}  // namespace

std::string ManifestName(uint64_t number) { return NumberedName(number, ".manifest"); }
std::string LogName(uint64_t number) { return NumberedName(number, ".wal"); }
std::string TableName(uint64_t number) { return NumberedName(number, ".sst"); }

StoreFile ParseFileName(Slice name, uint64_t* number) {
  *number = 0;
  if (name == kCurrentName) return StoreFile::kCurrent;
  if (name == kLockName) return StoreFile::kLock;
  if (name == kTemporaryCurrentName) return StoreFile::kTemporary;
  const size_t dot = name.find('.');
  uint64_t parsed = 0;
  if (dot == Slice::npos || !ParseNameDigits(name.substr(0, dot), &parsed))
    return StoreFile::kOther;
  StoreFile kind = StoreFile::kOther;
  if (name == ManifestName(parsed)) kind = StoreFile::kManifest;
  if (name == LogName(parsed)) kind = StoreFile::kLog;
  if (name == TableName(parsed)) kind = StoreFile::kTable;
  if (kind != StoreFile::kOther) *number = parsed;
  return kind;
}

}  // namespace ledgerstone
