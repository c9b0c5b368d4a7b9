// Entries in random order in batches of 100; each batch is waited for before the next.

import { Entries } from '../keys.js'
import { fill, openFor, readBack } from './steps.js'
import { type Workload, perSecond } from './workload.js'

export const fillRandom: Workload = {
  name: 'fill-random',
  rows: [{ name: 'fill-random', unit: 'puts/s', better: 'more' }],
  durability: 'os',
  peer: 'classic-level',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const peer = await openFor(job, 'os')
    const rate = await perSecond(entries.size, () => fill(peer, entries))
    readBack(peer, entries)
    await peer.close()
    return { 'fill-random': rate }
  },
}
