// Statistics as callers see them, from the engine's form.

import type { NativeLatency, NativeStats } from '../binding/native-types.js'
import type { Latency, LatencyBucket, StoreStats } from '../binding/statistics-types.js'

export function statsOf({ latency, ...rest }: NativeStats): StoreStats {
  return {
    ...rest,
    latency: {
      commitMemory: latencyOf(latency.commitMemory),
      commitOs: latencyOf(latency.commitOs),
      commitDisk: latencyOf(latency.commitDisk),
      logSync: latencyOf(latency.logSync),
      diskGet: latencyOf(latency.diskGet),
      flush: latencyOf(latency.flush),
      compaction: latencyOf(latency.compaction),
    },
  }
}

function latencyOf({ buckets: pairs, ...rest }: NativeLatency): Latency {
  const buckets: LatencyBucket[] = []
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    buckets.push({ largestMicros: pairs[at] ?? 0, count: pairs[at + 1] ?? 0 })
  }
  return { ...rest, buckets }
}
