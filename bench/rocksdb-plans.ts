// What scripts/bench-rocksdb.mjs runs from C++: a fill, and what reads it.

/** `next` calls of one seek. */
export const NEXTS = 10

export interface RocksDbPlan {
  /** Of db_bench and of ledgerstone_bench. */
  benchmarks: readonly string[]
  /** The rows' names in bench/history, one for each benchmark. */
  names: readonly string[]
  /** Flags that db_bench does not know. */
  ours?: readonly string[]
  /** Flags of both. */
  both?: readonly string[]
}

export const PLANS: readonly RocksDbPlan[] = [
  {
    benchmarks: ['fillrandom', 'readrandom', 'readmissing', 'seekrandom', 'readseq'],
    names: ['fillrandom', 'readrandom', 'readmissing', `seekrandom, ${NEXTS} nexts`, 'readseq'],
  },
  { benchmarks: ['fillseq'], names: ['fillseq'] },
  {
    benchmarks: ['fillrandom'],
    names: ['fillrandom, one in flight'],
    ours: ['--in_flight=1'],
  },
  {
    benchmarks: ['fillrandom'],
    names: ['fillrandom, batches of 100'],
    both: ['--batch_size=100'],
  },
]
