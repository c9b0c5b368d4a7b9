// Entries in random order in batches of 100; each batch is waited for before the next. Making keys
// and values is not in the time.

import { Entries } from '../keys.js'
import { openFor, readBack, timedFill } from './steps.js'
import type { Workload } from './workload.js'

export const fillRandom: Workload = {
  name: 'fill-random',
  rows: [{ name: 'fill-random', unit: 'puts/s', better: 'more' }],
  durability: 'os',
  peer: 'classic-level',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const peer = await openFor(job, 'os')
    const rate = entries.size / (await timedFill(peer, entries))
    readBack(peer, entries)
    await peer.close()
    return { 'fill-random': rate }
  },
}
