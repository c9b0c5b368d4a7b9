// LMDB through lmdb-js with its defaults, binary keys and values. It keeps no cache of its own: the
// memory map is the page cache, without bound. A put is committed when its promise fulfils and on
// the disk when `flushed` does (overlappingSync, its default here), so 'disk' waits for both. At
// 'os' it syncs behind the caller's back all the same: its documentation discourages `noSync`,
// after which a power cut may leave a damaged file. Reads are synchronous, as its documentation
// advises; getAsync(), through a thread, is slower for what is in memory.

import { loadPackage } from '../packages.js'
import type { Found, Peer, PeerOptions } from './peer.js'

interface Entry {
  key: Buffer
  value: Buffer
}

interface Database {
  put(key: Buffer, value: Buffer): Promise<boolean>
  remove(key: Buffer): Promise<boolean>
  batch(write: () => void): Promise<boolean>
  getBinary(key: Buffer): Found
  getRange(options: object): Iterable<Entry>
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
    delete: (key) => settled(database.remove(key)),
    get: (key) => database.getBinary(key),
    getAsync: async (key) => database.getBinary(key),
    getMany: (keys) => keys.map((key) => database.getBinary(key)),
    seek: (start, limit, visit) => {
      for (const { key, value } of database.getRange({ start, limit })) visit(key, value)
    },
    scan: (visit, reverse) => {
      for (const { key, value } of database.getRange({ reverse })) visit(key, value)
    },
    settle: async () => {
      await database.flushed
    },
    replayedBytes: () => undefined,
    stallMicros: () => undefined,
    close: () => database.close(),
  }
}
