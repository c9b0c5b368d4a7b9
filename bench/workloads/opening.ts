// How long a store takes to open that was filled and closed, until it has answered the first read.
// What the last writes left in its log is still there.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from '../peers/peer.js'
import { fill, openFor } from './steps.js'
import { type Job, type Workload, WrongResult, entriesOf } from './workload.js'

function openFolder(job: Job, name: string): Promise<Peer> {
  const directory = join(job.directory, name)
  mkdirSync(directory, { recursive: true })
  return openFor({ ...job, directory }, 'os')
}

export const opening: Workload = {
  name: 'open',
  rows: [
    {
      ...{ name: 'open', unit: 'ms', better: 'less' },
      what: 'opening a large store that was filled and closed, and one read',
    },
  ],
  durability: undefined,
  peers: ['classic-level'],
  prepare: async (job) => {
    const peer = await openFolder(job, 'store')
    await fill(peer, entriesOf(job, job.sizes.fillEntries))
    await peer.close()
    process.kill(process.pid, 'SIGKILL')
  },
  measure: async (job) => {
    const entries = entriesOf(job, job.sizes.fillEntries)
    const key = entries.probe(0)
    await (await openFolder(job, 'warm')).close()
    const began = performance.now()
    const peer = await openFolder(job, 'store')
    const value = peer.get(key)
    const milliseconds = performance.now() - began
    await peer.close()
    if (!entries.isValue(value, 0, 0)) throw new WrongResult('The first entry is missing or wrong')
    return { open: { value: milliseconds } }
  },
}
