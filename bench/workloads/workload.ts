// What a workload is: it opens one contender in an empty folder, measures it, checks what it read,
// and tells what it measured for each row. Each call runs in a process of its own.

import type { Latency } from '../histogram.js'
import { Entries, type Shape } from '../keys.js'
import type { Contender } from '../peers/contenders.js'
import type { Durability } from '../peers/peer.js'

/** `resident`: reads find all in memory. `small`: there is five times as much data as memory. */
export type Budget = 'resident' | 'small'

export interface Sizes extends Shape {
  entries: number
  /** Operations of a read row; other rows take their share of it. */
  reads: number
  /** Entries of the fill whose memory is measured. */
  fillEntries: number
  sustainedEntries: number
  /** Entries that a single caller writes to the disk one by one. */
  durableEntries: number
  /** Keys and values in the log that recovery reads. */
  recoveryBytes: number
  memoryBytes: number
  budget: Budget
  /** That read at once, each with the store opened for itself. */
  threads: number
  seed: number
}

export interface Job {
  workload: string
  /** Those that are wanted of the workload's rows. */
  rows: readonly string[]
  contender: Contender
  phase: 'prepare' | 'measure'
  directory: string
  sizes: Sizes
}

export interface Row {
  name: string
  unit: string
  better: 'more' | 'less'
  /** What is counted. */
  what: string
  /** What one latency is of, where latencies are taken. */
  timed?: string
}

/** How many of the row's unit were done in each window, one after the other. */
export interface Series {
  windowMillis: number
  counts: number[]
}

export interface Measured {
  /** In the unit of the row. */
  value: number
  latency?: Latency | undefined
  /** Bytes that went to the disk for each byte of keys and values, until all is at rest. */
  writtenPerByte?: number | undefined
  /** Of all files, with all at rest. */
  diskBytes?: number | undefined
  residentBytes?: number | undefined
  stallMicros?: number | undefined
  series?: Series | undefined
  /** Of the writer beside the readers. */
  writesPerSecond?: number | undefined
}

/** By name of the row. */
export type Outcome = Record<string, Measured>

export interface Workload {
  name: string
  rows: readonly Row[]
  /** Of the writes that are measured; none where only reads are. */
  durability: Durability | undefined
  peers: readonly Contender[]
  /** Whether several threads can do it. */
  threaded?: boolean
  /** Fills the folder, then ends its process with SIGKILL. */
  prepare?: (job: Job) => Promise<void>
  measure: (job: Job) => Promise<Outcome>
}

export class WrongResult extends Error {}

export function entriesOf({ sizes }: Job, size = sizes.entries): Entries {
  return new Entries(size, sizes.seed, sizes)
}

export function requireRight(right: number, of: number, what: string): void {
  if (right !== of) throw new WrongResult(`${right} of ${of} ${what} are right`)
}

export async function secondsOf(work: () => Promise<unknown> | void): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}
