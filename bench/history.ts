// bench/history/YYYY-MM.jsonl: one line for each row and each contender beside us, only ever
// appended to.

import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison, Side } from './comparison.js'
import type { Machine } from './machine.js'
import { benchFolder } from './packages.js'
import type { Measured, Sizes } from './workloads/workload.js'

function besides({ value: _value, series: _series, ...measured }: Measured) {
  return measured
}

function lineOf(comparison: Comparison, side: Side | undefined, machine: Machine, sizes: Sizes) {
  const { commit, changed, date, ...rest } = machine
  const { workload, row, durability, ours } = comparison
  return {
    ...{ commit, changed, date, workload, row: row.name, unit: row.unit, better: row.better },
    ...{ durability, ours: ours.values, peer: side?.contender, theirs: side?.values ?? [] },
    ratio: side?.ratio,
    measured: { ours: besides(ours.measured), theirs: side && besides(side.measured) },
    options: { ...sizes, runs: ours.values.length },
    machine: rest,
  }
}

/** Returns the file. */
export function record(
  comparison: Comparison,
  machine: Machine,
  sizes: Sizes,
  folder = join(benchFolder, 'history'),
): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${machine.date.slice(0, 7)}.jsonl`)
  const sides = comparison.others.length > 0 ? comparison.others : [undefined]
  for (const side of sides) {
    appendFileSync(file, `${JSON.stringify(lineOf(comparison, side, machine, sizes))}\n`)
  }
  return file
}
