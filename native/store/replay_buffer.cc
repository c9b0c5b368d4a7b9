#include "store/replay_buffer.h"

#include <algorithm>
#include <functional>

namespace ledgerstone {
namespace {

constexpr size_t kAhead = 8;

uint64_t PrefixOf(Slice user_key) {
  char bytes[sizeof(uint64_t)] = {};
  std::memcpy(bytes, user_key.data(), std::min(user_key.size(), sizeof bytes));
  return __builtin_bswap64(DecodeFixed64(bytes));
}

}  // namespace

// The payload lies where the log had it, not in the order of keys.
void ReplayBuffer::Entry::PrefetchBytes() const {
  __builtin_prefetch(user_key.data());
  __builtin_prefetch(value.data() + value.size() / 2);
}

ReplayBuffer::~ReplayBuffer() {
  if (pages_ != nullptr) env_->ReleasePages(pages_, pages_bytes_);
}

Status ReplayBuffer::Keep(Slice payload, Slice* kept) {
  if (payload.size() > pages_bytes_ - used_) {
    Insert();
    if (payload.size() > pages_bytes_) {
      if (pages_ != nullptr) env_->ReleasePages(pages_, pages_bytes_);
      pages_bytes_ = std::max(payload.size(), kPagesBytes);
      pages_ = env_->AllocatePages(pages_bytes_);
      if (pages_ == nullptr) {
        pages_bytes_ = 0;
        return Status(StatusCode::kNoMemory, "no memory to replay a record");
      }
    }
  }
  *kept = Slice(pages_ + used_, payload.size());
  if (!payload.empty()) std::memcpy(pages_ + used_, payload.data(), payload.size());
  used_ += payload.size();
  return Status::Ok();
}

void ReplayBuffer::Add(MemTable* memtable, Slice user_key, uint64_t trailer, Slice value) {
  if (entries_.size() == kEntriesMax) InsertEntries();
  entries_.push_back({memtable, PrefixOf(user_key), user_key, trailer, value});
}

bool ReplayBuffer::Before(const Entry& a, const Entry& b) {
  if (a.memtable != b.memtable) return std::less<>()(a.memtable, b.memtable);
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  return CompareInternal(a.user_key, a.trailer, b.user_key, b.trailer) < 0;
}

void ReplayBuffer::Insert() {
  InsertEntries();
  used_ = 0;
}

void ReplayBuffer::InsertEntries() {
  std::sort(entries_.begin(), entries_.end(), Before);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i + kAhead < entries_.size()) entries_[i + kAhead].PrefetchBytes();
    const Entry& entry = entries_[i];
    entry.memtable->InsertRising(entry.user_key, entry.trailer, entry.value);
  }
  entries_.clear();
}

}  // namespace ledgerstone
