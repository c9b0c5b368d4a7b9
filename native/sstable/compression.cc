#include "sstable/compression.h"

#include <lz4.h>
#include <zstd.h>

#include "base/checks.h"
#include "base/coding.h"
#include "sstable/format.h"

namespace ledgerstone {
namespace {

struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

bool DecompressZstd(Slice payload, char* contents, size_t size) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  if (context == nullptr) return false;
  const size_t written =
      ZSTD_decompressDCtx(context.get(), contents, size, payload.data(), payload.size());
  return ZSTD_isError(written) == 0 && written == size;
}

bool DecompressLz4(Slice payload, char* contents, size_t size) {
  const int written =
      LZ4_decompress_safe(payload.data(), contents, static_cast<int>(payload.size()),
                          static_cast<int>(size));
  return written >= 0 && static_cast<size_t>(written) == size;
}

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = nullptr;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

Compressor::Compressor(Compression compression, int zstd_level)
    : compression_(compression), zstd_level_(zstd_level), context_(std::make_unique<Context>()) {
  if (compression == Compression::kZstd) context_->zstd = ZSTD_createCCtx();
}

Compressor::~Compressor() = default;

// Returns the payload's size, 0 when the library gave none.
size_t Compressor::CompressPayload(Slice contents, size_t header_size) {
  if (compression_ == Compression::kLz4) {
    const int bound = LZ4_compressBound(static_cast<int>(contents.size()));
    buffer_.resize(header_size + static_cast<size_t>(bound));
    const int written = LZ4_compress_default(contents.data(), buffer_.data() + header_size,
                                             static_cast<int>(contents.size()), bound);
    return written > 0 ? static_cast<size_t>(written) : 0;
  }
  if (context_->zstd == nullptr) return 0;
  const size_t bound = ZSTD_compressBound(contents.size());
  buffer_.resize(header_size + bound);
  const size_t written = ZSTD_compressCCtx(context_->zstd, buffer_.data() + header_size, bound,
                                           contents.data(), contents.size(), zstd_level_);
  return ZSTD_isError(written) != 0 ? 0 : written;
}

Compression Compressor::Compress(Slice contents, Slice* stored) {
  LS_CHECK(contents.size() <= kBlockBytesMax);
  *stored = contents;
  if (compression_ == Compression::kNone || contents.empty()) return Compression::kNone;
  const auto header_size = static_cast<size_t>(VarintLength(contents.size()));
  const size_t payload_size = CompressPayload(contents, header_size);
  if (payload_size == 0) return Compression::kNone;
  const size_t total = header_size + payload_size;
  if (total > contents.size() - contents.size() / 8) return Compression::kNone;
  EncodeVarint(buffer_.data(), contents.size());
  *stored = Slice(buffer_.data(), total);
  return compression_;
}

const char* CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone: return "none";
    case Compression::kLz4: return "lz4";
    case Compression::kZstd: return "zstd";
  }
  return "unknown";
}

bool SplitCompressed(Slice stored, uint32_t* content_size, Slice* payload) {
  const char* const end = stored.data() + stored.size();
  const char* const at = DecodeVarint32(stored.data(), end, content_size);
  if (at == nullptr || *content_size > kBlockBytesMax) return false;
  *payload = Slice(at, static_cast<size_t>(end - at));
  return true;
}

bool Decompress(Compression compression, Slice payload, char* contents, size_t size) {
  LS_CHECK(size <= kBlockBytesMax);
  if (payload.size() > kBlockBytesMax) return false;
  if (compression == Compression::kLz4) return DecompressLz4(payload, contents, size);
  if (compression == Compression::kZstd) return DecompressZstd(payload, contents, size);
  return false;
}

}  // namespace ledgerstone
