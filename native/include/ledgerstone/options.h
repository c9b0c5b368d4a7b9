// What a store and a namespace can be told, with the defaults. Sizes are bytes, times microseconds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace ledgerstone {

class Env;
class Scheduler;
class EventListener;

// Frozen: on disk in block trailers and namespace records.
enum class Compression : uint8_t { kNone = 0, kLz4 = 1, kZstd = 2 };

// What a merge does to the value below it; base/merge_operator.h tells how. Frozen: in namespace
// records.
enum class MergeOperator : uint8_t {
  kNone = 0,
  kAddI64 = 1,
  kAddI128 = 2,
  kAppend = 3,
  kMax = 4,
  kMin = 5,
  kJsonMergePatch = 6,
};

// How safe a write is when its promise fulfils.
enum class Durability : uint8_t {
  kMemory = 0,  // in this process's memory: survives neither its death nor a power cut
  kOs = 1,      // handed to the operating system: survives the process, not a power cut
  kDisk = 2,    // synced: survives a power cut
};

// Whether a read may wait for the disk. With kMemory it answers Incomplete instead.
enum class Tier : uint8_t { kMemory, kDisk };

inline constexpr uint32_t kKeyBytesMax = 64 * 1024 - 1;
inline constexpr uint32_t kValueBytesMax = 256u << 20;
inline constexpr uint32_t kNamespaceNameBytesMax = 255;
inline constexpr int kLevelCount = 7;

struct NamespaceOptions {
  // Names of what the caller uses, kept in the manifest and compared at reopen; opaque here.
  std::string key_codec = "binary";
  std::string value_codec = "binary";
  // Written without a write-ahead log; see docs/architecture.md, "Derived namespaces".
  bool derived = false;
  MergeOperator merge = MergeOperator::kNone;           // compared at reopen
  Compression compression = Compression::kLz4;          // above the bottom level
  Compression bottom_compression = Compression::kZstd;  // at the bottom level
  uint32_t filter_bits_per_key = 10;
};

using NamespaceId = uint32_t;

struct NamespaceInfo {
  NamespaceId id = 0;
  std::string name;
  NamespaceOptions options;
};

// How much of the past is kept: the finished log segments whose writes are in tables, until they
// exceed `bytes` or were flushed longer than `age_millis` ago, and every version since the oldest
// of them. 0: no limit of that kind; both 0: nothing is kept.
struct RetentionOptions {
  uint64_t bytes = 0;
  uint64_t age_millis = 0;
  bool any() const { return bytes > 0 || age_millis > 0; }
};

struct StoreOptions {
  bool create_if_missing = true;
  bool error_if_exists = false;
  // Takes no lock and changes nothing: shows the newest state that is whole on disk when it is
  // opened, also while another owner writes on.
  bool read_only = false;

  // One budget over memtables, indexes, filters and cached blocks.
  uint64_t memory_budget = 256ull << 20;
  // Memory of one generation of memtables; 0: derived from the budget.
  uint64_t generation_bytes = 0;
  // Full generations that may wait for their flush before writers wait.
  uint32_t immutable_generations_max = 2;

  uint32_t block_bytes = 4096;
  // A manifest that has grown beyond this, and beyond four times what it began with, is begun anew.
  uint64_t manifest_bytes_max = 16ull << 20;
  uint64_t table_bytes = 32ull << 20;  // target size of a compaction's output files
  uint64_t level_base_bytes = 0;       // smallest level below L0; 0: derived from the generation
  uint32_t level_fanout = 10;
  uint32_t l0_compaction_trigger = 4;  // files
  // For so long after a flush more may be on its way: L0 is merged at twice its trigger, but not
  // later than writers would be slowed down for it. What lies below is rewritten half as often.
  uint64_t l0_patience_micros = 500'000;
  uint32_t l0_slowdown_trigger = 12;
  uint32_t l0_stop_trigger = 28;
  bool use_block_cache = true;
  bool compact_in_background = true;
  int level_count = kLevelCount;  // 2 … kLevelCount; "one level" below L0 is 2

  RetentionOptions retention;

  uint64_t group_bytes_max = 4ull << 20;  // of one commit group
  // Flushed writes kept in memory for transactions that began before them; 0: a quarter of the
  // budget. A transaction that outlives it ends in Conflict.
  uint64_t transaction_window_bytes = 0;
  uint64_t idle_promise_micros = 10'000;  // after the last sync of an idle log
  // Zeros put ahead of a log that is synced in small steps; 0: none.
  uint64_t log_space_bytes = 256ull << 10;

  Env* env = nullptr;              // nullptr: Env::Posix()
  Scheduler* scheduler = nullptr;  // nullptr: the store makes a threaded one
  EventListener* listener = nullptr;
};

// Problems with the values themselves are told by Store::Open as InvalidArgument.

}  // namespace ledgerstone
