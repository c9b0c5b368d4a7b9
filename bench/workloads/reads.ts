// Reads of a store at rest, written in random order and then brought into its final form. All rows
// come from one store, one after the other. With several threads each of them opens the store for
// itself and does all operations, from another place of the order on.

import { Worker } from 'node:worker_threads'
import { type Counts, Histogram } from '../histogram.js'
import { ALL_PEERS } from '../peers/contenders.js'
import { residentNow } from '../resources.js'
import { type ReadStep, readSteps, readingOf } from './read-steps.js'
import type { Answer, Order } from './read-worker.js'
import { run, time, warm } from './reading.js'
import { openFilled, readBack } from './steps.js'
import {
  type Job,
  type Measured,
  type Outcome,
  type Workload,
  entriesOf,
  secondsOf,
} from './workload.js'

type Measure = (step: ReadStep) => Promise<Measured>

const program = new URL('read-worker.js', import.meta.url)

function chosen({ rows }: Job): ReadStep[] {
  return readSteps.filter(({ name }) => rows.includes(name))
}

async function measureSteps(job: Job, measure: Measure): Promise<Outcome> {
  const outcome: Outcome = {}
  for (const step of chosen(job)) outcome[step.name] = await measure(step)
  return outcome
}

async function onThisThread(job: Job): Promise<Outcome> {
  const entries = entriesOf(job)
  const peer = await openFilled(job, entries)
  readBack(peer, entries)
  const reading = readingOf(peer, entries, job.sizes)
  const outcome = await measureSteps(job, async (step) => {
    await warm(step, reading, job.sizes)
    const latency = new Histogram()
    const seconds = await secondsOf(() => run(step, reading, job.sizes, latency))
    const residentBytes = residentNow()
    await time(step, reading, job.sizes, latency)
    const items = step.operations(job.sizes) * step.items(entries)
    return { value: items / seconds, latency: latency.latency(), residentBytes }
  })
  await peer.close()
  return outcome
}

/** A worker, and one question to it at a time. */
class Reader {
  readonly #worker: Worker

  constructor(job: Job, thread: number) {
    this.#worker = new Worker(program, { workerData: { job, thread } })
  }

  ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#worker.removeAllListeners()
      this.#worker.once('message', resolve)
      this.#worker.once('error', reject)
      this.#worker.once('exit', () => reject(new Error('A reading thread ended early')))
      this.#worker.postMessage(order)
    })
  }

  async end(): Promise<void> {
    await this.ask({ do: 'close' })
    this.#worker.removeAllListeners()
    await this.#worker.terminate()
  }
}

async function onThreads(job: Job): Promise<Outcome> {
  const { sizes } = job
  const entries = entriesOf(job)
  const peer = await openFilled(job, entries)
  const readers = Array.from({ length: sizes.threads }, (_, thread) => new Reader(job, thread))
  const all = (order: Order) => Promise.all(readers.map((reader) => reader.ask(order)))
  await all({ do: 'open' })
  const outcome = await measureSteps(job, async ({ name, operations, items }) => {
    await all({ do: 'warm', step: name })
    const seconds = await secondsOf(() => all({ do: 'run', step: name }))
    const residentBytes = residentNow()
    const histogram = new Histogram()
    for (const counts of await all({ do: 'time', step: name })) histogram.add(counts as Counts)
    const done = operations(sizes) * items(entries) * sizes.threads
    return { value: done / seconds, latency: histogram.latency(), residentBytes }
  })
  await Promise.all(readers.map((reader) => reader.end()))
  await peer.close()
  return outcome
}

export const reads: Workload = {
  name: 'reads',
  rows: readSteps.map(({ name, unit, what, timed }) => ({
    ...{ name, unit, what, better: 'more' },
    ...(timed !== undefined && { timed }),
  })),
  durability: undefined,
  peers: ALL_PEERS,
  threaded: true,
  measure: (job) => (job.sizes.threads > 1 ? onThreads(job) : onThisThread(job)),
}
