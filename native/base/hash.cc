#include "base/hash.h"

#include <cstring>

#include "base/coding.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kSecretA = 0x8bb84b93962eacc9u;
constexpr uint64_t kSecretB = 0x2d358dccaa6c78a5u;

uint64_t Fold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

uint64_t Hash64(Slice bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t state = kSecretA ^ bytes.size();
  for (; left > 16; at += 16, left -= 16) {
    state = Fold(DecodeFixed64(at) ^ kSecretB, DecodeFixed64(at + 8) ^ state);
  }
  char tail[16] = {};
  if (left > 0) std::memcpy(tail, at, left);
  state = Fold(DecodeFixed64(tail) ^ kSecretB, DecodeFixed64(tail + 8) ^ state);
  return HashMix(state);
}

}  // namespace ledgerstone
