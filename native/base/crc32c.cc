#include "base/crc32c.h"

#include <array>

#include "base/coding.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace ledgerstone {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82f63b78;

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kReflectedPolynomial : 0);
    table[i] = crc;
  }
  return table;
}
constexpr auto kTable = MakeTable();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ExtendHardware(uint32_t crc, Slice bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t state = ~crc;
  for (; left >= 8; at += 8, left -= 8) state = _mm_crc32_u64(state, DecodeFixed64(at));
  auto narrow = static_cast<uint32_t>(state);
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, static_cast<uint8_t>(*at));
  return ~narrow;
}
bool HasHardware() { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__ARM_FEATURE_CRC32)
uint32_t ExtendHardware(uint32_t crc, Slice bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint32_t state = ~crc;
  for (; left >= 8; at += 8, left -= 8) state = __crc32cd(state, DecodeFixed64(at));
  for (; left > 0; ++at, --left) state = __crc32cb(state, static_cast<uint8_t>(*at));
  return ~state;
}
bool HasHardware() { return true; }
#else
uint32_t ExtendHardware(uint32_t crc, Slice bytes) { return Crc32cExtendPortable(crc, bytes); }
bool HasHardware() { return false; }
#endif

}  // namespace

uint32_t Crc32cExtendPortable(uint32_t crc, Slice bytes) {
  uint32_t state = ~crc;
  for (const char byte : bytes) {
    state = (state >> 8) ^ kTable[(state ^ static_cast<uint8_t>(byte)) & 0xff];
  }
  return ~state;
}

uint32_t Crc32cExtend(uint32_t crc, Slice bytes) {
  static const bool has_hardware = HasHardware();
  return has_hardware ? ExtendHardware(crc, bytes) : Crc32cExtendPortable(crc, bytes);
}

uint32_t Crc32cSeed(uint64_t first, uint64_t second) {
  char numbers[16];
  EncodeFixed(numbers, first);
  EncodeFixed(numbers + 8, second);
  return Crc32c(Slice(numbers, sizeof numbers));
}

}  // namespace ledgerstone
