// The add-on as TypeScript sees it. The in-memory engine implements NativeStore too, so everything
// above this file is the same code for both.
//
// 1. Buffers given to set…Buffer(s) stay in use until they are replaced. Calls that take lengths
//    read and write them at offset 0, and are done with them when they return.
// 2. A snapshot id of 0 means the newest state.
// 3. `onCommitted(ticket, error)` comes in ticket order: every write up to `ticket` is settled;
//    with an error, those after the last settled ticket failed with it.

import type { CheckpointReport, NativeBackup, NativeSalvageReport } from './copies-types.js'
import type { NativeEventLog, NativeLogOptions, OnSettled } from './log-types.js'
import type { Latency, LatencyStats, NamespaceLevels, StoreStats } from './statistics-types.js'

/** A failure of the engine. What is not known is '', an offset of -1, or 0. */
export interface NativeFailure {
  code: string
  message: string
  file: string
  offset: number
  expected: string
  found: string
  errno: number
}

export type MakeError = (failure: NativeFailure) => Error

export type OnCommitted = (ticket: number, error: Error | undefined) => void

/** Buckets are pairs of numbers: the largest value and the count. */
export type NativeLatency = Omit<Latency, 'buckets'> & { buckets: Float64Array }

export type NativeStats = Omit<StoreStats, 'latency'> & {
  latency: Record<keyof LatencyStats, NativeLatency>
}

/** What is not of an event's kind is '', 0 or undefined. */
export interface NativeEvent {
  /** In words: 'tail cut'. */
  kind: string
  text: string
  detail: string
  bytes: number
  micros: number
  error: Error | undefined
  file: string
  namespace: string
  inputLevel: number
  outputLevel: number
  inputTables: number
  metTables: number
  outputTables: number
  cause: string
}

export type OnNativeEvent = (event: NativeEvent) => void

/** Numbers of 0 and booleans that are undefined were not asked for. */
export interface NativeOpenOptions {
  createIfMissing: boolean
  errorIfExists: boolean
  readOnly: boolean
  memoryBudget: number
  generationBytes: number
  blockBytes: number
  tableBytes: number
  levelBaseBytes: number
  levelFanout: number
  l0CompactionTrigger: number
  levelCount: number
  /** Of the log that is kept; 0: no limit of that kind. */
  retentionBytes: number
  /** Milliseconds. */
  retentionAge: number
  useBlockCache: boolean | undefined
  compactInBackground: boolean | undefined
}

export interface NativeNamespaceOptions {
  keyCodec: string
  valueCodec: string
  derived: boolean
  merge: number
  compression: number
  bottomCompression: number
  filterBitsPerKey: number
}

export interface NativeNamespaceInfo extends NativeNamespaceOptions {
  id: number
  name: string
}

export interface OpenReport {
  /** Whether this open made the store. */
  created: boolean
  /** Whether its last owner closed it. */
  cleanClose: boolean
  replayedRecords: number
  replayedBytes: number
  /** Bytes of an unsynced tail that were cut from the write-ahead log. */
  cutBytes: number
  /** Whether whole records stood behind the cut. */
  validBeyondCut: boolean
  cutFile: string
  cutOffset: number
  lastSequence: bigint
  applied: bigint
  storeId: string
  micros: number
}

export interface NativeIterator {
  headSize(): number
  fillSync(chunk: Uint8Array, entriesMax: number): number
  fillMemory(chunk: Uint8Array, entriesMax: number): number
  fill(chunk: Uint8Array, entriesMax: number): Promise<number>
  needed(): number
  close(): void
}

/** Committed batches as bytes; store/change-parser.ts has their format. */
export interface NativeChanges {
  /** Fills the chunk with whole batches. Bytes, 0 when there are none for now, or FILL.tooSmall. */
  read(chunk: Uint8Array): Promise<number>
  /** After FILL.tooSmall: the room the next batch takes. */
  needed(): number
  /** Every batch up to this sequence was read. */
  through(): bigint
  /** Fulfils when there may be more, or the store is closed. Keeps no process alive. */
  wait(): Promise<void>
  close(): void
}

/** How far a verification is; totals shrink where a file has gone since it began. */
export interface VerifyProgress {
  filesDone: number
  filesTotal: number
  bytesDone: number
  bytesTotal: number
}

/** A verification under way; one step at a time. */
export interface NativeVerification {
  /** Reads on: the microseconds to wait before the next step, or -1 when all was read. */
  step(): Promise<number>
  progress(): VerifyProgress
  findings(): NativeFailure[]
  cancel(): void
}

/** What an ingest brought. */
export interface Ingested {
  entries: number
  /** Of the tables that were written. */
  bytes: number
  /** The newest sequence then: that of the entries, if there were any. */
  sequence: bigint
}

/** An ingestion under way; one call at a time. */
export interface NativeIngestion {
  /** Puts of one namespace as write-buffer.ts has them. The bytes stay in use until it settles. */
  add(bytes: Uint8Array, length: number, entryCount: number): Promise<void>
  /** Taken so far: after a failed add() the index of the entry it failed at. */
  entries(): number
  commit(): Promise<Ingested>
  /** Fulfils when what was not committed is removed. */
  close(): Promise<void>
}

