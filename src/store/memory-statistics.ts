// What a store in memory counts. It has no log, tables, cache or background: those numbers are 0.

import { type Clock, systemClock } from '../base/clock.js'
import { DURABILITY } from '../binding/constants.js'
import type { NativeLatency, NativeStats } from '../binding/native-types.js'
import type { NamespaceLevels, StallStats, StateStats } from '../binding/statistics-types.js'

type StateOfMemory = Pick<StateStats, 'sequence' | 'applied' | 'snapshots'>

export class MemoryCounts {
  readonly #clock: Clock
  readonly #openedMs: number
  #conflicts = 0
  readonly #batches = { memory: 0, os: 0, disk: 0 }
  #entries = 0
  #bytes = 0
  #gets = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
    this.#openedMs = clock.nowMs()
  }

  wrote(bytes: number, entries: number, durability: number): void {
    this.#bytes += bytes
    this.#entries += entries
    if (durability === DURABILITY.memory) this.#batches.memory++
    else if (durability === DURABILITY.os) this.#batches.os++
    else this.#batches.disk++
  }

  conflicted(): void {
    this.#conflicts++
  }

  got(count: number): void {
    this.#gets += count
  }

  stats(state: StateOfMemory, namespaces: NamespaceLevels[]): NativeStats {
    const { memory, os, disk } = this.#batches
    const batches = memory + os + disk
    return {
      openMicros: Math.round((this.#clock.nowMs() - this.#openedMs) * 1000),
      state: { ...NO_STATE, ...state },
      writes: {
        ...{ groups: batches, batches, entries: this.#entries },
        ...{ batchesByDurability: { memory, os, disk }, userBytes: this.#bytes },
        ...{ conflicts: this.#conflicts, logBytes: 0, logSyncs: 0, queuedBytes: 0 },
      },
      reads: {
        ...{ gets: this.#gets, getsFromMemtable: this.#gets, blocksRead: 0, blockBytesRead: 0 },
      },
      filters: { checks: 0, useful: 0, falsePositives: 0 },
      memory: { budgetBytes: 0, memtableBytes: 0, reservedBytes: 0 },
      cache: { bytes: 0, pinnedBytes: 0, hits: 0, misses: 0, evictions: 0 },
      stalls: { flush: noStall(), compaction: noStall(), slowdown: noStall(), stalledMicros: 0 },
      background: {
        ...{ flushes: 0, flushBytes: 0, compactions: 0, moves: 0, compactionBytesRead: 0 },
        ...{ compactionBytesWritten: 0, compactionPendingBytes: 0, errors: 0 },
      },
      amplification: { write: 0, space: 0, read: 0 },
      latency: {
        ...{ commitMemory: noLatency(), commitOs: noLatency(), commitDisk: noLatency() },
        ...{ logSync: noLatency(), diskGet: noLatency() },
        ...{ flush: noLatency(), compaction: noLatency() },
      },
      namespaces,
    }
  }
}

const NO_STATE: StateStats = {
  ...{ sequence: 0n, applied: 0n, readOnly: false, snapshots: 0, tables: 0, tableBytes: 0 },
  ...{ liveBytes: 0, manifestBytes: 0, immutableGenerations: 0 },
}

const noStall = (): StallStats => ({ count: 0, micros: 0, longestMicros: 0 })

const noLatency = (): NativeLatency => ({
  ...{ count: 0, sumMicros: 0, p50Micros: 0, p99Micros: 0, p999Micros: 0, maxMicros: 0 },
  buckets: new Float64Array(0),
})
