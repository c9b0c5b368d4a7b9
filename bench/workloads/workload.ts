// What a workload is: it opens one contender in an empty folder, measures it, checks what it read,
// and tells one number per row. Each call runs in a process of its own.

import type { Contender } from '../peers/contenders.js'
import type { Durability } from '../peers/peer.js'

export interface Sizes {
  entries: number
  /** Entries of the fill whose memory is measured. */
  fillEntries: number
  /** Entries that a single caller writes to the disk one by one. */
  durableEntries: number
  /** Keys and values in the log that recovery reads. */
  recoveryBytes: number
  memoryBytes: number
  seed: number
}

export interface Job {
  workload: string
  contender: Contender
  phase: 'prepare' | 'measure'
  directory: string
  sizes: Sizes
}

export interface Row {
  name: string
  unit: string
  better: 'more' | 'less'
}

/** By name of the row. */
export type Outcome = Record<string, number>

export interface Workload {
  name: string
  rows: readonly Row[]
  /** Of the writes that are measured; none where only reads are. */
  durability: Durability | undefined
  peer: Contender
  /** Fills the folder, then ends its process with SIGKILL. */
  prepare?: (job: Job) => Promise<void>
  measure: (job: Job) => Promise<Outcome>
}

export class WrongResult extends Error {}

export function secondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e9
}

export async function perSecond(count: number, work: () => Promise<void> | void): Promise<number> {
  const start = process.hrtime.bigint()
  await work()
  return count / secondsSince(start)
}
