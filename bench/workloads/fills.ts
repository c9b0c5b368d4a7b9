// Rows that fill an empty store. Each ends with reading everything back.

import { Histogram } from '../histogram.js'
import type { Entries } from '../keys.js'
import { ALL_PEERS, type Contender } from '../peers/contenders.js'
import type { Durability, Peer } from '../peers/peer.js'
import { Costs, openFor, readBack, timedFill, writeWithCallers } from './steps.js'
import { type Job, type Row, type Workload, entriesOf, secondsOf } from './workload.js'

/** Does all of the writing; resolves to the seconds it took. */
type Filler = (peer: Peer, entries: Entries, latency: Histogram) => Promise<number>

const PUTS_PER_BATCH = 100
const PUTS_PER_LARGE_BATCH = 1000
const IN_FLIGHT = 256
const DURABLE_CALLERS = 64
const DURABLE_ENTRIES_PER_SINGLE = 10

interface Fill {
  row: Omit<Row, 'unit' | 'better'>
  durability: Durability
  fill: Filler
  peers?: readonly Contender[]
  /** Entries, where they are not those of most workloads. */
  entries?: (job: Job) => number
}

function inBatches(size: number, random: boolean): Filler {
  return (peer, entries, latency) => {
    const order = random ? (index: number) => entries.at(index) : (index: number) => index
    return timedFill(peer, entries, { order, size, latency })
  }
}

function withCallers(callers: number): Filler {
  return (peer, entries, latency) => {
    const put = (entry: number) => peer.put(entries.key(entry), entries.value(entry))
    return secondsOf(() => writeWithCallers(entries, callers, latency, put))
  }
}

function workload({ row, durability, fill, peers = ALL_PEERS, entries: count }: Fill): Workload {
  const measure = async (job: Job) => {
    const entries = entriesOf(job, count?.(job))
    const peer = await openFor(job, durability)
    const costs = new Costs(peer, job)
    const latency = new Histogram()
    const seconds = await fill(peer, entries, latency)
    if (job.contender !== 'append-loop') readBack(peer, entries)
    const rest = await costs.atRest(entries.bytes)
    await peer.close()
    return { [row.name]: { value: entries.size / seconds, latency: latency.latency(), ...rest } }
  }
  const rows: readonly Row[] = [{ ...row, unit: 'puts/s', better: 'more' }]
  return { name: row.name, rows, durability, peers, measure }
}

export const fillSeq = workload({
  row: {
    name: 'fillseq',
    what: 'puts in key order, in batches of 100, each awaited',
    timed: 'batch of 100',
  },
  durability: 'os',
  fill: inBatches(PUTS_PER_BATCH, false),
})

export const fillRandom = workload({
  row: {
    name: 'fillrandom',
    what: 'puts in random order, in batches of 100, each awaited',
    timed: 'batch of 100',
  },
  durability: 'os',
  fill: inBatches(PUTS_PER_BATCH, true),
})

export const fillBatch = workload({
  row: {
    name: 'fillbatch',
    what: 'puts in random order, in batches of 1,000, each awaited',
    timed: 'batch of 1,000',
  },
  durability: 'os',
  fill: inBatches(PUTS_PER_LARGE_BATCH, true),
})

export const fillAsync = workload({
  row: {
    name: 'fillasync',
    what: 'single puts in random order, 256 in flight',
    timed: 'put, of 256 in flight',
  },
  durability: 'os',
  fill: withCallers(IN_FLIGHT),
})

export const fillSync = workload({
  row: { name: 'fillsync', what: 'puts by one caller, each awaited', timed: 'put' },
  durability: 'disk',
  fill: withCallers(1),
  peers: ['append-loop', ...ALL_PEERS],
  entries: ({ sizes }) => sizes.durableEntries,
})

export const fillSync64 = workload({
  row: {
    name: 'fillsync-64',
    what: 'puts by 64 callers, each of whom awaits each of theirs',
    timed: 'put, of 64 in flight',
  },
  durability: 'disk',
  fill: withCallers(DURABLE_CALLERS),
  entries: ({ sizes }) => sizes.durableEntries * DURABLE_ENTRIES_PER_SINGLE,
})
