// One synchronous pass over all entries in key order; keys and values are Buffers and are checked.

import { Entries } from '../keys.js'
import { openFilled } from './steps.js'
import { type Workload, WrongResult, perSecond } from './workload.js'

export const scan: Workload = {
  name: 'scan',
  rows: [{ name: 'scan', unit: 'entries/s', better: 'more' }],
  durability: undefined,
  peer: 'lmdb',
  measure: async (job) => {
    const entries = new Entries(job.sizes.entries, job.sizes.seed)
    const peer = await openFilled(job, entries)
    let seen = 0
    let right = 0
    const rate = await perSecond(entries.size, () => {
      peer.scan((key, value) => {
        if (entries.isKey(key, seen) && entries.isValue(value, seen)) right += 1
        seen += 1
      })
    })
    await peer.close()
    if (seen !== entries.size || right !== seen) {
      throw new WrongResult(`${seen} entries seen, ${right} right, of ${entries.size}`)
    }
    return { scan: rate }
  },
}
