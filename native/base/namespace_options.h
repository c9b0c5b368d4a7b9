// Options of a namespace as bytes: the value of its creation entry in a batch and in the manifest.
//
//   options := format: u8 = 1 or 2, key_codec: length-prefixed, value_codec: length-prefixed,
//              derived: u8, compression: u8, bottom_compression: u8, filter_bits_per_key: varint,
//              [format 2: merge: u8]
//
// Format 2 is written where there is a merge operator.
#pragma once

#include <string>

#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

std::string EncodeNamespaceOptions(const NamespaceOptions& options);
// False when the bytes are not exactly one options record.
bool DecodeNamespaceOptions(Slice bytes, NamespaceOptions* options);

}  // namespace ledgerstone
