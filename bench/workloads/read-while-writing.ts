// Synchronous reads beside a writer on the same thread. The writer keeps a pace that every
// contender can hold, so that none reads faster because it writes less: each turn of the event loop
// does some reads and then hands over the puts that are due. A read must see nothing older than
// what was acknowledged.

import { Histogram } from '../histogram.js'
import { ALL_PEERS } from '../peers/contenders.js'
import { openFilled, readBack } from './steps.js'
import { Versions } from './versions.js'
import { type Job, type Workload, entriesOf, requireRight } from './workload.js'

const PUTS_PER_SECOND = 10_000
const IN_FLIGHT_MAX = 256
const READS_PER_TURN = 64
const TIMED_EACH = 16

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function measure(job: Job) {
  const entries = entriesOf(job)
  const peer = await openFilled(job, entries)
  readBack(peer, entries)
  const versions = new Versions(entries.size)
  const latency = new Histogram()
  const { reads } = job.sizes
  let [puts, settled, right, done] = [0, 0, 0, 0]
  let failure: unknown

  const putNext = (): void => {
    const entry = entries.at(puts % entries.size)
    const version = versions.begin(entry)
    puts += 1
    const acknowledge = (): void => {
      settled += 1
      versions.acknowledge(entry)
    }
    peer.put(entries.key(entry), entries.value(entry, version)).then(acknowledge, (error) => {
      failure ??= error
    })
  }

  const readSome = (): void => {
    for (const end = Math.min(reads, done + READS_PER_TURN); done < end; done += 1) {
      const entry = entries.at((done * 7 + 3) % entries.size)
      const began = done % TIMED_EACH === 0 ? performance.now() : 0
      const value = peer.get(entries.probe(entry))
      if (began > 0) latency.record(performance.now() - began)
      if (entries.versionOf(value, entry) >= versions.least(entry)) right += 1
    }
  }

  const began = performance.now()
  while (done < reads && failure === undefined) {
    readSome()
    const due = ((performance.now() - began) / 1000) * PUTS_PER_SECOND
    while (puts < due && puts - settled < IN_FLIGHT_MAX) putNext()
    await turn()
  }
  const seconds = (performance.now() - began) / 1000
  const writesPerSecond = settled / seconds
  while (settled < puts && failure === undefined) await turn()
  if (failure !== undefined) throw failure as Error
  requireRight(right, reads, 'reads')
  await peer.close()
  return {
    readwhilewriting: { value: reads / seconds, latency: latency.latency(), writesPerSecond },
  }
}

export const readWhileWriting: Workload = {
  name: 'readwhilewriting',
  rows: [
    {
      name: 'readwhilewriting',
      unit: 'gets/s',
      better: 'more',
      what: 'synchronous gets in random order beside 10,000 puts a second',
      timed: 'get (every 16th)',
    },
  ],
  durability: 'os',
  peers: ALL_PEERS,
  measure,
}
