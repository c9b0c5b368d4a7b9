#include "binding/statistics.h"

#include "binding/environment.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

// An object under construction.
class Fields {
 public:
  explicit Fields(napi_env env) : env_(env), object_(Object(env)) {}
  template <class T>
  Fields& Add(const char* name, const T& value) {
    Set(env_, object_, name, value);
    return *this;
  }
  napi_value object() const { return object_; }

 private:
  napi_env env_;
  napi_value object_;
};

// A Float64Array of pairs: largest value, count. An object for each bucket would cost more than all
// the rest.
napi_value Buckets(napi_env env, const std::vector<LatencyBucket>& buckets) {
  void* data = nullptr;
  napi_value memory = nullptr;
  napi_create_arraybuffer(env, buckets.size() * 2 * sizeof(double), &data, &memory);
  auto* number = static_cast<double*>(data);
  for (const LatencyBucket& bucket : buckets) {
    *number++ = static_cast<double>(bucket.largest_micros);
    *number++ = static_cast<double>(bucket.count);
  }
  napi_value array = nullptr;
  napi_create_typedarray(env, napi_float64_array, buckets.size() * 2, memory, 0, &array);
  return array;
}

napi_value Latency(napi_env env, const LatencyStatistics& latency) {
  return Fields(env)
      .Add("count", latency.count)
      .Add("sumMicros", latency.sum_micros)
      .Add("p50Micros", latency.p50_micros)
      .Add("p99Micros", latency.p99_micros)
      .Add("p999Micros", latency.p999_micros)
      .Add("maxMicros", latency.max_micros)
      .Add("buckets", Buckets(env, latency.buckets))
      .object();
}

napi_value Latencies(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("commitMemory", Latency(env, statistics.commit[0]))
      .Add("commitOs", Latency(env, statistics.commit[1]))
      .Add("commitDisk", Latency(env, statistics.commit[2]))
      .Add("logSync", Latency(env, statistics.log_sync))
      .Add("diskGet", Latency(env, statistics.disk_get))
      .Add("flush", Latency(env, statistics.flush))
      .Add("compaction", Latency(env, statistics.compaction))
      .object();
}

napi_value Writes(napi_env env, const StoreStatistics& statistics) {
  const auto& asked = statistics.batches_by_durability;
  return Fields(env)
      .Add("groups", statistics.groups)
      .Add("batches", statistics.batches)
      .Add("entries", statistics.entries)
      .Add("conflicts", statistics.conflicts)
      .Add("batchesByDurability",
           Fields(env).Add("memory", asked[0]).Add("os", asked[1]).Add("disk", asked[2]).object())
      .Add("userBytes", statistics.user_bytes)
      .Add("logBytes", statistics.log_bytes)
      .Add("logSyncs", statistics.log_syncs)
      .Add("queuedBytes", statistics.queued_bytes)
      .object();
}

napi_value Reads(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("gets", statistics.gets)
      .Add("getsFromMemtable", statistics.gets_from_memtable)
      .Add("blocksRead", statistics.blocks_read)
      .Add("blockBytesRead", statistics.block_bytes_read)
      .object();
}

napi_value Filters(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("checks", statistics.filter_checks)
      .Add("useful", statistics.filter_useful)
      .Add("falsePositives", statistics.filter_false_positives)
      .object();
}

napi_value Memory(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("budgetBytes", statistics.memory_budget)
      .Add("memtableBytes", statistics.memtable_bytes)
      .Add("reservedBytes", statistics.cache_reserved_bytes)
      .object();
}

napi_value Cache(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("bytes", statistics.cache_bytes)
      .Add("pinnedBytes", statistics.cache_pinned_bytes)
      .Add("hits", statistics.cache_hits)
      .Add("misses", statistics.cache_misses)
      .Add("evictions", statistics.cache_evictions)
      .object();
}

napi_value Stall(napi_env env, const StallStatistics& stall) {
  return Fields(env)
      .Add("count", stall.count)
      .Add("micros", stall.micros)
      .Add("longestMicros", stall.longest_micros)
      .object();
}

