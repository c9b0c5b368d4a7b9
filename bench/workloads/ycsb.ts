// The six core workloads of the Yahoo! Cloud Serving Benchmark (Cooper et al., 2010), by 32 callers
// on one thread: reads and scans are the contender's synchronous ones where it has those, writes
// are awaited. All come from one store that is loaded once, in the order that YCSB advises: A, B,
// C, F, D, and E last, since D and E insert.
//
// 1. Which entry: zipfian over all that were loaded, of D over those inserted last.
// 2. A read must see nothing older than what was acknowledged before it began (versions.ts). A scan
//    must begin at its key, rise, and have the value of each key.

import { Histogram } from '../histogram.js'
import type { Entries } from '../keys.js'
import { ALL_PEERS } from '../peers/contenders.js'
import type { Peer } from '../peers/peer.js'
import { Random, Zipfian } from '../random.js'
import { residentNow } from '../resources.js'
import { openFilled, readBack } from './steps.js'
import { Versions } from './versions.js'
import {
  type Job,
  type Outcome,
  type Row,
  type Workload,
  WrongResult,
  entriesOf,
  secondsOf,
} from './workload.js'

const CALLERS = 32
const SCAN_ENTRIES_MAX = 100

type Operation = 'read' | 'update' | 'insert' | 'scan' | 'modify'

interface Mix {
  letter: string
  what: string
  /** The rare or second operation, and how often it comes. */
  share: number
  usual: Operation
  other: Operation
  latest?: boolean
  /** Of the reads of other rows. */
  operations: number
}

const half = { share: 0.5, operations: 1 / 2 }
const few = { share: 0.05, operations: 1 / 2 }
const MIXES: readonly Mix[] = [
  { letter: 'a', what: '50 % reads, 50 % updates', usual: 'read', other: 'update', ...half },
  { letter: 'b', what: '95 % reads, 5 % updates', usual: 'read', other: 'update', ...few },
  { letter: 'c', what: 'reads', usual: 'read', other: 'read', ...few },
  {
    ...{ letter: 'f', what: '50 % reads, 50 % read-modify-writes', ...half },
    ...{ usual: 'read', other: 'modify' },
  },
  {
    ...{ letter: 'd', what: '95 % reads of what was inserted last, 5 % inserts', ...few },
    ...{ usual: 'read', other: 'insert', latest: true },
  },
  {
    ...{ letter: 'e', what: '95 % scans of 1 to 100 entries, 5 % inserts', ...few },
    ...{ usual: 'scan', other: 'insert', operations: 1 / 20 },
  },
]

const countOf = (mix: Mix, { sizes }: Job): number =>
  Math.max(1, Math.floor(sizes.reads * mix.operations))

/** The entries that are there, their versions, and the operations on them. */
class Table {
  readonly #peer: Peer
  readonly #loaded: Entries
  readonly #entries: Entries
  readonly #versions: Versions
  readonly #inserted: Uint8Array
  readonly #random: Random
  readonly #zipfian: Zipfian
  #next: number
  #there: number

  constructor(peer: Peer, loaded: Entries, entries: Entries, random: Random) {
    this.#peer = peer
    this.#entries = entries
    this.#versions = new Versions(entries.size)
    this.#inserted = new Uint8Array(entries.size - loaded.size)
    this.#random = random
    this.#zipfian = new Zipfian(loaded.size, random)
    this.#next = loaded.size
    this.#there = loaded.size
    this.#loaded = loaded
  }

