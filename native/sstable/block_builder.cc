#include "sstable/block_builder.h"

#include <algorithm>

#include "base/checks.h"
#include "base/coding.h"
#include "base/internal_key.h"
#include "sstable/block_entry.h"
#include "sstable/format.h"

namespace ledgerstone {
namespace {

// Whether `a` sorts before `b`, of which the first `common` bytes are known to be equal.
bool IsLess(Slice a, Slice b, size_t common) {
  return CompareUserKeys(a.substr(common), b.substr(common)) < 0;
}

}  // namespace

BlockBuilder::BlockBuilder(uint32_t restart_interval, bool hash_index)
    : restart_interval_(restart_interval), hash_index_(hash_index) {
  LS_CHECK(restart_interval > 0);
}

void BlockBuilder::Add(Slice internal_key, uint64_t key_hash, Slice value) {
  LS_CHECK(!finished_);
  LS_CHECK(internal_key.size() >= kTrailerSize);
  const Slice user_key = UserKeyOf(internal_key);
  const uint64_t trailer = TrailerOf(internal_key);
  const size_t common = empty() ? 0 : CommonPrefix(last_user_key_, user_key);
  const bool same_user_key =
      !empty() && common == user_key.size() && common == last_user_key_.size();
  LS_CHECK(!same_user_key || trailer < last_trailer_);
  LS_CHECK(same_user_key || IsLess(last_user_key_, user_key, common) || empty());

  const bool restart = empty() || run_length_ == restart_interval_ ||
                       buffer_.size() - restarts_.back() >= kRestartRunBytesMax;
  if (restart) {
    LS_CHECK(buffer_.size() <= kBlockBytesMax);
    restarts_.push_back(static_cast<uint32_t>(buffer_.size()));
    run_length_ = 0;
  }
  const size_t shared = restart ? 0 : common;
  PutVarint(&buffer_, shared);
  PutVarint(&buffer_, internal_key.size() - shared);
  PutVarint(&buffer_, value.size());
  buffer_.append(internal_key.substr(shared));
  buffer_.append(value);
  ++run_length_;
  ++entry_count_;
  if (hash_index_) NoteHash(same_user_key, key_hash);
  last_user_key_.resize(common);
  last_user_key_.append(user_key.substr(common));
  last_trailer_ = trailer;
}

void BlockBuilder::NoteHash(bool same_user_key, uint64_t key_hash) {
  const auto run = static_cast<uint32_t>(restarts_.size() - 1);
  if (same_user_key) {
    hashes_.back().last_run = run;
  } else {
    hashes_.push_back({key_hash, run, run});
  }
}

bool BlockBuilder::WritesHashIndex() const {
  return hash_index_ && restarts_.size() >= 2 && restarts_.size() <= kHashIndexRestartsMax &&
         BucketCount() <= UINT16_MAX;
}

uint32_t BlockBuilder::BucketCount() const {
  const size_t wanted = hashes_.size() + hashes_.size() / 3 + 1;
  return static_cast<uint32_t>(std::min<size_t>(wanted, UINT32_MAX));
}

void BlockBuilder::AppendHashIndex() {
  const uint32_t bucket_count = BucketCount();
  std::string buckets(bucket_count, static_cast<char>(kHashIndexAbsent));
  for (const HashEntry& entry : hashes_) {
    char& bucket = buckets[HashIndexBucket(entry.hash, bucket_count)];
    const auto run = static_cast<uint8_t>(
        entry.first_run == entry.last_run ? entry.first_run : uint32_t{kHashIndexCollision});
    const auto held = static_cast<uint8_t>(bucket);
    bucket = static_cast<char>(held == kHashIndexAbsent || held == run ? run : kHashIndexCollision);
  }
  buffer_.append(buckets);
  PutFixed(&buffer_, static_cast<uint16_t>(bucket_count));
}

Slice BlockBuilder::Finish() {
  LS_CHECK(!finished_);
  finished_ = true;
  for (const uint32_t restart : restarts_) PutFixed32(&buffer_, restart);
  auto footer = static_cast<uint32_t>(restarts_.size());
  if (WritesHashIndex()) {
    AppendHashIndex();
    footer |= kHashIndexFlag;
  }
  PutFixed32(&buffer_, footer);
  LS_CHECK(buffer_.size() <= kBlockBytesMax);
  return buffer_;
}

void BlockBuilder::Reset() {
  buffer_.clear();
  last_user_key_.clear();
  restarts_.clear();
  hashes_.clear();
  entry_count_ = 0;
  last_trailer_ = 0;
  run_length_ = 0;
  finished_ = false;
}

size_t BlockBuilder::EstimatedSize() const {
  const size_t hash_bytes = WritesHashIndex() ? BucketCount() + sizeof(uint16_t) : 0;
  return buffer_.size() + (restarts_.size() + 1) * sizeof(uint32_t) + hash_bytes;
}

size_t BlockBuilder::GrowthBound(Slice internal_key, Slice value) {
  constexpr size_t kLengthBytes = 3 * kVarint32BytesMax;
  constexpr size_t kIndexBytes = sizeof(uint32_t) + 2;
  return internal_key.size() + value.size() + kLengthBytes + kIndexBytes;
}

}  // namespace ledgerstone
