// What a workload asks of a store. Every contender is behind this one interface and does no more
// than its own library makes it do.
//
// 1. put and putMany fulfil when the writes are as durable as `durability` of opening says.
// 2. get gives a Buffer that stays valid, or undefined. scan visits all entries in key order.

export type Durability = 'disk' | 'os'

export interface PeerOptions {
  directory: string
  durability: Durability
  /** For everything that the store keeps in memory: caches and write buffers. */
  memoryBytes: number
  /** Of the buffer that takes writes before they go to a table, when it is not the default. */
  writeBufferBytes?: number | undefined
}

export interface Peer {
  put(key: Buffer, value: Buffer): Promise<unknown>
  putMany(keys: readonly Buffer[], values: readonly Buffer[]): Promise<unknown>
  get(key: Buffer): Buffer | undefined
  scan(visit: (key: Buffer, value: Buffer) => void): void
  /** Brings what was written into the form in which it stays. */
  settle(): Promise<void>
  /** Bytes of the log that opening replayed, where the store tells. */
  replayedBytes(): number | undefined
  close(): Promise<void>
}

export function notMeasured(peer: string, call: string): never {
  throw new Error(`No workload measures ${call} of ${peer}`)
}