  /** By its age: entries that were loaded are in random order, those inserted after them. */
  #entryAt(age: number): number {
    return age < this.#loaded.size ? this.#loaded.at(age) : age
  }

  #pick(latest: boolean): number {
    const rank = this.#zipfian.next()
    return this.#entryAt(latest ? Math.max(0, this.#there - 1 - rank) : rank)
  }

  do(operation: Operation, latest: boolean): Promise<unknown> | void {
    if (operation === 'read') return this.#read(this.#pick(latest))
    if (operation === 'update') return this.#write(this.#pick(latest))
    if (operation === 'insert') return this.#insert()
    const entry = this.#pick(latest)
    if (operation === 'scan') return this.#scan(entry)
    this.#read(entry)
    return this.#write(entry)
  }

  #read(entry: number): void {
    const least = this.#versions.least(entry)
    const value = this.#peer.get(this.#entries.probe(entry))
    if (this.#entries.versionOf(value, entry) >= least) return
    throw new WrongResult(`Entry ${entry} is missing, wrong or older than version ${least}`)
  }

  async #write(entry: number): Promise<void> {
    const version = this.#versions.begin(entry)
    await this.#peer.put(this.#entries.key(entry), this.#entries.value(entry, version))
    this.#versions.acknowledge(entry)
  }

  async #insert(): Promise<void> {
    const entry = this.#next
    if (entry >= this.#entries.size) return this.#write(this.#pick(true))
    this.#next += 1
    await this.#peer.put(this.#entries.key(entry), this.#entries.value(entry))
    const first = this.#loaded.size
    this.#inserted[entry - first] = 1
    while (this.#inserted[this.#there - first] === 1) this.#there += 1
  }

  #scan(first: number): void | Promise<void> {
    const count = 1 + this.#random.below(SCAN_ENTRIES_MAX)
    const there = this.#there
    let last = first - 1
    return this.#peer.seek(this.#entries.key(first), count, (key, value) => {
      const entry = this.#entries.entryOf(key)
      const follows = last + 1 < there ? entry === last + 1 : entry > last
      if (!follows || this.#entries.versionOf(value, entry) < 0) {
        throw new WrongResult(`A scan from ${first} on goes wrong behind ${last}`)
      }
      last = entry
    })
  }
}

async function runMix(table: Table, mix: Mix, job: Job, random: Random) {
  const latency = new Histogram()
  const operations = countOf(mix, job)
  const { share, usual, other, latest = false } = mix
  let begun = 0
  const caller = async (): Promise<void> => {
    while (begun < operations) {
      begun += 1
      const began = performance.now()
      const done = table.do(random.next() < share ? other : usual, latest)
      if (done instanceof Promise) await done
      latency.record(performance.now() - began)
    }
  }
  const seconds = await secondsOf(() => Promise.all(Array.from({ length: CALLERS }, caller)))
  return { value: operations / seconds, latency: latency.latency(), residentBytes: residentNow() }
}

const nameOf = ({ letter }: Mix): string => `ycsb-${letter}`

async function measure(job: Job): Promise<Outcome> {
  const loaded = entriesOf(job)
  const inserts = MIXES.filter(({ other }) => other === 'insert')
  const room = inserts.reduce((sum, mix) => sum + countOf(mix, job), 0)
  const entries = entriesOf(job, loaded.size + Math.ceil(room / 10))
  const peer = await openFilled(job, loaded)
  readBack(peer, loaded)
  const random = new Random(job.sizes.seed)
  const table = new Table(peer, loaded, entries, random)
  const outcome: Outcome = {}
  for (const mix of MIXES) {
    if (!job.rows.includes(nameOf(mix))) continue
    const stalled = peer.stallMicros()
    const measured = await runMix(table, mix, job, random)
    const stalledNow = peer.stallMicros()
    outcome[nameOf(mix)] = {
      ...measured,
      stallMicros: stalledNow === undefined ? undefined : stalledNow - (stalled ?? 0),
    }
  }
  await peer.close()
  return outcome
}

export const ycsb: Workload = {
  name: 'ycsb',
  rows: [...MIXES]
    .sort((one, other) => (one.letter < other.letter ? -1 : 1))
    .map((mix): Row => ({
      name: nameOf(mix),
      unit: 'ops/s',
      better: 'more',
      what: `${mix.what}; 32 callers`,
      timed: 'operation',
    })),
  durability: 'os',
  peers: ALL_PEERS,
  measure,
}
