// SQLite through better-sqlite3: one table of keys and values without row ids, prepared statements,
// the write-ahead log that its documentation advises. In that mode synchronous = NORMAL survives
// the death of the process ('os') and FULL a power cut ('disk'). Everything it does is synchronous:
// a put is a transaction of its own, and writes that others would have in flight together come one
// after the other. Each thread's connection has its share of the cache.

import { join } from 'node:path'
import { loadPackage } from '../packages.js'
import type { Found, Peer, PeerOptions } from './peer.js'

interface Statement {
  run(...values: unknown[]): unknown
  get(...values: unknown[]): unknown
  iterate(...values: unknown[]): Iterable<unknown>
  all(...values: unknown[]): unknown[]
  pluck(): this
  raw(): this
}

interface Database {
  pragma(text: string): unknown
  exec(text: string): unknown
  prepare(text: string): Statement
  transaction<T extends unknown[]>(work: (...values: T) => void): (...values: T) => void
  close(): void
}

type Package = new (file: string) => Database
type Row = [Buffer, Buffer]

function opened({ directory, durability, memoryBytes, threads }: PeerOptions): Database {
  const Sqlite = loadPackage('better-sqlite3') as Package
  const database = new Sqlite(join(directory, 'entries.db'))
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${durability === 'disk' ? 'FULL' : 'NORMAL'}`)
  database.pragma(`cache_size = -${Math.floor(memoryBytes / threads / 1024)}`)
  database.exec(
    'CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID',
  )
  return database
}

export async function openBetterSqlite3(options: PeerOptions): Promise<Peer> {
  const database = opened(options)
  const insert = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM entries WHERE key = ?')
  const one = database.prepare('SELECT value FROM entries WHERE key = ?').pluck()
  const from = database
    .prepare('SELECT key, value FROM entries WHERE key >= ? ORDER BY key LIMIT ?')
    .raw()
  const rising = database.prepare('SELECT key, value FROM entries ORDER BY key').raw()
  const falling = database.prepare('SELECT key, value FROM entries ORDER BY key DESC').raw()
  const insertAll = database.transaction((keys: readonly Buffer[], values: readonly Buffer[]) => {
    for (let i = 0; i < keys.length; i += 1) insert.run(keys[i], values[i])
  })
  const get = (key: Buffer): Found => one.get(key) as Found
  return {
    put: async (key, value) => insert.run(key, value),
    putMany: async (keys, values) => insertAll(keys, values),
    delete: async (key) => remove.run(key),
    get,
    getAsync: async (key) => get(key),
    getMany: (keys) => keys.map(get),
    seek: (key, count, visit) => {
      for (const [found, value] of from.all(key, count) as Row[]) visit(found, value)
    },
    scan: (visit, reverse) => {
      const rows = (reverse ? falling : rising).iterate() as Iterable<Row>
      for (const [key, value] of rows) visit(key, value)
    },
    settle: async () => {
      database.pragma('wal_checkpoint(TRUNCATE)')
    },
    replayedBytes: () => undefined,
    stallMicros: () => undefined,
    close: async () => database.close(),
  }
}
