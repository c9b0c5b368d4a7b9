// What a workload asks of a store. Every contender is behind this one interface and does no more
// than its own library makes it do.
//
// 1. put, putMany and delete fulfil when the writes are as durable as `durability` of opening says.
// 2. Reads give Buffers that stay valid, or undefined. Those that may answer at once or by a
//    promise do what is faster for the library; one that has only one of the two does that.
// 3. scan visits all entries in key order (or the other way round), seek so many from a key on.

export type Durability = 'disk' | 'os'

export interface PeerOptions {
  directory: string
  durability: Durability
  /** For everything that the store keeps in memory: caches and write buffers. */
  memoryBytes: number
  /** Threads of this process that open the same folder. */
  threads: number
  /** Of the buffer that takes writes before they go to a table, when it is not the default. */
  writeBufferBytes?: number | undefined
}

export type Visit = (key: Buffer, value: Buffer) => void
export type Found = Buffer | undefined

export interface Peer {
  put(key: Buffer, value: Buffer): Promise<unknown>
  putMany(keys: readonly Buffer[], values: readonly Buffer[]): Promise<unknown>
  delete(key: Buffer): Promise<unknown>
  get(key: Buffer): Found
  getAsync(key: Buffer): Promise<Found>
  getMany(keys: Buffer[]): Found[] | Promise<Found[]>
  seek(key: Buffer, count: number, visit: Visit): void | Promise<void>
  scan(visit: Visit, reverse: boolean): void | Promise<void>
  /** Brings what was written into the form in which it stays. */
  settle(): Promise<void>
  /** Bytes of the log that opening replayed, where the store tells. */
  replayedBytes(): number | undefined
  /** How long writers have been made to wait since opening, where the store tells. */
  stallMicros(): number | undefined
  close(): Promise<void>
}
