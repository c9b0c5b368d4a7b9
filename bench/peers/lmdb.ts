// LMDB through lmdb-js with its defaults, binary keys and values. It keeps no cache of its own: the
// memory map is the page cache. A put is committed when its promise fulfils and on the disk when
// `flushed` does (overlappingSync, its default here), so 'disk' waits for both.

import { loadPackage } from '../packages.js'
import type { Peer, PeerOptions } from './peer.js'

interface Database {
  put(key: Buffer, value: Buffer): Promise<boolean>
  batch(write: () => void): Promise<boolean>
  getBinary(key: Buffer): Buffer | undefined
  getRange(): Iterable<{ key: Buffer; value: Buffer }>
  readonly flushed: PromiseLike<unknown>
  close(): Promise<void>
}

interface Package {
  open(options: object): Database
}

export async function openLmdb(options: PeerOptions): Promise<Peer> {
  const { open } = loadPackage('lmdb') as Package
  const database = open({
    path: options.directory,
    encoding: 'binary',
    keyEncoding: 'binary',
    compression: false,
  })
  const toDisk = options.durability === 'disk'
  const settled = async (committed: Promise<boolean>): Promise<void> => {
    await committed
    if (toDisk) await database.flushed
  }
  return {
    put: (key, value) => settled(database.put(key, value)),
    putMany: (keys, values) =>
      settled(
        database.batch(() => {
          for (let i = 0; i < keys.length; i += 1) {
            void database.put(keys[i] as Buffer, values[i] as Buffer)
          }
        }),
      ),
    get: (key) => database.getBinary(key),
    scan: (visit) => {
      for (const { key, value } of database.getRange()) visit(key, value)
    },
    settle: async () => {
      await database.flushed
    },
    replayedBytes: () => undefined,
    close: () => database.close(),
  }
}
