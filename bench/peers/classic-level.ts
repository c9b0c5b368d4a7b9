// LevelDB through classic-level. Its memory is divided the way LevelDB divides it: two write
// buffers (the active one and the one being flushed) and the block cache. Batches are chained ones:
// for 100 entries they are several times as fast as arrays of operations.

import { loadPackage } from '../packages.js'
import { type Peer, type PeerOptions, notMeasured } from './peer.js'

interface Chain {
  put(key: Buffer, value: Buffer): this
  write(options: { sync: boolean }): Promise<void>
}

interface Database {
  open(): Promise<void>
  put(key: Buffer, value: Buffer, options: { sync: boolean }): Promise<void>
  batch(): Chain
  getSync(key: Buffer): Buffer | undefined
  compactRange(start: Buffer, end: Buffer): Promise<void>
  close(): Promise<void>
}

interface Package {
  ClassicLevel: new (directory: string, options: object) => Database
}

// Ledgerstone's rule for the size of its memtables, so that both have the same.
const WRITE_BUFFER_MAX = 64 << 20
const FIRST_KEY = Buffer.alloc(1)
const LAST_KEY = Buffer.alloc(1, 0xff)

export async function openClassicLevel(options: PeerOptions): Promise<Peer> {
  const { ClassicLevel } = loadPackage('classic-level') as Package
  const usualBytes = Math.min(WRITE_BUFFER_MAX, Math.floor(options.memoryBytes / 8))
  const writeBufferSize = options.writeBufferBytes ?? usualBytes
  const database = new ClassicLevel(options.directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    writeBufferSize,
    cacheSize: Math.max(8 << 20, options.memoryBytes - 2 * writeBufferSize),
  })
  await database.open()
  const how = { sync: options.durability === 'disk' }
  return {
    put: (key, value) => database.put(key, value, how),
    putMany: (keys, values) => {
      const chain = database.batch()
      for (let i = 0; i < keys.length; i += 1) chain.put(keys[i] as Buffer, values[i] as Buffer)
      return chain.write(how)
    },
    get: (key) => database.getSync(key),
    scan: () => notMeasured('classic-level', 'scan'),
    settle: () => database.compactRange(FIRST_KEY, LAST_KEY),
    replayedBytes: () => undefined,
    close: () => database.close(),
  }
}
