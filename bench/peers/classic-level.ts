// LevelDB through classic-level. Its memory is divided the way LevelDB divides it: two write
// buffers (the active one and the one being flushed) and the block cache. Batches are chained ones:
// for 100 entries they are several times as fast as arrays of operations. It has no synchronous
// multi-get and no synchronous iterator.

import { loadPackage } from '../packages.js'
import type { Found, Peer, PeerOptions } from './peer.js'

interface Chain {
  put(key: Buffer, value: Buffer): this
  write(options: { sync: boolean }): Promise<void>
}

interface Iterator {
  nextv(size: number): Promise<[Buffer, Buffer][]>
  all(): Promise<[Buffer, Buffer][]>
  close(): Promise<void>
}

interface Database {
  open(): Promise<void>
  put(key: Buffer, value: Buffer, options: { sync: boolean }): Promise<void>
  del(key: Buffer, options: { sync: boolean }): Promise<void>
  batch(): Chain
  get(key: Buffer): Promise<Found>
  getSync(key: Buffer): Found
  getMany(keys: Buffer[]): Promise<Found[]>
  iterator(options: object): Iterator
  compactRange(start: Buffer, end: Buffer): Promise<void>
  close(): Promise<void>
}

interface Package {
  ClassicLevel: new (directory: string, options: object) => Database
}

// Ledgerstone's rule for the size of its memtables, so that both have the same.
const WRITE_BUFFER_MAX = 64 << 20
const CACHE_MIN = 1 << 20
const FIRST_KEY = Buffer.alloc(1)
const LAST_KEY = Buffer.alloc(1, 0xff)
const SCANNED_AT_ONCE = 1000

async function opened(options: PeerOptions): Promise<Database> {
  const { ClassicLevel } = loadPackage('classic-level') as Package
  const usualBytes = Math.min(WRITE_BUFFER_MAX, Math.floor(options.memoryBytes / 8))
  const writeBufferSize = options.writeBufferBytes ?? usualBytes
  const database = new ClassicLevel(options.directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    writeBufferSize,
    cacheSize: Math.max(CACHE_MIN, options.memoryBytes - 2 * writeBufferSize),
    multithreading: options.threads > 1,
  })
  await database.open()
  return database
}

export async function openClassicLevel(options: PeerOptions): Promise<Peer> {
  const database = await opened(options)
  const how = { sync: options.durability === 'disk' }
  return {
    put: (key, value) => database.put(key, value, how),
    putMany: (keys, values) => {
      const chain = database.batch()
      for (let i = 0; i < keys.length; i += 1) chain.put(keys[i] as Buffer, values[i] as Buffer)
      return chain.write(how)
    },
    delete: (key) => database.del(key, how),
    get: (key) => database.getSync(key),
    getAsync: (key) => database.get(key),
    getMany: (keys) => database.getMany(keys),
    seek: async (gte, limit, visit) => {
      for (const [key, value] of await database.iterator({ gte, limit }).all()) visit(key, value)
    },
    scan: async (visit, reverse) => {
      const iterator = database.iterator({ reverse })
      for (;;) {
        const found = await iterator.nextv(SCANNED_AT_ONCE)
        if (found.length === 0) break
        for (const [key, value] of found) visit(key, value)
      }
      await iterator.close()
    },
    settle: () => database.compactRange(FIRST_KEY, LAST_KEY),
    replayedBytes: () => undefined,
    stallMicros: () => undefined,
    close: () => database.close(),
  }
}
