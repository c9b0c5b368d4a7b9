// How fast a store opens whose process was killed with all entries in the log and none in a table.
// Counted are the bytes of keys and values, per second of opening.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ENTRY_BYTES, Entries } from '../keys.js'
import { openPeer } from '../peers/contenders.js'
import type { Peer } from '../peers/peer.js'
import { fill, readBack } from './steps.js'
import { type Job, type Workload, WrongResult, secondsSince } from './workload.js'

const MEGABYTE = 1e6

const entriesOf = ({ sizes }: Job): Entries =>
  new Entries(Math.ceil(sizes.recoveryBytes / ENTRY_BYTES), sizes.seed)

// A write buffer that takes all entries with their overhead, so that none goes to a table.
function openFolder(job: Job, name: string): Promise<Peer> {
  const directory = join(job.directory, name)
  mkdirSync(directory, { recursive: true })
  const writeBufferBytes = job.sizes.recoveryBytes * 3
  const { contender } = job
  return openPeer(contender, {
    directory,
    durability: 'os',
    memoryBytes: Math.max(job.sizes.memoryBytes, writeBufferBytes * 3),
    writeBufferBytes,
  })
}

export const recovery: Workload = {
  name: 'recovery',
  rows: [{ name: 'recovery', unit: 'MB/s', better: 'more' }],
  durability: 'os',
  peer: 'classic-level',
  prepare: async (job) => {
    await fill(await openFolder(job, 'store'), entriesOf(job))
    process.kill(process.pid, 'SIGKILL')
  },
  measure: async (job) => {
    const entries = entriesOf(job)
    const bytes = entries.size * ENTRY_BYTES
    await (await openFolder(job, 'warm')).close()
    const start = process.hrtime.bigint()
    const peer = await openFolder(job, 'store')
    const seconds = secondsSince(start)
    readBack(peer, entries)
    const replayed = peer.replayedBytes() ?? bytes
    await peer.close()
    if (replayed < bytes) throw new WrongResult(`Only ${replayed} of ${bytes} bytes were replayed`)
    return { recovery: bytes / MEGABYTE / seconds }
  },
}
