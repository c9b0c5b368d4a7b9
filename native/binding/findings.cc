#include "binding/findings.h"

#include "binding/environment.h"
#include "binding/values.h"

namespace ledgerstone::binding {

napi_value FindingList(napi_env env, const std::vector<Finding>& findings) {
  return List(env, findings, [env](const Finding& found) { return StatusFields(env, found); });
}

napi_value StatisticsObject(napi_env env, const StoreStatistics& statistics) {
  napi_value object = Object(env);
  const auto set = [&](const char* name, uint64_t value) { Set(env, object, name, value); };
  set("groups", statistics.groups);
  set("batches", statistics.batches);
  set("entries", statistics.entries);
  set("memoryBatches", statistics.batches_by_durability[0]);
  set("osBatches", statistics.batches_by_durability[1]);
  set("diskBatches", statistics.batches_by_durability[2]);
  set("userBytes", statistics.user_bytes);
  set("logBytes", statistics.log_bytes);
  set("logSyncs", statistics.log_syncs);
  set("stallMicros", statistics.stall_micros);
  set("queuedBytes", statistics.queued_bytes);
  set("gets", statistics.gets);
  set("getsFromMemtable", statistics.gets_from_memtable);
  set("filterChecks", statistics.filter_checks);
  set("filterUseful", statistics.filter_useful);
  set("filterFalsePositives", statistics.filter_false_positives);
  set("blocksRead", statistics.blocks_read);
  set("blockBytesRead", statistics.block_bytes_read);
  set("memoryBudget", statistics.memory_budget);
  set("memtableBytes", statistics.memtable_bytes);
  set("cacheBytes", statistics.cache_bytes);
  set("cacheReservedBytes", statistics.cache_reserved_bytes);
  set("cacheHits", statistics.cache_hits);
  set("cacheMisses", statistics.cache_misses);
  set("flushes", statistics.flushes);
  set("flushBytes", statistics.flush_bytes);
  set("compactions", statistics.compactions);
  set("moves", statistics.moves);
  set("compactionBytesRead", statistics.compaction_bytes_read);
  set("compactionBytesWritten", statistics.compaction_bytes_written);
  set("backgroundErrors", statistics.background_errors);
  set("manifestBytes", statistics.manifest_bytes);
  set("snapshots", statistics.snapshots);
  set("tables", statistics.tables);
  set("tableBytes", statistics.table_bytes);
  set("compactionPendingBytes", statistics.compaction_pending_bytes);
  set("immutableGenerations", statistics.immutable_generations);
  Set(env, object, "visibleSequence", Bigint(env, statistics.visible_sequence));
  Set(env, object, "applied", Bigint(env, statistics.applied));
  Set(env, object, "readOnly", statistics.read_only);
  return object;
}

}  // namespace ledgerstone::binding
