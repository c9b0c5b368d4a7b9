#include "store/replay_buffer.h"

#include <algorithm>

namespace ledgerstone {
namespace {

constexpr size_t kAhead = 8;

size_t CommonPrefix(Slice a, Slice b, size_t most) {
  const size_t size = std::min({a.size(), b.size(), most});
  size_t at = 0;
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

// Shorter keys are filled up with zeros: equal numbers decide nothing.
uint64_t EightBytesFrom(Slice user_key, size_t at) {
  char bytes[sizeof(uint64_t)] = {};
  std::memcpy(bytes, user_key.data() + at, std::min(user_key.size() - at, sizeof bytes));
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

uint32_t ReplayBuffer::TableOf(MemTable* memtable, Slice user_key) {
  if (!entries_.empty() && tables_[entries_.back().table].memtable == memtable)
    return entries_.back().table;
  for (uint32_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].memtable == memtable) return i;
  }
  tables_.push_back({memtable, user_key, user_key.size()});
  return static_cast<uint32_t>(tables_.size() - 1);
}

void ReplayBuffer::Add(MemTable* memtable, Slice user_key, uint64_t trailer, Slice value) {
  if (entries_.size() == kEntriesMax) InsertEntries();
  const uint32_t at = TableOf(memtable, user_key);
  Table& table = tables_[at];
  table.common = CommonPrefix(table.first_key, user_key, table.common);
  entries_.push_back({at, user_key, trailer, value});
}

bool ReplayBuffer::Before(const Place& a, const Place& b) const {
  if (a.table != b.table) return a.table < b.table;
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const Entry& x = entries_[a.index];
  const Entry& y = entries_[b.index];
  return CompareInternal(x.user_key, x.trailer, y.user_key, y.trailer) < 0;
}

void ReplayBuffer::Insert() {
  InsertEntries();
  used_ = 0;
}

void ReplayBuffer::InsertEntries() {
  places_.clear();
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    places_.push_back(
        {EightBytesFrom(entry.user_key, tables_[entry.table].common), entry.table, i});
  }
  std::sort(places_.begin(), places_.end(),
            [this](const Place& a, const Place& b) { return Before(a, b); });
  for (size_t i = 0; i < places_.size(); ++i) {
    if (i + 2 * kAhead < places_.size())
      __builtin_prefetch(&entries_[places_[i + 2 * kAhead].index]);
    if (i + kAhead < places_.size()) entries_[places_[i + kAhead].index].PrefetchBytes();
    const Entry& entry = entries_[places_[i].index];
    tables_[entry.table].memtable->InsertRising(entry.user_key, entry.trailer, entry.value);
  }
  entries_.clear();
  tables_.clear();
}

}  // namespace ledgerstone
