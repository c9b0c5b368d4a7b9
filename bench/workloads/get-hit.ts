// Synchronous reads of entries that are there, in random order, from memory. Each value comes as a
// Buffer of its own and is checked.

import { Entries } from '../keys.js'
import { openFilled, randomOrder } from './steps.js'
import { type Workload, WrongResult, perSecond } from './workload.js'

export const getHit: Workload = {
  name: 'get-hit',
  rows: [{ name: 'get-hit', unit: 'gets/s', better: 'more' }],
  durability: undefined,
  peer: 'lmdb',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const order = randomOrder(entries)
    const peer = await openFilled(job, entries)
    let right = 0
    const rate = await perSecond(entries.size, () => {
      for (const entry of order) {
        if (entries.isValue(peer.get(entries.probe(entry)), entry)) right += 1
      }
    })
    await peer.close()
    if (right !== entries.size) throw new WrongResult(`${right} of ${entries.size} reads are right`)
    return { 'get-hit': rate }
  },
}
