// Synchronous reads of keys that are not there, each between two that are, in random order.

import { Entries } from '../keys.js'
import { openFilled, randomOrder } from './steps.js'
import { type Workload, WrongResult, perSecond } from './workload.js'

export const getMiss: Workload = {
  name: 'get-miss',
  rows: [{ name: 'get-miss', unit: 'gets/s', better: 'more' }],
  durability: undefined,
  peer: 'lmdb',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const order = randomOrder(entries)
    const peer = await openFilled(job, entries)
    let found = 0
    const rate = await perSecond(entries.size, () => {
      for (const entry of order) {
        if (peer.get(entries.missing(entry)) !== undefined) found += 1
      }
    })
    await peer.close()
    if (found !== 0) throw new WrongResult(`${found} keys were found that nobody wrote`)
    return { 'get-miss': rate }
  },
}
