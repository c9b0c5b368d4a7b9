// 64 callers at once, each of which waits until its entry is on the disk before its next.

import { Entries } from '../keys.js'
import { openFor, putWithCallers, readBack } from './steps.js'
import { type Workload, perSecond } from './workload.js'

const CALLERS = 64
const ENTRIES_PER_SINGLE = 10

export const durablePut64: Workload = {
  name: 'durable-put-64',
  rows: [{ name: 'durable-put-64', unit: 'puts/s', better: 'more' }],
  durability: 'disk',
  peer: 'lmdb',
  measure: async (job) => {
    const { durableEntries, seed } = job.sizes
    const entries = new Entries(durableEntries * ENTRIES_PER_SINGLE, seed)
    const peer = await openFor(job, 'disk')
    const rate = await perSecond(entries.size, () => putWithCallers(peer, entries, CALLERS))
    readBack(peer, entries)
    await peer.close()
    return { 'durable-put-64': rate }
  },
}
