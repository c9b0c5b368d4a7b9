#include "base/namespace_options.h"

#include "base/coding.h"

namespace ledgerstone {
namespace {

constexpr uint8_t kOptionsFormat = 1;
constexpr uint8_t kOptionsFormatWithMerge = 2;

bool DecodeCompression(uint8_t byte, Compression* compression) {
  *compression = static_cast<Compression>(byte);
  return byte <= static_cast<uint8_t>(Compression::kZstd);
}

}  // namespace

std::string EncodeNamespaceOptions(const NamespaceOptions& options) {
  std::string bytes;
  const bool merges = options.merge != MergeOperator::kNone;
  bytes.push_back(static_cast<char>(merges ? kOptionsFormatWithMerge : kOptionsFormat));
  PutLengthPrefixed(&bytes, options.key_codec);
  PutLengthPrefixed(&bytes, options.value_codec);
  bytes.push_back(options.derived ? '\1' : '\0');
  bytes.push_back(static_cast<char>(options.compression));
  bytes.push_back(static_cast<char>(options.bottom_compression));
  PutVarint(&bytes, options.filter_bits_per_key);
  if (merges) bytes.push_back(static_cast<char>(options.merge));
  return bytes;
}

bool DecodeNamespaceOptions(Slice bytes, NamespaceOptions* options) {
  Decoder decoder(bytes);
  const uint8_t format = decoder.Fixed8();
  if (format != kOptionsFormat && format != kOptionsFormatWithMerge) return false;
  options->key_codec = std::string(decoder.LengthPrefixed());
  options->value_codec = std::string(decoder.LengthPrefixed());
  const uint8_t derived = decoder.Fixed8();
  options->derived = derived == 1;
  const bool known = DecodeCompression(decoder.Fixed8(), &options->compression);
  const bool bottom_known = DecodeCompression(decoder.Fixed8(), &options->bottom_compression);
  options->filter_bits_per_key = decoder.Varint32();
  const uint8_t merge = format == kOptionsFormatWithMerge ? decoder.Fixed8() : 0;
  if (merge > static_cast<uint8_t>(MergeOperator::kJsonMergePatch)) return false;
  options->merge = static_cast<MergeOperator>(merge);
  return decoder.ok() && decoder.done() && derived <= 1 && known && bottom_known;
}

}  // namespace ledgerstone
