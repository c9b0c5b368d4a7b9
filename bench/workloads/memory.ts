// Resident memory of the process through a random fill, its compaction and reads: the highest it
// ever was, and what is left at the end. The limit is a bare Node.js process, measured beside it,
// plus the memory budget and 64 MiB.

import { residentNow, residentPeak } from '../resources.js'
import { fill, openFor, readBack } from './steps.js'
import { type Job, type Outcome, type Workload, entriesOf } from './workload.js'

const MIB = 2 ** 20
const ALLOWANCE_BYTES = 64 * MIB

function outcomeOf(peakBytes: number, afterBytes: number): Outcome {
  return {
    'memory-peak': { value: peakBytes / MIB },
    'memory-after': { value: afterBytes / MIB },
  }
}

function limit(job: Job): Outcome {
  const bytes = residentNow() + job.sizes.memoryBytes + ALLOWANCE_BYTES
  return outcomeOf(bytes, bytes)
}

export const memory: Workload = {
  name: 'memory',
  rows: [
    {
      ...{ name: 'memory-peak', unit: 'MiB', better: 'less' },
      what: 'highest resident memory through a long fill, compaction and reads',
    },
    {
      ...{ name: 'memory-after', unit: 'MiB', better: 'less' },
      what: 'resident memory at the end of that',
    },
  ],
  durability: 'os',
  peers: ['bare-node'],
  measure: async (job) => {
    if (job.contender === 'bare-node') return limit(job)
    const entries = entriesOf(job, job.sizes.fillEntries)
    const peer = await openFor(job, 'os')
    await fill(peer, entries)
    await peer.settle()
    readBack(peer, entries)
    const outcome = outcomeOf(residentPeak(), residentNow())
    await peer.close()
    return outcome
  },
}
