#include "store/generation.h"

namespace ledgerstone {
namespace {

// Of a range delete beside its bounds: itself and its stretch of keys.
constexpr uint64_t kRangeDeleteOverhead = 256;

}  // namespace

std::shared_ptr<Generation> Generation::Create(Env* env, BlockCache* cache, uint64_t log_number,
                                               uint64_t capacity) {
  auto arena = Arena::Create(env, std::min(capacity, Arena::kCapacityMax));
  if (arena == nullptr) return nullptr;
  return std::shared_ptr<Generation>(new Generation(std::move(arena), cache, log_number));
}

Generation::Generation(std::unique_ptr<Arena> arena, BlockCache* cache, uint64_t log_number_in)
    : log_number(log_number_in), arena_(std::move(arena)), cache_(cache) {}

Generation::~Generation() { cache_->Release(charged_); }

MemTable* Generation::Find(NamespaceId id) const {
  const auto found = memtables_.find(id);
  return found == memtables_.end() ? nullptr : found->second.get();
}

MemTable* Generation::FindOrAdd(NamespaceId id) {
  auto& slot = memtables_[id];
  if (slot == nullptr)
    slot = std::make_unique<MemTable>(arena_.get(), HashMix(log_number) + id, &beside_arena_bytes_);
  return slot.get();
}

void Generation::AddRangeDelete(NamespaceId id, RangeTombstone tombstone) {
  MemTable* const memtable = Find(id);
  if (memtable == nullptr) return;
  const uint64_t bytes = tombstone.begin.size() + tombstone.end.size() + kRangeDeleteOverhead;
  beside_arena_bytes_.fetch_add(bytes);
  memtable->range_tombstones().Add(std::move(tombstone));
}

void Generation::UpdateCharge() {
  constexpr uint64_t kStep = uint64_t{1} << 18;
  const uint64_t target = (used() + kStep - 1) / kStep * kStep;
  if (target <= charged_) return;
  cache_->Reserve(target - charged_);
  charged_ = target;
}

bool Generation::empty() const {
  return last_sequence == 0 && applied == 0 && created.empty() && dropped.empty();
}

}  // namespace ledgerstone
