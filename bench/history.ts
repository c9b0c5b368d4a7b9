// bench/history/YYYY-MM.jsonl: one line per row, only ever appended to.

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from './comparison.js'
import type { Machine } from './machine.js'
import { benchFolder } from './packages.js'
import type { Sizes } from './workloads/workload.js'

/** Returns the file. */
export function record(
  comparison: Comparison,
  machine: Machine,
  sizes: Sizes,
  folder = join(benchFolder, 'history'),
): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${machine.date.slice(0, 7)}.jsonl`)
  const { commit, changed, date, ...rest } = machine
  const options = { ...sizes, runs: comparison.ours.length }
  const line = { commit, changed, date, ...comparison, options, machine: rest }
  appendFileSync(file, `${JSON.stringify(line)}\n`)
  return file
}
