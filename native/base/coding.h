// Numbers as bytes: little-endian fixed width, and varints of seven bits a byte, low bits first.
// `Decoder` reads them back with bounds checked; once it has failed it stays failed, so a caller
// may read several fields and ask once.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone {

static_assert(std::endian::native == std::endian::little, "file formats are little-endian");

inline constexpr int kVarint32BytesMax = 5;
inline constexpr int kVarint64BytesMax = 10;

template <typename T>
T DecodeFixed(const char* source) {
  T value;
  std::memcpy(&value, source, sizeof(T));
  return value;
}
inline uint32_t DecodeFixed32(const char* source) { return DecodeFixed<uint32_t>(source); }
inline uint64_t DecodeFixed64(const char* source) { return DecodeFixed<uint64_t>(source); }

template <typename T>
void EncodeFixed(char* destination, T value) {
  std::memcpy(destination, &value, sizeof(T));
}
template <typename T>
void PutFixed(std::string* destination, T value) {
  destination->append(reinterpret_cast<const char*>(&value), sizeof(T));
}
inline void PutFixed32(std::string* destination, uint32_t value) { PutFixed(destination, value); }
inline void PutFixed64(std::string* destination, uint64_t value) { PutFixed(destination, value); }

// Writes at most kVarint64BytesMax bytes and returns the end.
char* EncodeVarint(char* destination, uint64_t value);
void PutVarint(std::string* destination, uint64_t value);
void PutLengthPrefixed(std::string* destination, Slice bytes);
int VarintLength(uint64_t value);

// Returns the byte after the varint, or nullptr when it is cut short or does not fit.
const char* DecodeVarint32(const char* begin, const char* end, uint32_t* value);
const char* DecodeVarint64(const char* begin, const char* end, uint64_t* value);

class Decoder {
 public:
  explicit Decoder(Slice input)
      : begin_(input.data()), at_(input.data()), end_(input.data() + input.size()) {}

  bool ok() const { return at_ != nullptr; }
  bool done() const { return at_ == end_; }
  // Bytes consumed so far; meaningful while ok.
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  size_t remaining() const { return ok() ? static_cast<size_t>(end_ - at_) : 0; }

  uint8_t Fixed8() { return Fixed<uint8_t>(); }
  uint16_t Fixed16() { return Fixed<uint16_t>(); }
  uint32_t Fixed32() { return Fixed<uint32_t>(); }
  uint64_t Fixed64() { return Fixed<uint64_t>(); }
  uint32_t Varint32();
  uint64_t Varint64();
  Slice Bytes(size_t size);
  Slice LengthPrefixed() { return Bytes(Varint32()); }

 private:
  template <typename T>
  T Fixed() {
    if (remaining() < sizeof(T)) {
      at_ = nullptr;
      return 0;
    }
    T value = DecodeFixed<T>(at_);
    at_ += sizeof(T);
    return value;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace ledgerstone
