// The floor under every durable write: append 4 KiB to a file and wait for fdatasync, from the same
// process, with nothing in between. It stores no entries, so it can only be written to.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer, PeerOptions } from './peer.js'

const APPEND_BYTES = 4096

function refuse(): never {
  throw new Error('append-loop stores no entries')
}

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
    putMany: refuse,
    delete: refuse,
    get: refuse,
    getAsync: refuse,
    getMany: refuse,
    seek: refuse,
    scan: refuse,
    settle: async () => {},
    replayedBytes: () => undefined,
    stallMicros: () => undefined,
    close: async () => closeSync(file),
  }
}
