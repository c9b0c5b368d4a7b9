// Every workload, in the order of the table, and the one table of the names of rows.

import { deleteRandom, overwrite } from './changes.js'
import { eventLog } from './event-log.js'
import { fillAsync, fillBatch, fillRandom, fillSeq, fillSync, fillSync64 } from './fills.js'
import { memory } from './memory.js'
import { opening } from './opening.js'
import { readWhileWriting } from './read-while-writing.js'
import { reads } from './reads.js'
import { recovery } from './recovery.js'
import { sustainedFill } from './sustained-fill.js'
import type { Row, Workload } from './workload.js'
import { ycsb } from './ycsb.js'

export const workloads: readonly Workload[] = [
  ...[fillSeq, fillRandom, fillBatch, fillAsync, overwrite, deleteRandom],
  ...[fillSync, fillSync64, sustainedFill],
  ...[reads, readWhileWriting, ycsb],
  ...[eventLog, memory, recovery, opening],
]

/** What rows were called before they had the names of db_bench and YCSB. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'fill-random': 'fillrandom',
  'put-in-flight': 'fillasync',
  'get-hit': 'readrandom',
  'get-miss': 'readmissing',
  scan: 'readseq',
  'durable-put': 'fillsync',
  'durable-put-64': 'fillsync-64',
}

export const rows: readonly Row[] = workloads.flatMap((workload) => workload.rows)

export function workloadNamed(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name)
  if (found === undefined) throw new RangeError(`There is no workload '${name}'`)
  return found
}

/** The rows that a name stands for: its own, or all of a workload. */
export function rowsNamed(name: string): readonly string[] {
  const present = FORMER_NAMES[name] ?? name
  const found = rows.filter((row) => row.name === present)
  const group = workloads.filter((workload) => workload.name === present)
  const all = found.length > 0 ? found : group.flatMap((workload) => workload.rows)
  if (all.length > 0) return all.map((row) => row.name)
  const names = [...new Set([...workloads, ...rows].map((named) => named.name))].join(', ')
  throw new RangeError(`There is no workload '${name}'; there are ${names}`)
}
