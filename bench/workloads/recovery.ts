// How fast a store opens whose process was killed with all entries in the log and none in a table.
// Counted are the bytes of keys and values, per second of opening.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Entries } from '../keys.js'
import { openPeer } from '../peers/contenders.js'
import type { Peer } from '../peers/peer.js'
import { fill, readBack } from './steps.js'
import { type Job, type Workload, WrongResult, entriesOf } from './workload.js'

const MEGABYTE = 1e6

function loggedEntries(job: Job): Entries {
  const { recoveryBytes, keyBytes, valueBytes } = job.sizes
  return entriesOf(job, Math.ceil(recoveryBytes / (keyBytes + valueBytes)))
}

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
    threads: 1,
  })
}

export const recovery: Workload = {
  name: 'recovery',
  rows: [
    {
      ...{ name: 'recovery', unit: 'MB/s', better: 'more' },
      what: 'opening after a kill, with all entries in the log and none in a table',
    },
  ],
  durability: 'os',
  peers: ['classic-level'],
  prepare: async (job) => {
    await fill(await openFolder(job, 'store'), loggedEntries(job))
    process.kill(process.pid, 'SIGKILL')
  },
  measure: async (job) => {
    const entries = loggedEntries(job)
    await (await openFolder(job, 'warm')).close()
    const began = performance.now()
    const peer = await openFolder(job, 'store')
    const seconds = (performance.now() - began) / 1000
    readBack(peer, entries)
    const replayed = peer.replayedBytes() ?? entries.bytes
    await peer.close()
    if (replayed < entries.bytes) {
      throw new WrongResult(`Only ${replayed} of ${entries.bytes} bytes were replayed`)
    }
    return { recovery: { value: entries.bytes / MEGABYTE / seconds } }
  },
}
