#include "store/shared_engine.h"

#include <algorithm>
#include <array>

#include "store/store_defaults.h"

namespace ledgerstone {
namespace {

struct OptionRow {
  EngineOption option;
  const char* name;
  uint64_t (*value)(const StoreOptions&);
};

constexpr std::array<OptionRow, kEngineOptionCount> kRows{{
    {EngineOption::kMemoryBudget, "memory_budget", [](auto& o) { return o.memory_budget; }},
    {EngineOption::kGenerationBytes, "generation_bytes",
     [](auto& o) { return o.generation_bytes; }},
    {EngineOption::kBlockBytes, "block_bytes", [](auto& o) { return uint64_t{o.block_bytes}; }},
    {EngineOption::kTableBytes, "table_bytes", [](auto& o) { return o.table_bytes; }},
    {EngineOption::kLevelBaseBytes, "level_base_bytes", [](auto& o) { return o.level_base_bytes; }},
    {EngineOption::kLevelFanout, "level_fanout", [](auto& o) { return uint64_t{o.level_fanout}; }},
    {EngineOption::kL0CompactionTrigger, "l0_compaction_trigger",
     [](auto& o) { return uint64_t{o.l0_compaction_trigger}; }},
    {EngineOption::kLevels, "level_count",
     [](auto& o) { return static_cast<uint64_t>(o.level_count); }},
    {EngineOption::kRetentionBytes, "retention.bytes", [](auto& o) { return o.retention.bytes; }},
    {EngineOption::kRetentionAge, "retention.age_millis",
     [](auto& o) { return o.retention.age_millis; }},
    {EngineOption::kUseBlockCache, "use_block_cache",
     [](auto& o) { return uint64_t{o.use_block_cache}; }},
    {EngineOption::kCompactInBackground, "compact_in_background",
     [](auto& o) { return uint64_t{o.compact_in_background}; }},
}};

}  // namespace

Status SharedEngine::Open(const StoreOptions& options, const std::string& path) {
  options_ = WithDefaults(options);
  StoreOptions own = options;
  own.listener = this;
  return Store::Open(own, path, &store_);
}

Status SharedEngine::Compare(const SharedStoreOptions& asked) const {
  for (const OptionRow& row : kRows) {
    if (!asked.given.test(static_cast<size_t>(row.option))) continue;
    const uint64_t wanted = row.value(asked.store);
    const uint64_t found = row.value(options_);
    if (wanted == found) continue;
    return Status(StatusCode::kMismatch, std::string(row.name) + " is " + std::to_string(wanted) +
                                             ", but " + std::to_string(found) +
                                             " in the store as this process has it open");
  }
  return Status::Ok();
}

void SharedEngine::Add(const Listener& listener) {
  if (listener == nullptr) return;
  const std::lock_guard lock(mutex_);
  listeners_.push_back(listener);
}

void SharedEngine::Remove(const Listener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, listener);
}

void SharedEngine::OnEvent(const Event& event) {
  std::vector<Listener> told;
  {
    const std::lock_guard lock(mutex_);
    told = listeners_;
  }
  for (const Listener& listener : told) listener->OnEvent(event);
}

}  // namespace ledgerstone
