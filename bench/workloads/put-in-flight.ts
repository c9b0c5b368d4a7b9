// Single puts in random order, 256 of them in flight at any time.

import { Entries } from '../keys.js'
import { openFor, putWithCallers, readBack } from './steps.js'
import { type Workload, perSecond } from './workload.js'

const CALLERS = 256

export const putInFlight: Workload = {
  name: 'put-in-flight',
  rows: [{ name: 'put-in-flight', unit: 'puts/s', better: 'more' }],
  durability: 'os',
  peer: 'classic-level',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const peer = await openFor(job, 'os')
    const rate = await perSecond(entries.size, () => putWithCallers(peer, entries, CALLERS))
    readBack(peer, entries)
    await peer.close()
    return { 'put-in-flight': rate }
  },
}