napi_value Stalls(napi_env env, const StoreStatistics& statistics) {
  Fields stalls(env);
  for (size_t i = 0; i < statistics.stalls.size(); ++i) {
    const std::string name(StallCauseName(static_cast<StallCause>(i)));
    stalls.Add(name.c_str(), Stall(env, statistics.stalls[i]));
  }
  return stalls.Add("stalledMicros", statistics.stalled_micros).object();
}

napi_value Background(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("flushes", statistics.flushes)
      .Add("flushBytes", statistics.flush_bytes)
      .Add("compactions", statistics.compactions)
      .Add("moves", statistics.moves)
      .Add("compactionBytesRead", statistics.compaction_bytes_read)
      .Add("compactionBytesWritten", statistics.compaction_bytes_written)
      .Add("compactionPendingBytes", statistics.compaction_pending_bytes)
      .Add("errors", statistics.background_errors)
      .object();
}

napi_value State(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("sequence", Bigint(env, statistics.visible_sequence))
      .Add("applied", Bigint(env, statistics.applied))
      .Add("readOnly", statistics.read_only)
      .Add("snapshots", statistics.snapshots)
      .Add("tables", statistics.tables)
      .Add("tableBytes", statistics.table_bytes)
      .Add("liveBytes", statistics.live_bytes)
      .Add("manifestBytes", statistics.manifest_bytes)
      .Add("immutableGenerations", statistics.immutable_generations)
      .object();
}

napi_value Level(napi_env env, const LevelStatistics& level) {
  return Fields(env)
      .Add("level", level.level)
      .Add("files", level.files)
      .Add("bytes", level.bytes)
      .Add("targetBytes", level.target_bytes)
      .Add("entries", level.entries)
      .Add("tombstones", level.tombstones)
      .Add("reads", level.reads)
      .Add("bytesRead", level.bytes_read)
      .Add("bytesWritten", level.bytes_written)
      .object();
}

}  // namespace

napi_value NamespaceList(napi_env env, const std::vector<NamespaceLevels>& namespaces) {
  const auto level = [env](const LevelStatistics& found) { return Level(env, found); };
  return List(env, namespaces, [&](const NamespaceLevels& found) {
    return Fields(env)
        .Add("namespace", found.name)
        .Add("levels", List(env, found.levels, level))
        .object();
  });
}

napi_value StatisticsObject(napi_env env, const StoreStatistics& statistics) {
  return Fields(env)
      .Add("openMicros", statistics.open_micros)
      .Add("state", State(env, statistics))
      .Add("writes", Writes(env, statistics))
      .Add("reads", Reads(env, statistics))
      .Add("filters", Filters(env, statistics))
      .Add("memory", Memory(env, statistics))
      .Add("cache", Cache(env, statistics))
      .Add("stalls", Stalls(env, statistics))
      .Add("background", Background(env, statistics))
      .Add("amplification", Fields(env)
                                .Add("write", statistics.write_amplification)
                                .Add("space", statistics.space_amplification)
                                .Add("read", statistics.read_amplification)
                                .object())
      .Add("latency", Latencies(env, statistics))
      .Add("namespaces", NamespaceList(env, statistics.namespaces))
      .object();
}

napi_value EventObject(napi_env env, const Event& event) {
  return Fields(env)
      .Add("kind", EventKindName(event.kind))
      .Add("text", EventText(event))
      .Add("detail", event.detail)
      .Add("bytes", event.bytes)
      .Add("micros", event.micros)
      .Add("error", event.status.ok() ? Undefined(env) : MakeError(env, event.status))
      .Add("file", event.file)
      .Add("namespace", event.namespace_name)
      .Add("inputLevel", event.input_level)
      .Add("outputLevel", event.output_level)
      .Add("inputTables", event.input_tables)
      .Add("metTables", event.met_tables)
      .Add("outputTables", event.output_tables)
      .Add("cause", StallCauseName(event.stall))
      .object();
}

}  // namespace ledgerstone::binding
