// Names of the files in a store directory: one place that makes and reads them.
//
//   CURRENT, LOCK, NNNNNN.manifest, NNNNNN.wal, NNNNNN.sst   six digits or more, decimal
//   CURRENT.tmp                                              being replaced; a leftover is removed
//   lost/                                                    foreign or orphaned files moved aside
#pragma once

#include <cstdint>
#include <string>

#include "base/numbered_name.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

inline constexpr char kCurrentName[] = "CURRENT";
inline constexpr char kLockName[] = "LOCK";
inline constexpr char kLostDirectory[] = "lost";

enum class StoreFile : uint8_t { kCurrent, kLock, kManifest, kLog, kTable, kTemporary, kOther };

std::string ManifestName(uint64_t number);
std::string LogName(uint64_t number);
std::string TableName(uint64_t number);
// kOther for names that are none of ours; `number` is 0 where a kind has none.
StoreFile ParseFileName(Slice name, uint64_t* number);

}  // namespace ledgerstone
