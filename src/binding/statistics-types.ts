// What the engine counts, as TypeScript sees it. What each number means and what to do about it is
// in docs/observing.md.
//
// 1. Counts and bytes begin at 0 when the store is opened and only rise, unless a name or a comment
//    says "now". Times are microseconds.
// 2. Each number is right by itself; together they are of about one moment, not of exactly one.

export interface LatencyBucket {
  /** How long the slowest of these took at most. */
  largestMicros: number
  count: number
}

/** How long something took. A percentile is at most 1/32 more than the true one, and never less. */
export interface Latency {
  count: number
  sumMicros: number
  p50Micros: number
  p99Micros: number
  p999Micros: number
  maxMicros: number
  /** Those with a count, rising: to take percentiles over a while, subtract an earlier state. */
  buckets: LatencyBucket[]
}

export interface LatencyStats {
  /** A batch with `durability: 'memory'`, from its submission until it is committed. */
  commitMemory: Latency
  /** The same with `'os'`. */
  commitOs: Latency
  /** The same with `'disk'`. */
  commitDisk: Latency
  /** One sync of the log. */
  logSync: Latency
  /** A get that had to read a block: from the first such block to the get's end. */
  diskGet: Latency
  /** A generation of memtables, written to tables. */
  flush: Latency
  /** A compaction that rewrote tables. */
  compaction: Latency
}

export interface WriteStats {
  /** Batches that were committed together count as one group. */
  groups: number
  batches: number
  entries: number
  /** Transactions turned away because what they had read was written since. */
  conflicts: number
  batchesByDurability: { memory: number; os: number; disk: number }
  /** Keys and values as they were handed over. */
  userBytes: number
  logBytes: number
  logSyncs: number
  /** Now: waiting to be committed. */
  queuedBytes: number
}

export interface ReadStats {
  /** Point reads that were answered; a range is none. */
  gets: number
  getsFromMemtable: number
  /** Blocks read from disk for gets and ranges; those of compactions are not counted. */
  blocksRead: number
  blockBytesRead: number
}

export interface FilterStats {
  /** Times a table's filter was asked. */
  checks: number
  /** It said no, which saved a look into the table. */
  useful: number
  /** It said maybe, and the key was not there. */
  falsePositives: number
}

/** Now. */
export interface MemoryStats {
  budgetBytes: number
  memtableBytes: number
  /** Taken from the budget by memtables, open tables' indexes and filters, and background work. */
  reservedBytes: number
}

export interface CacheStats {
  /** Now: of cached blocks. */
  bytes: number
  /** Now: of those, what ranges and large values keep in place. */
  pinnedBytes: number
  hits: number
  misses: number
  evictions: number
}

export interface StallStats {
  /** Of those that ended. */
  count: number
  micros: number
  longestMicros: number
}

export interface StallsByCause {
  /** Memory for writes was full: writers waited for a flush. */
  flush: StallStats
  /** Level 0 was full: writers waited for a compaction. */
  compaction: StallStats
  /** Level 0 filled up: groups were held back a moment each. */
  slowdown: StallStats
  /** Now: how long writers have been waiting; 0 when they are not. */
  stalledMicros: number
}

export interface BackgroundStats {
  flushes: number
  flushBytes: number
  compactions: number
  /** Tables that went down a level without being rewritten. */
  moves: number
  compactionBytesRead: number
  compactionBytesWritten: number
  /** Now: what compaction is behind by. */
  compactionPendingBytes: number
  /** Flushes and compactions that failed and were tried again. */
  errors: number
}

/** Now; 0 when there is nothing to divide by. */
export interface Amplification {
  /** Bytes written to log and tables for each byte of `userBytes`. */
  write: number
  /** Bytes in tables for each live byte, by estimate. */
  space: number
  /** Tables searched for each get. */
  read: number
}

/** Now. */
export interface StateStats {
  /** The newest sequence that readers see. */
  sequence: bigint
  /** The `applied` up to which derived namespaces are in synced tables. */
  applied: bigint
  /** Whether the store was opened read-only or became so by a failure. */
  readOnly: boolean
  snapshots: number
  tables: number
  tableBytes: number
  /** An estimate of what `tableBytes` would be after compacting everything. */
  liveBytes: number
  manifestBytes: number
  /** Full generations of memtables that wait for their flush. */
  immutableGenerations: number
}

export interface LevelState {
  level: number
  files: number
  bytes: number
  /** 0: the level is not in use. */
  targetBytes: number
  entries: number
  tombstones: number
  /** Since the store was opened: times a table was searched; those a filter excluded are not. */
  reads: number
  /** Since the store was opened: by compactions into this level. */
  bytesRead: number
  /** Since the store was opened: by flushes and compactions into this level. */
  bytesWritten: number
}

export interface NamespaceLevels {
  namespace: string
  /** Those with files or a history. */
  levels: LevelState[]
}

/** What `store.stats()` gives. */
export interface StoreStats {
  /** How long the store has been open. */
  openMicros: number
  state: StateStats
  writes: WriteStats
  reads: ReadStats
  filters: FilterStats
  memory: MemoryStats
  cache: CacheStats
  stalls: StallsByCause
  background: BackgroundStats
  amplification: Amplification
  latency: LatencyStats
  namespaces: NamespaceLevels[]
}
