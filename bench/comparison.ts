// One row of the result: medians of all who took part, and of each the ratio of our runs to its
// own, each run to the one beside it.

import type { Latency } from './histogram.js'
import { CONTENDERS, type Contender, type Standing } from './peers/contenders.js'
import type { Results } from './runner.js'
import type { Measured, Row, Workload } from './workloads/workload.js'

export interface Spread {
  median: number
  least: number
  most: number
}

/** What one contender did in a row. */
export interface Side {
  contender: Contender
  standing: Standing
  /** Run by run, in the unit of the row. */
  values: number[]
  /** Medians of the runs; `series` is the first run's. */
  measured: Measured
  /** Above 1: ours is better. None for ourselves. */
  ratio: Spread | undefined
}

export interface Comparison {
  workload: string
  row: Row
  durability: string
  ours: Side
  others: Side[]
  /** The best of the peers; where there is none, the floor or limit. */
  beside: Side | undefined
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

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : spread(known).median
}

function medianLatency(all: readonly (Latency | undefined)[]): Latency | undefined {
  const known = all.filter((latency) => latency !== undefined)
  const [first] = known
  if (first === undefined) return undefined
  const median = (name: keyof Latency) => spread(known.map((one) => one[name])).median
  const names = Object.keys(first) as (keyof Latency)[]
  return names.reduce((medians, name) => ({ ...medians, [name]: median(name) }), first)
}

function medianMeasured(runs: readonly Measured[]): Measured {
  const median = (name: keyof Omit<Measured, 'latency' | 'series'>): number | undefined =>
    medianOf(runs.map((run) => run[name]))
  return {
    value: median('value') as number,
    latency: medianLatency(runs.map(({ latency }) => latency)),
    writtenPerByte: median('writtenPerByte'),
    diskBytes: median('diskBytes'),
    residentBytes: median('residentBytes'),
    stallMicros: median('stallMicros'),
    writesPerSecond: median('writesPerSecond'),
    series: runs[0]?.series,
  }
}

function better(row: Row, one: Side, other: Side): Side {
  const isMore = one.measured.value >= other.measured.value
  return isMore === (row.better === 'more') ? one : other
}

export function compare(workload: Workload, row: Row, results: Results): Comparison {
  const sideOf = (contender: Contender, ours?: Side): Side => {
    const runs = (results.get(contender) ?? []).map((outcome) => outcome[row.name] as Measured)
    const values = runs.map(({ value }) => value)
    return {
      contender,
      standing: CONTENDERS[contender].standing,
      values,
      measured: medianMeasured(runs),
      ratio: ours && spread(ratios(row, ours.values, values)),
    }
  }
  const ours = sideOf('ledgerstone')
  const took = workload.peers.filter((peer) => results.has(peer))
  const others = took.map((peer) => sideOf(peer, ours))
  const peers = others.filter(({ standing }) => standing === 'peer')
  const measures = others.filter(({ standing }) => standing === 'floor' || standing === 'limit')
  const [first, ...more] = peers.length > 0 ? peers : measures
  return {
    workload: workload.name,
    row,
    durability: workload.durability ?? '-',
    ours,
    others,
    beside: first && more.reduce((best, side) => better(row, best, side), first),
  }
}
