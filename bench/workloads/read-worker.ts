// One of several threads that read the same store. It does what it is told, and answers when that
// is done: only the main thread looks at the clock of the whole.

import { parentPort, workerData } from 'node:worker_threads'
import { type Counts, Histogram } from '../histogram.js'
import type { Peer } from '../peers/peer.js'
import { type ReadStep, type Reading, readSteps, readingOf } from './read-steps.js'
import { run, time, warm } from './reading.js'
import { openFor, readBack, readingBytes } from './steps.js'
import { type Job, entriesOf } from './workload.js'

export interface Order {
  do: 'open' | 'warm' | 'run' | 'time' | 'close'
  /** Of the middle three. */
  step?: string
}

/** Of `time` the latencies; of the others nothing. */
export type Answer = Counts | undefined

const { job, thread } = workerData as { job: Job; thread: number }
let peer: Peer | undefined
let reading: Reading | undefined
let latency = new Histogram()

async function openStore(): Promise<void> {
  const entries = entriesOf(job)
  peer = await openFor(job, 'os', readingBytes(job))
  readBack(peer, entries)
  reading = readingOf(peer, entries, job.sizes, thread)
}

function stepNamed(name: string | undefined): ReadStep {
  const step = readSteps.find((candidate) => candidate.name === name)
  if (step === undefined) throw new RangeError(`There is no step ${name}`)
  return step
}

async function obey(order: Order): Promise<Answer> {
  if (order.do === 'open') return void (await openStore())
  if (order.do === 'close') return void (await peer?.close())
  if (reading === undefined) throw new Error('The store is not open')
  const step = stepNamed(order.step)
  if (order.do === 'warm') {
    latency = new Histogram()
    return void (await warm(step, reading, job.sizes))
  }
  if (order.do === 'run') return void (await run(step, reading, job.sizes, latency))
  await time(step, reading, job.sizes, latency)
  return latency.state()
}

parentPort?.on('message', (order: Order) => {
  void obey(order).then((answer) => parentPort?.postMessage(answer))
})