export type NativeBound = Uint8Array | undefined

export interface NativeStore {
  openReport(): OpenReport
  namespace(name: string, options: NativeNamespaceOptions): number
  namespaces(): NativeNamespaceInfo[]
  dropNamespace(id: number): number

  setWriteBuffer(bytes: Uint8Array): void
  submit(length: number, entryCount: number, durability: number): number
  submitDerived(length: number, entryCount: number, applied: bigint): number

  /** A snapshot that ends with commit() or releaseSnapshot(). */
  beginTransaction(): number
  setTransactionBuffer(bytes: Uint8Array): void
  /**
   * Submits the transactions in the transaction buffer, and ends them. Each is a head, its read set
   * (see store/read-set.ts) and its batch.
   *
   *   head := transaction: f64, reads_length: u32, batch_length: u32, entry_count: u32,
   *           durability: u32                                                     (little-endian)
   *
   * A transaction of 0 stands for one that read nothing. Returns the ticket of the first; the
   * others follow it. A ticket is settled with CONFLICT when something read was written since the
   * transaction began.
   */
  commit(length: number): number

  setReadBuffers(key: Uint8Array, value: Uint8Array): void
  setRequestBuffer(bytes: Uint8Array): void
  getSync(id: number, keyLength: number, snapshot: number): number
  getMemory(id: number, keyLength: number, snapshot: number): number
  takeValue(): Uint8Array
  /** Of the value that the last getSync or getMemory found: the sequence of its write. */
  valueVersion(): bigint
  get(id: number, keyLength: number, snapshot: number): Promise<Uint8Array | undefined>
  hasSync(id: number, keyLength: number, snapshot: number): number
  hasMemory(id: number, keyLength: number, snapshot: number): number
  has(id: number, keyLength: number, snapshot: number): Promise<boolean>
  getEntry(
    id: number,
    keyLength: number,
    snapshot: number,
  ): Promise<{ value: Uint8Array; version: bigint } | undefined>
  getManySync(id: number, count: number, length: number, snapshot: number): number
  getManyMemory(id: number, count: number, length: number, snapshot: number): number

  snapshot(): number
  releaseSnapshot(id: number): void
  snapshotSequence(id: number): bigint
  snapshotAt(sequence: bigint): Promise<number>
  floor(): bigint
  changes(after: bigint, durable: boolean): NativeChanges
  /**
   * Takes a view and fills the chunk with the first entries that memory holds. Gives how many,
   * where they are the whole range; otherwise the iterator, which stands behind its headSize()
   * entries.
   */
  rangeHead(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    chunk: Uint8Array,
    entriesMax: number,
  ): number | NativeIterator
  countSync(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    limit: number,
  ): number
  count(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    limit: number,
  ): Promise<number>
  /** Reads no file. */
  approximateCount(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
  ): number
  approximateBytes(id: number, lower: NativeBound, upper: NativeBound): number

  ingestion(id: number): NativeIngestion
  sequence(): bigint
  applied(): bigint
  flush(): Promise<void>
  compact(id: number, lower: NativeBound, upper: NativeBound): Promise<void>
  /** 0 bytes a second: no limit. */
  verification(bytesPerSecond: number): NativeVerification
  checkpoint(directory: string): Promise<CheckpointReport>
  backup(directory: string, createdMillis: number): Promise<NativeBackup>
  stats(): NativeStats
  levels(): NamespaceLevels[]
  levelsText(): string
  startTrace(path: string, bytesMax: number): Promise<void>
  stopTrace(): Promise<void>
  close(): Promise<void>
}

export interface NativeConstants {
  statusCodes: Record<number, string>
  durability: Record<string, number>
  entryKinds: Record<string, number>
  logKinds: Record<string, number>
  mergeOperators: Record<string, number>
  compression: Record<string, number>
  inspectKinds: Record<string, number>
  get: Record<string, number>
  getMany: Record<string, number>
  range: Record<string, number>
  keyBytesMax: number
  valueBytesMax: number
  namespaceNameBytesMax: number
  levelCount: number
}

export interface Addon {
  constants: NativeConstants
  initialize(options: { makeError: MakeError }): void
  open(
    path: string,
    options: NativeOpenOptions,
    onCommitted: OnCommitted,
    onEvent: OnNativeEvent | undefined,
  ): Promise<NativeStore>
  openEventLog(
    path: string,
    options: NativeLogOptions,
    onSettled: OnSettled,
  ): Promise<NativeEventLog>
  inspect(kind: number, path: string, options: { entries: boolean }): Promise<string>
  verifyDirectory(path: string, bytesPerSecond: number): Promise<NativeFailure[]>
  listBackups(directory: string): Promise<NativeBackup[]>
  verifyBackup(directory: string, backup: number): Promise<NativeFailure[]>
  removeBackup(directory: string, backup: number): Promise<void>
  salvage(source: string, target: string): Promise<NativeSalvageReport>
  restoreBackup(directory: string, backup: number, target: string): Promise<NativeBackup>
}
