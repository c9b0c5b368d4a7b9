// Resident memory of the process through a random fill, its compaction and reads: the highest it
// ever was, and what is left at the end. The limit is a bare Node.js process, measured beside it,
// plus the memory budget and 64 MiB.

import { readFileSync } from 'node:fs'
import { Entries } from '../keys.js'
import { fill, openFor, readBack } from './steps.js'
import type { Job, Outcome, Workload } from './workload.js'

const MIB = 2 ** 20
const ALLOWANCE_BYTES = 64 * MIB

// The kernel's own count. The one of getrusage() starts at the size of the parent process.
function statusBytes(field: string): number | undefined {
  if (process.platform !== 'linux') return undefined
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm')
  const kib = line.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return kib === undefined ? undefined : Number(kib) * 1024
}

const residentNow = (): number => statusBytes('VmRSS') ?? process.memoryUsage.rss()
const residentPeak = (): number =>
  statusBytes('VmHWM') ?? process.resourceUsage().maxRSS * 1024

function limit(job: Job): Outcome {
  const bytes = residentNow() + job.sizes.memoryBytes + ALLOWANCE_BYTES
  return { 'memory-peak': bytes / MIB, 'memory-after': bytes / MIB }
}

export const memory: Workload = {
  name: 'memory',
  rows: [
    { name: 'memory-peak', unit: 'MiB', better: 'less' },
    { name: 'memory-after', unit: 'MiB', better: 'less' },
  ],
  durability: 'os',
  peer: 'bare-node',
  measure: async (job) => {
    if (job.contender === 'bare-node') return limit(job)
    const entries = new Entries(job.sizes.fillEntries, job.sizes.seed)
    const peer = await openFor(job, 'os')
    await fill(peer, entries)
    await peer.settle()
    readBack(peer, entries)
    const outcome = { 'memory-peak': residentPeak() / MIB, 'memory-after': residentNow() / MIB }
    await peer.close()
    return outcome
  },
}
