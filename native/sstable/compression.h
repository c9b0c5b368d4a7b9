// Block compression. Format page: docs/format/table.md.
//
//   compressed := content_size: varint, payload         an LZ4 block or a zstd frame
//
// 1. A block is stored as it is when compression would save less than an eighth of it.
// 2. Decompression writes inside the bytes it was given, whatever the payload says.
// 3. A Compressor belongs to one thread at a time; decompression is safe from many.
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

class Compressor {
 public:
  Compressor(Compression compression, int zstd_level);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // What to store for `contents` and how: `contents` themselves with kNone, or bytes that stay put
  // until the next call.
  Compression Compress(Slice contents, Slice* stored);

 private:
  struct Context;
  size_t CompressPayload(Slice contents, size_t header_size);

  const Compression compression_;
  const int zstd_level_;
  std::unique_ptr<Context> context_;
  std::string buffer_;
};

const char* CompressionName(Compression compression);

// Splits what a compressed block stores; false when it is cut short, or larger than a block may be.
bool SplitCompressed(Slice stored, uint32_t* content_size, Slice* payload);
// Fills exactly `size` bytes; false when the payload is not that of a block of this size.
bool Decompress(Compression compression, Slice payload, char* contents, size_t size);

}  // namespace ledgerstone
