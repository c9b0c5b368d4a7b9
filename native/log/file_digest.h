// The digest of a whole file, to tell whether a copy is the file it was made from. Format page:
// docs/format/event-log.md.
//
//   digest := fold: u64      over the file's chunks of 64 KiB: mix(fold xor hash(chunk)), from 0
//             checksum: u32  crc32c of the whole file
//             size: u32      of the file, its low 32 bits
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ledgerstone/env.h"
#include "ledgerstone/slice.h"

namespace ledgerstone::log {

inline constexpr size_t kDigestChunk = size_t{64} << 10;

using Digest = std::array<char, 16>;

class Digester {
 public:
  // Every piece but the last has a multiple of kDigestChunk bytes.
  void Add(Slice bytes);
  Digest Finish() const;

 private:
  uint64_t fold_ = 0;
  uint32_t checksum_ = 0;
  uint64_t size_ = 0;
};

std::string DigestText(const Digest& digest);
// Reads the file front to back. `wanted` bytes are read; a file of another size is Corruption.
Status DigestFile(Env* env, const std::string& path, const std::string& file, uint64_t wanted,
                  Digest* digest);
// Copies the first `size` bytes of `from` to the new file `to` and syncs it.
Status CopySynced(Env* env, const std::string& from, const std::string& to, const std::string& file,
                  uint64_t size);

}  // namespace ledgerstone::log
