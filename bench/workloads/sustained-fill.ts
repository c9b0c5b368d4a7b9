// A long random fill in batches of 100, each awaited: how even the throughput is while flushes and
// compactions go on, and how long the slowest batch waits. Making the entries is in the time, so
// that nothing catches up unseen. A Map is left out: its heap would not bear it.

import { Histogram } from '../histogram.js'
import { PACKAGED } from '../peers/contenders.js'
import { Costs, openFor, readBack } from './steps.js'
import { type Job, type Series, type Workload, entriesOf } from './workload.js'

const PUTS_PER_BATCH = 100
const WINDOW_MILLIS = 20
const WINDOWS_MAX = 200

/** Counts per window, with windows made wider until there are few enough to draw. */
export class SeriesCounter {
  readonly #began = performance.now()
  #windowMillis = WINDOW_MILLIS
  #counts: number[] = []

  add(count: number, now = performance.now()): void {
    const window = (): number => Math.floor((now - this.#began) / this.#windowMillis)
    while (window() >= WINDOWS_MAX) this.#widen()
    const place = window()
    while (this.#counts.length <= place) this.#counts.push(0)
    this.#counts[place] = (this.#counts[place] as number) + count
  }

  series(): Series {
    return { windowMillis: this.#windowMillis, counts: this.#counts }
  }

  #widen(): void {
    const halves = this.#counts
    this.#windowMillis *= 2
    this.#counts = Array.from(
      { length: Math.ceil(halves.length / 2) },
      (_, i) => (halves[2 * i] as number) + (halves[2 * i + 1] ?? 0),
    )
  }
}

async function measure(job: Job) {
  const entries = entriesOf(job, job.sizes.sustainedEntries)
  const peer = await openFor(job, 'os')
  const costs = new Costs(peer, job)
  const latency = new Histogram()
  const counter = new SeriesCounter()
  const start = performance.now()
  for (let from = 0; from < entries.size; from += PUTS_PER_BATCH) {
    const size = Math.min(PUTS_PER_BATCH, entries.size - from)
    const batch = Array.from({ length: size }, (_, i) => entries.at(from + i))
    const keys = batch.map((entry) => entries.key(entry))
    const values = batch.map((entry) => entries.value(entry))
    const began = performance.now()
    await peer.putMany(keys, values)
    const ended = performance.now()
    latency.record(ended - began)
    counter.add(size, ended)
  }
  const value = entries.size / ((performance.now() - start) / 1000)
  readBack(peer, entries)
  const rest = await costs.atRest(entries.bytes)
  await peer.close()
  return { fillsustained: { value, latency: latency.latency(), series: counter.series(), ...rest } }
}

export const sustainedFill: Workload = {
  name: 'fillsustained',
  rows: [
    {
      name: 'fillsustained',
      unit: 'puts/s',
      better: 'more',
      what: 'puts of a longer fill in random order, in batches of 100, each awaited',
      timed: 'batch of 100',
    },
  ],
  durability: 'os',
  peers: PACKAGED,
  measure,
}
