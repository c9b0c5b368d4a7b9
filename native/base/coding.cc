#include "base/coding.h"

namespace ledgerstone {

char* EncodeVarint(char* destination, uint64_t value) {
  while (value >= 0x80) {
    *destination++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *destination++ = static_cast<char>(value);
  return destination;
}

void PutVarint(std::string* destination, uint64_t value) {
  char buffer[kVarint64BytesMax];
  const char* end = EncodeVarint(buffer, value);
  destination->append(buffer, static_cast<size_t>(end - buffer));
}

void PutLengthPrefixed(std::string* destination, Slice bytes) {
  PutVarint(destination, bytes.size());
  destination->append(bytes);
}

int VarintLength(uint64_t value) {
  int length = 1;
  for (; value >= 0x80; value >>= 7) ++length;
  return length;
}

const char* DecodeVarint64(const char* begin, const char* end, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; begin < end; shift += 7) {
    const auto byte = static_cast<uint8_t>(*begin++);
    if (shift == 63 && byte > 1) return nullptr;
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return begin;
    }
  }
  return nullptr;
}

const char* DecodeVarint32(const char* begin, const char* end, uint32_t* value) {
  if (begin < end && static_cast<uint8_t>(*begin) < 0x80) {
    *value = static_cast<uint8_t>(*begin);
    return begin + 1;
  }
  uint64_t wide = 0;
  const char* after = DecodeVarint64(begin, end, &wide);
  if (after == nullptr || wide > UINT32_MAX) return nullptr;
  *value = static_cast<uint32_t>(wide);
  return after;
}

uint32_t Decoder::Varint32() {
  uint32_t value = 0;
  if (ok()) at_ = DecodeVarint32(at_, end_, &value);
  return value;
}

uint64_t Decoder::Varint64() {
  uint64_t value = 0;
  if (ok()) at_ = DecodeVarint64(at_, end_, &value);
  return value;
}

Slice Decoder::Bytes(size_t size) {
  if (remaining() < size || !ok()) {
    at_ = nullptr;
    return {};
  }
  const Slice bytes(at_, size);
  at_ += size;
  return bytes;
}

}  // namespace ledgerstone
