// The rows that read a store at rest, as steps over a store that is open. A step does a range of
// its operations in one go and tells how many items were right; the thread that calls it owns the
// peer.
//
// 1. The orders in which entries are met are made before any clock runs.
// 2. Point reads have a loop each: one loop for all would be compiled for none.

import type { Histogram } from '../histogram.js'
import type { Entries } from '../keys.js'
import type { Peer } from '../peers/peer.js'
import { Random, Zipfian } from '../random.js'
import type { Sizes } from './workload.js'

const IN_FLIGHT = 256
const KEYS_PER_MULTIGET = 100
const ENTRIES_PER_SEEK = 10

export interface Reading {
  peer: Peer
  entries: Entries
  order: Uint32Array
  hot: Uint32Array
}

type Pass = (reading: Reading, from: number, to: number) => number | Promise<number>

export interface ReadStep {
  name: string
  unit: string
  what: string
  /** What one operation is called; a pass over everything is no operation to be timed. */
  timed?: string
  operations: (sizes: Sizes) => number
  /** Of one operation; each of them is checked. */
  items: (entries: Entries) => number
  pass: Pass
  /** Does operations side by side and takes their latencies itself. */
  concurrent?: (reading: Reading, to: number, latency: Histogram) => Promise<number>
}

export function readingOf(peer: Peer, entries: Entries, sizes: Sizes, thread = 0): Reading {
  const first = thread * sizes.reads
  const order = Uint32Array.from({ length: Math.max(1, sizes.reads) }, (_, index) =>
    entries.at((first + index) % entries.size),
  )
  const zipfian = new Zipfian(entries.size, new Random(sizes.seed + thread))
  const hot = Uint32Array.from({ length: order.length }, () => entries.at(zipfian.next()))
  return { peer, entries, order, hot }
}

const once = (): number => 1
const least = (operations: number): number => Math.max(1, Math.floor(operations))

const readRandom: Pass = ({ peer, entries, order }, from, to) => {
  let right = 0
  for (let index = from; index < to; index += 1) {
    const entry = order[index] as number
    if (entries.isValue(peer.get(entries.probe(entry)), entry)) right += 1
  }
  return right
}

const readHot: Pass = ({ peer, entries, hot }, from, to) => {
  let right = 0
  for (let index = from; index < to; index += 1) {
    const entry = hot[index] as number
    if (entries.isValue(peer.get(entries.probe(entry)), entry)) right += 1
  }
  return right
}

const readMissing: Pass = ({ peer, entries, order }, from, to) => {
  let right = 0
  for (let index = from; index < to; index += 1) {
    if (peer.get(entries.missing(order[index] as number)) === undefined) right += 1
  }
  return right
}

const readOneAsync: Pass = async ({ peer, entries, order }, from, to) => {
  let right = 0
  for (let index = from; index < to; index += 1) {
    const entry = order[index] as number
    if (entries.isValue(await peer.getAsync(entries.key(entry)), entry)) right += 1
  }
  return right
}

async function readInFlight(reading: Reading, to: number, latency: Histogram): Promise<number> {
  const { peer, entries, order } = reading
  let next = 0
  let right = 0
  const caller = async (): Promise<void> => {
    while (next < to) {
      const entry = order[next] as number
      next += 1
      const began = performance.now()
      const value = await peer.getAsync(entries.key(entry))
      latency.record(performance.now() - began)
      if (entries.isValue(value, entry)) right += 1
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
  return right
}

const multiRead: Pass = async ({ peer, entries, order }, from, to) => {
  let right = 0
  for (let index = from; index < to; index += 1) {
    const wanted = Array.from(
      { length: KEYS_PER_MULTIGET },
      (_, place) => order[(index * KEYS_PER_MULTIGET + place) % order.length] as number,
    )
    const asked = peer.getMany(wanted.map((entry) => entries.key(entry)))
    const values = asked instanceof Promise ? await asked : asked
    for (const [place, value] of values.entries()) {
      if (entries.isValue(value, wanted[place] as number)) right += 1
    }
  }
  return right
}

// The last entries have no ten behind them: seeks stay in front of those.
const seekRandom: Pass = async ({ peer, entries, order }, from, to) => {
  const last = Math.max(0, entries.size - ENTRIES_PER_SEEK)
  let right = 0
  for (let index = from; index < to; index += 1) {
    const first = Math.min(order[index] as number, last)
    let seen = 0
    const sought = peer.seek(entries.key(first), ENTRIES_PER_SEEK, (key, value) => {
      const entry = first + seen
      if (entries.isKey(key, entry) && entries.isValue(value, entry)) seen += 1
    })
    if (sought instanceof Promise) await sought
    if (seen === Math.min(ENTRIES_PER_SEEK, entries.size)) right += 1
  }
  return right
}

function readAll(reverse: boolean): Pass {
  return async ({ peer, entries }) => {
    let seen = 0
    let right = 0
    const visit = (key: Buffer, value: Buffer): void => {
      const entry = reverse ? entries.size - 1 - seen : seen
      if (entries.isKey(key, entry) && entries.isValue(value, entry)) right += 1
      seen += 1
    }
    const scanned = peer.scan(visit, reverse)
    if (scanned instanceof Promise) await scanned
    return seen === entries.size ? right : -seen
  }
}

export const readSteps: readonly ReadStep[] = [
  {
    name: 'readrandom',
    unit: 'gets/s',
    what: 'synchronous gets of entries that are there, in random order',
    timed: 'get',
    operations: ({ reads }) => reads,
    items: once,
    pass: readRandom,
  },
  {
    name: 'readrandom-async',
    unit: 'gets/s',
    what: 'asynchronous gets of the same, 256 in flight',
    timed: 'get, of 256 in flight',
    operations: ({ reads }) => reads,
    items: once,
    pass: readOneAsync,
    concurrent: readInFlight,
  },
  {
    name: 'readmissing',
    unit: 'gets/s',
    what: 'synchronous gets of keys that are not there, each between two that are',
    timed: 'get',
    operations: ({ reads }) => reads,
    items: once,
    pass: readMissing,
  },
  {
    name: 'readhot',
    unit: 'gets/s',
    what: 'synchronous gets, some entries much more often than others (zipfian, 0.99)',
    timed: 'get',
    operations: ({ reads }) => reads,
    items: once,
    pass: readHot,
  },
  {
    name: 'multireadrandom',
    unit: 'keys/s',
    what: 'keys read 100 at a time, in random order',
    timed: 'read of 100 keys',
    operations: ({ reads }) => least(reads / KEYS_PER_MULTIGET),
    items: () => KEYS_PER_MULTIGET,
    pass: multiRead,
  },
  {
    name: 'seekrandom',
    unit: 'seeks/s',
    what: 'ranges of 10 entries from a random key on',
    timed: 'range of 10',
    operations: ({ reads }) => least(reads / 5),
    items: once,
    pass: seekRandom,
  },
  {
    name: 'readseq',
    unit: 'entries/s',
    what: 'one pass over all entries, keys and values, in key order',
    operations: once,
    items: ({ size }) => size,
    pass: readAll(false),
  },
  {
    name: 'readreverse',
    unit: 'entries/s',
    what: 'the same from the end',
    operations: once,
    items: ({ size }) => size,
    pass: readAll(true),
  },
]
