#include "testing/option_sets.h"

#include <functional>

#include "testing/store_world.h"

namespace ledgerstone {
namespace {

OptionSet Named(const std::string& name, const std::function<void(OptionSet&)>& change) {
  OptionSet set;
  set.name = name;
  set.store = TinyStoreOptions();
  // No transaction outlives it, so that verdicts depend on what was read alone.
  set.store.transaction_window_bytes = 64 << 20;
  change(set);
  return set;
}

}  // namespace

const std::vector<OptionSet>& OptionSets() {
  static const std::vector<OptionSet> sets = {
      Named("tiny", [](OptionSet&) {}),
      Named("another seed", [](OptionSet& set) { set.scheduler_seed = 77; }),
      Named("tiny blocks", [](OptionSet& set) { set.store.block_bytes = 64; }),
      Named("one level below", [](OptionSet& set) { set.store.level_count = 2; }),
      Named("no block cache", [](OptionSet& set) { set.store.use_block_cache = false; }),
      Named("tiny block cache", [](OptionSet& set) { set.store.memory_budget = 256 << 10; }),
      Named("uncompressed",
            [](OptionSet& set) {
              set.space.compression = set.space.bottom_compression = Compression::kNone;
            }),
      Named("all zstd", [](OptionSet& set) { set.space.compression = Compression::kZstd; }),
      Named("all lz4", [](OptionSet& set) { set.space.bottom_compression = Compression::kLz4; }),
      Named("no filter", [](OptionSet& set) { set.space.filter_bits_per_key = 0; }),
      Named("no background compaction",
            [](OptionSet& set) { set.store.compact_in_background = false; }),
      Named("wider generation, patient L0",
            [](OptionSet& set) {
              set.store.generation_bytes = 32 << 10;
              set.store.l0_patience_micros = 10'000;
            }),
      Named("deep and narrow",
            [](OptionSet& set) {
              set.store.level_count = kLevelCount;
              set.store.level_fanout = 2;
              set.store.level_base_bytes = 1 << 10;
              set.store.l0_compaction_trigger = 1;
              set.store.immutable_generations_max = 1;
              set.store.log_space_bytes = 0;
            }),
      Named("everything kept",
            [](OptionSet& set) { set.store.retention = {.bytes = 1 << 20, .age_millis = 0}; }),
      Named("real files and threads",
            [](OptionSet& set) {
              set.real_files = true;
              set.is_rare = true;
            }),
  };
  return sets;
}

}  // namespace ledgerstone
