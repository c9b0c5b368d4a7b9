// One caller that writes an entry, waits until it is on the disk, and writes the next: the price of
// the disk itself, and what the store adds to it.

import { Entries } from '../keys.js'
import { openFor, putWithCallers, readBack } from './steps.js'
import { type Workload, perSecond } from './workload.js'

export const durablePut: Workload = {
  name: 'durable-put',
  rows: [{ name: 'durable-put', unit: 'puts/s', better: 'more' }],
  durability: 'disk',
  peer: 'append-loop',
  measure: async (job) => {
    const entries = new Entries(job.sizes.durableEntries, job.sizes.seed)
    const peer = await openFor(job, 'disk')
    const rate = await perSecond(entries.size, () => putWithCallers(peer, entries, 1))
    if (job.contender !== 'append-loop') readBack(peer, entries)
    await peer.close()
    return { 'durable-put': rate }
  },
}
