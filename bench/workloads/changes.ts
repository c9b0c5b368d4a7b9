// Rows that change or remove all entries of a store that is full and at rest, in random order with
// 256 writes in flight.

import { Histogram } from '../histogram.js'
import type { Entries } from '../keys.js'
import { ALL_PEERS } from '../peers/contenders.js'
import type { Peer } from '../peers/peer.js'
import { Costs, expectGone, fill, openFor, readBack, writeWithCallers } from './steps.js'
import { type Job, type Row, type Workload, entriesOf, secondsOf } from './workload.js'

const IN_FLIGHT = 256
const NEW_VERSION = 1

interface Change {
  row: Row
  write: (peer: Peer, entries: Entries, entry: number) => Promise<unknown>
  check: (peer: Peer, entries: Entries) => void
  /** Of what the caller hands over. */
  userBytes: (entries: Entries) => number
}

function workload({ row, write, check, userBytes }: Change): Workload {
  const measure = async (job: Job) => {
    const entries = entriesOf(job)
    const peer = await openFor(job, 'os')
    await fill(peer, entries)
    await peer.settle()
    const costs = new Costs(peer, job)
    const latency = new Histogram()
    const writeOne = (entry: number) => write(peer, entries, entry)
    const seconds = await secondsOf(() => writeWithCallers(entries, IN_FLIGHT, latency, writeOne))
    check(peer, entries)
    const rest = await costs.atRest(userBytes(entries))
    await peer.close()
    return { [row.name]: { value: entries.size / seconds, latency: latency.latency(), ...rest } }
  }
  return { name: row.name, rows: [row], durability: 'os', peers: ALL_PEERS, measure }
}

export const overwrite = workload({
  row: {
    name: 'overwrite',
    unit: 'puts/s',
    better: 'more',
    what: 'puts onto entries that are there, 256 in flight',
    timed: 'put, of 256 in flight',
  },
  write: (peer, entries, entry) =>
    peer.put(entries.key(entry), entries.value(entry, NEW_VERSION)),
  check: (peer, entries) => readBack(peer, entries, NEW_VERSION),
  userBytes: (entries) => entries.bytes,
})

export const deleteRandom = workload({
  row: {
    name: 'deleterandom',
    unit: 'deletes/s',
    better: 'more',
    what: 'deletes of entries that are there, 256 in flight',
    timed: 'delete, of 256 in flight',
  },
  write: (peer, entries, entry) => peer.delete(entries.key(entry)),
  check: expectGone,
  userBytes: (entries) => entries.size * entries.keyBytes,
})
