// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected; RFC 3720 appendix B.4), the checksum of
// every file format here. Uses the processor's instruction where there is one.
#pragma once

#include <cstdint>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// The checksum of A followed by `bytes`, where `crc` is the checksum of A; 0 for an empty A.
uint32_t Crc32cExtend(uint32_t crc, Slice bytes);
inline uint32_t Crc32c(Slice bytes) { return Crc32cExtend(0, bytes); }

// The checksum of two numbers that say where the bytes belong, to be extended with the bytes:
// right bytes in the wrong place then fail.
uint32_t Crc32cSeed(uint64_t first, uint64_t second);

// The table implementation, kept reachable so that tests hold one against the other.
uint32_t Crc32cExtendPortable(uint32_t crc, Slice bytes);

}  // namespace ledgerstone
