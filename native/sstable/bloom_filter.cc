#include "sstable/bloom_filter.h"

#include <algorithm>

#include "base/checks.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kLineBits = kFilterLineBytes * 8;
constexpr uint32_t kProbesPerMix = 7;
constexpr uint32_t kProbeBits = 9;
static_assert(kLineBits == 1u << kProbeBits);

uint64_t LineOf(uint64_t key_hash, uint32_t line_count) {
  return ((key_hash >> 32) * line_count) >> 32;
}

// The places of a key's bits in its line, one after the other.
class Probes {
 public:
  explicit Probes(uint64_t key_hash) : mixed_(HashMix(key_hash)), groups_(mixed_) {}
  uint32_t Next() {
    if (left_ == 0) {
      mixed_ = HashMix(mixed_);
      groups_ = mixed_;
      left_ = kProbesPerMix;
    }
    const auto bit = static_cast<uint32_t>(groups_ & (kLineBits - 1));
    groups_ >>= kProbeBits;
    --left_;
    return bit;
  }

 private:
  uint64_t mixed_;
  uint64_t groups_;
  uint32_t left_ = kProbesPerMix;
};

}  // namespace

uint32_t FilterProbes(uint32_t bits_per_key) {
  return std::clamp((bits_per_key * 6 + 5) / 10, 1u, kFilterProbesMax);
}

std::string FilterBuilder::Finish() const {
  LS_CHECK(bits_per_key_ > 0);
  const uint64_t bits = hashes_.size() * bits_per_key_;
  const uint64_t wanted = std::max<uint64_t>(1, (bits + kLineBits - 1) / kLineBits);
  LS_CHECK(wanted <= UINT32_MAX / kFilterLineBytes);
  const auto line_count = static_cast<uint32_t>(wanted);
  const uint32_t probe_count = FilterProbes(bits_per_key_);
  std::string contents(line_count * kFilterLineBytes, '\0');
  for (const uint64_t hash : hashes_) {
    char* const line = contents.data() + LineOf(hash, line_count) * kFilterLineBytes;
    Probes probes(hash);
    for (uint32_t i = 0; i < probe_count; ++i) {
      const uint32_t bit = probes.Next();
      line[bit / 8] = static_cast<char>(line[bit / 8] | 1 << bit % 8);
    }
  }
  contents.push_back(static_cast<char>(probe_count));
  return contents;
}

bool FilterView::Parse(Slice contents) {
  if (contents.size() <= kFilterLineBytes || contents.size() % kFilterLineBytes != 1) return false;
  const uint64_t lines = contents.size() / kFilterLineBytes;
  const auto probes = static_cast<uint8_t>(contents.back());
  if (lines > UINT32_MAX || probes == 0 || probes > kFilterProbesMax) return false;
  lines_ = contents.data();
  line_count_ = static_cast<uint32_t>(lines);
  probe_count_ = probes;
  return true;
}

bool FilterView::MayContain(uint64_t key_hash) const {
  const char* const line = lines_ + LineOf(key_hash, line_count_) * kFilterLineBytes;
  Probes probes(key_hash);
  for (uint32_t i = 0; i < probe_count_; ++i) {
    const uint32_t bit = probes.Next();
    if ((static_cast<uint8_t>(line[bit / 8]) >> bit % 8 & 1) == 0) return false;
  }
  return true;
}

}  // namespace ledgerstone
