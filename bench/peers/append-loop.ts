// The floor under every durable write: append 4 KiB to a file and wait for fdatasync, from the same
// process, with nothing in between. It stores no entries, so it can only be written to.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Peer, type PeerOptions, notMeasured } from './peer.js'

const APPEND_BYTES = 4096

export async function openAppendLoop(options: PeerOptions): Promise<Peer> {
  const file = openSync(join(options.directory, 'appended'), 'a')
  const page = Buffer.alloc(APPEND_BYTES)
  return {
    put: async (key, value) => {
      key.copy(page)
      value.copy(page, key.length)
      writeSync(file, page)
      if (options.durability === 'disk') fdatasyncSync(file)
    },
    putMany: () => notMeasured('append-loop', 'putMany'),
    get: () => notMeasured('append-loop', 'get'),
    scan: () => notMeasured('append-loop', 'scan'),
    settle: async () => {},
    replayedBytes: () => undefined,
    close: async () => closeSync(file),
  }
}
