// One row of the result: medians of both sides, and the ratio of each run to the one beside it.

import type { Contender } from './peers/contenders.js'
import type { Results } from './runner.js'
import type { Row, Workload } from './workloads/workload.js'

export interface Spread {
  median: number
  least: number
  most: number
}

export interface Comparison {
  workload: string
  row: string
  unit: string
  better: Row['better']
  durability: string
  ours: number[]
  peer: Contender
  /** Empty where the peer was left out. */
  theirs: number[]
  /** Above 1: ours is better. */
  ratio: Spread | undefined
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('No values have no median')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (place: number): number => sorted[place] as number
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  }
}

function ratios(row: Row, ours: readonly number[], theirs: readonly number[]): number[] {
  return theirs.map((their, run) => {
    const our = ours[run] as number
    return row.better === 'more' ? our / their : their / our
  })
}

export function compare(workload: Workload, row: Row, results: Results): Comparison {
  const valuesOf = (contender: Contender): number[] =>
    (results.get(contender) ?? []).map((outcome) => outcome[row.name] as number)
  const ours = valuesOf('ledgerstone')
  const theirs = valuesOf(workload.peer)
  return {
    workload: workload.name,
    row: row.name,
    unit: row.unit,
    better: row.better,
    durability: workload.durability ?? '-',
    ours,
    peer: workload.peer,
    theirs,
    ratio: theirs.length === 0 ? undefined : spread(ratios(row, ours, theirs)),
  }
}
