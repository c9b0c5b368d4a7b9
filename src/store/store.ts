// The embedding API: what `open` and `openMemory` both return.
//
// 1. A function that returns a promise never throws: it rejects. The others throw.
// 2. After close(), every function but close() fails with CLOSED.
// 3. The names ending in Sync may wait for the disk; their counterparts never block the event loop.

import type { Compression, Durability } from '../binding/constants.js'
import type { CheckpointReport, SalvagedNamespace } from '../binding/copies-types.js'
import type { Finding } from '../binding/finding.js'
import type { Ingested, OpenReport, VerifyProgress } from '../binding/native-types.js'
import type { NamespaceLevels, StoreStats } from '../binding/statistics-types.js'
import type {
  KeyIn,
  KeyOption,
  KeyOut,
  ValueIn,
  ValueOption,
  ValueOut,
} from '../codec/registry.js'
import type { ChangeEntry, Changes, ChangesOptions, SnapshotOptions } from './change.js'
import type { IngestOptions } from './ingest.js'
import type { ByteSize } from './options.js'
import type { VerifyOptions } from './verification.js'

export type {
  CheckpointReport,
  Compression,
  Durability,
  Finding,
  Ingested,
  IngestOptions,
  NamespaceLevels,
  OpenReport,
  SalvagedNamespace,
  StoreStats,
  VerifyOptions,
  VerifyProgress,
}

/** What merge() does to the value below; docs/api.md has the codecs that each takes. */
export type MergeName = 'add' | 'append' | 'max' | 'min' | 'json-merge-patch'

/** What can be merged onto a value: for JSON also a part of it, with null for what goes. */
export type MergeOperand<V> = V extends string | number | bigint | Uint8Array | readonly unknown[]
  ? V
  : V extends object
    ? V | { [Name in keyof V]?: MergeOperand<V[Name]> | null }
    : V

export interface NamespaceOptions<K, V> {
  /** Key codec. Default: the recorded one, else 'tuple'. */
  key?: K
  /** Value codec. Default: the recorded one, else 'msgpack'. */
  value?: V
  /** Written without a write-ahead log, by writes that carry `applied`. Default: false. */
  derived?: boolean
  /** What merge() does. Default: the recorded one, else none: then nothing can be merged. */
  merge?: MergeName
  /** Milliseconds after which each put is gone that says nothing itself. Not recorded. */
  ttl?: number
  /** Of blocks above the bottom level, for a new namespace. Default: 'lz4'. */
  compression?: Compression
  /**
   * Of blocks at the bottom level, once other levels lie between it and L0 (from about 1.3 GB on
   * with the default sizes), for a new namespace. Default: 'zstd'.
   */
  bottomCompression?: Compression
  /** Bits per key of the filters, for a new namespace; 0 for none. Default: 10. */
  filterBitsPerKey?: number
}

export interface NamespaceInfo {
  name: string
  key: string
  value: string
  derived: boolean
  /** Absent where nothing can be merged. */
  merge?: MergeName
  compression: Compression
  bottomCompression: Compression
  filterBitsPerKey: number
}

export interface ReadOptions {
  /** Read as of this snapshot. Default: the newest state. */
  snapshot?: Snapshot | undefined
}

export interface WriteOptions {
  /** How safe the write is when its promise fulfils. Default: 'disk'. */
  durability?: Durability | undefined
}

/** When a put is gone for readers; at most one of the two. */
export interface Expiry {
  /** Milliseconds from the call on, or Infinity for never. Default: the namespace's. */
  ttl?: number | undefined
  /** A moment, or its milliseconds since 1970, or Infinity for never; may be past. */
  expiresAt?: Date | number | undefined
}

export interface PutOptions extends WriteOptions, Expiry {
  /** Write only if the key is absent, else fail with CONFLICT. Default: false. */
  ifAbsent?: boolean | undefined
  /** Write only over the entry of this version (see getEntry), else fail with CONFLICT. */
  ifVersion?: bigint | undefined
}

export interface DelOptions extends WriteOptions {
  /** Delete only the entry of this version (see getEntry), else fail with CONFLICT. */
  ifVersion?: bigint | undefined
}

export interface Entry<V> {
  value: V
  /** The sequence of the write that made the entry; another write gives another one. */
  version: bigint
}

export interface TransactOptions extends WriteOptions {
  /** How often the function is run again after a conflict. Default: 20. */
  retries?: number | undefined
}

export type TransactionRange<KIn> = Bounds<KIn> & Pick<RangeOptions<KIn>, 'reverse' | 'limit'>

/**
 * What the function given to transact() reads and writes through. Reads are all of one state of the
 * store, with the transaction's own writes over it. It ends with the function: then CLOSED.
 */
export interface Transaction {
  get<K, V, KIn>(namespace: Namespace<K, V, KIn, never>, key: KIn): Promise<V | undefined>
  getSync<K, V, KIn>(namespace: Namespace<K, V, KIn, never>, key: KIn): V | undefined
  getMany<K, V, KIn>(
    namespace: Namespace<K, V, KIn, never>,
    keys: readonly KIn[],
  ): Promise<(V | undefined)[]>
  has<KIn>(namespace: Namespace<unknown, unknown, KIn, never>, key: KIn): Promise<boolean>
  put<KIn, VIn>(
    namespace: Namespace<unknown, unknown, KIn, VIn>,
    key: KIn,
    value: VIn,
    expiry?: Expiry,
  ): void
  del<KIn>(namespace: Namespace<unknown, unknown, KIn, never>, key: KIn): void
  /** Each walk sees the writes that the transaction had made when the walk began. */
  range<K, V, KIn>(
    namespace: Namespace<K, V, KIn, never>,
    options?: TransactionRange<KIn>,
  ): Range<K, V>
}

export interface BatchOptions extends WriteOptions {
  /** The position of the last event these changes come from; for derived namespaces only. */
  applied?: bigint | undefined
}

/** A key, or for tuples of a fixed length also the leading elements of one, at least one. */
export type Leading<K> = K extends readonly [...infer Head, unknown]
  ? K | (Head extends readonly [] ? never : Leading<Head>)
  : K

/** A bound need not be a whole key: `gte: ['USD']` begins where the first `['USD', …]` would be. */
export interface Bounds<KIn> {
  gt?: Leading<KIn> | undefined
  gte?: Leading<KIn> | undefined
  lt?: Leading<KIn> | undefined
  lte?: Leading<KIn> | undefined
  /** Only keys under this prefix (codecs tuple, utf8, binary). */
  prefix?: Leading<KIn> | undefined
}

export interface RangeOptions<KIn> extends Bounds<KIn>, ReadOptions {
  reverse?: boolean | undefined
  /** At most this many entries. Default: no limit. */
  limit?: number | undefined
}

/** One pass over the entries, begun anew by each `for`; each pass sees one state of the store. */
export interface RangeView<T> {
  /** Waits for the disk where it must. */
  [Symbol.iterator](): IterableIterator<T>
  /** Never blocks the event loop. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>
  toArray(): Promise<T[]>
}

export interface Range<K, V> extends RangeView<[K, V]> {
  keys(): RangeView<K>
  values(): RangeView<V>
  count(): Promise<number>
  countSync(): number
  /**
   * About how many keys there are, at most `limit`, told in microseconds and without the disk: from
   * what the tables' indexes say and a few dozen entries of each memtable. A key that was written
   * again, or has expired, may count more than once until a compaction; see docs/api.md. In a
   * transaction its own writes are left out, and nothing counts as read.
   */
  approximateCount(): number
}

export interface Namespace<K, V, KIn = K, VIn = V> {
  readonly name: string
  readonly derived: boolean
  /** Names of the codecs. */
  readonly codecs: { readonly key: string; readonly value: string }
  get(key: KIn, options?: ReadOptions): Promise<V | undefined>
  getSync(key: KIn, options?: ReadOptions): V | undefined
  /** Values in the order of the keys, all of one state of the store. */
  getMany(keys: readonly KIn[], options?: ReadOptions): Promise<(V | undefined)[]>
  getManySync(keys: readonly KIn[], options?: ReadOptions): (V | undefined)[]
  has(key: KIn, options?: ReadOptions): Promise<boolean>
  hasSync(key: KIn, options?: ReadOptions): boolean
  /** The value with its version, for a later write with ifVersion. */
  getEntry(key: KIn, options?: ReadOptions): Promise<Entry<V> | undefined>
  getEntrySync(key: KIn, options?: ReadOptions): Entry<V> | undefined
  put(key: KIn, value: VIn, options?: PutOptions): Promise<void>
  del(key: KIn, options?: DelOptions): Promise<void>
  /**
   * Changes the value as the namespace's `merge` option says, without reading it. MERGE_FAILED is
   * told by the reads that then cannot make the value.
   */
  merge(key: KIn, operand: MergeOperand<VIn>, options?: WriteOptions): Promise<void>
  /**
   * Deletes every key in the bounds, whatever their number, by one entry of the log. Without any
   * bounds it is every key there is.
   */
  deleteRange(bounds?: Bounds<KIn>, options?: WriteOptions): Promise<void>
  range(options?: RangeOptions<KIn>): Range<K, V>
  /**
   * Loads sorted entries in bulk, past the log and the memtables: all of them are there when it
   * fulfils, durable, or none. Keys must rise strictly in the order of their encoding; one that
   * does not is INVALID_ARGUMENT with its `position`. NOT_SUPPORTED in a derived namespace and in a
   * store with retention; CONFLICT while the store takes another one.
   */
  ingest(
    entries: Iterable<readonly [KIn, VIn]> | AsyncIterable<readonly [KIn, VIn]>,
    options?: IngestOptions,
  ): Promise<Ingested>
  /** About how many bytes the tables hold in these bounds. */
  approximateBytesSync(bounds?: Bounds<KIn>): number
  /** Removes the namespace and all it holds; durable when it fulfils. */
  drop(): Promise<void>
}

export type NamespaceOf<K, V> = Namespace<KeyOut<K>, ValueOut<V>, KeyIn<K>, ValueIn<V>>

/** A namespace of any codecs, where only the store it is in matters. */
export type AnyNamespace = Namespace<unknown, unknown, never, never>

export interface Batch {
  put<KIn, VIn>(
    namespace: Namespace<unknown, unknown, KIn, VIn>,
    key: KIn,
    value: VIn,
    options?: Expiry,
  ): void
  del<KIn>(namespace: Namespace<unknown, unknown, KIn, never>, key: KIn): void
  merge<KIn, VIn>(
    namespace: Namespace<unknown, unknown, KIn, VIn>,
    key: KIn,
    operand: MergeOperand<VIn>,
  ): void
  deleteRange<KIn>(namespace: Namespace<unknown, unknown, KIn, never>, bounds?: Bounds<KIn>): void
  /**
   * Does what a put, del, merge or deleteRange from changes() did, in this namespace: of codecs of
   * the same names, else MISMATCH.
   */
  replay(namespace: AnyNamespace, entry: ChangeEntry): void
}

export interface Snapshot {
  /** Every write up to this sequence is in it. */
  readonly sequence: bigint
  release(): void
  [Symbol.dispose](): void
}

export interface Levels {
  namespaces: NamespaceLevels[]
  /** The same as a picture in plain text. */
  text: string
  toString(): string
}

export interface BackupOptions {
  /** The moment that the backup is listed with. Default: now. */
  created?: Date | undefined
}

export interface BackupInfo {
  /** Its number in the folder; the next one's is higher. */
  backup: number
  created: Date
  storeId: string
  /** The newest sequence in it. */
  sequence: bigint
  /** The `applied` of its derived namespaces. */
  applied: bigint
  tables: number
  /** Bytes of all its tables. */
  bytes: number
  /** Tables that no earlier backup in the folder had, and their bytes. */
  sentTables: number
  sentBytes: number
  /** Why its record cannot be read; of the other fields only `backup` means anything then. */
  damage?: Finding
}

export interface TraceOptions {
  /** The recording ends when its file has about so many bytes. Default: '64MiB'. */
  bytesMax?: ByteSize
}

/** A recording under way. */
export interface Trace {
  readonly path: string
  /** Ends the file; rejects with the recording's first failure. Closing the store ends it too. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ServeOptions {
  /** A Unix domain socket. Default: `statistics.sock` in the store's folder. */
  path?: string
  /** A port of 127.0.0.1 instead of a socket; 0 for any that is free. */
  port?: number
}

/** Serves `GET /metrics` (Prometheus) and `GET /stats.json`; never keeps the process alive. */
export interface StatisticsServer {
  /** The socket's path, or `http://127.0.0.1:PORT`. */
  readonly address: string
  /** Closing the store closes it too. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Store {
  readonly path: string
  readonly report: OpenReport
  /** The newest sequence that readers see. */
  readonly sequence: bigint
  /** The `applied` up to which derived namespaces are in synced tables. */
  readonly applied: bigint
  readonly closed: boolean
  namespace<
    const K extends KeyOption | undefined = undefined,
    const V extends ValueOption | undefined = undefined,
  >(
    name: string,
    options?: NamespaceOptions<K, V>,
  ): NamespaceOf<K, V>
  namespaces(): NamespaceInfo[]
  /** Everything that `fill` puts into the batch is written, or nothing. */
  write(fill: (batch: Batch) => void, options?: BatchOptions): Promise<void>
  /**
   * Runs `fn` and commits what it wrote, as if nothing else had run meanwhile; gives what `fn`
   * returned. When something it read was written by others, `fn` is run again, at last CONFLICT.
   * An error of `fn` is thrown on, and nothing is written.
   */
  transact<T>(fn: (tx: Transaction) => T | Promise<T>, options?: TransactOptions): Promise<T>
  snapshot(): Snapshot
  /**
   * The store as it was right after the batch that `at` is in, while that is retained. Expiry goes
   * by the clock of the read. NOT_RETAINED below `floor`, and without retention below `sequence`.
   */
  snapshot(options: SnapshotOptions): Promise<Snapshot>
  /**
   * Batches in commit order: those after a sequence that are retained, then those that come.
   * Derived namespaces' are left out. NOT_RETAINED when `after` is below `floor`.
   */
  changes(options?: ChangesOptions): Changes
  /** The earliest sequence that changes(), and with retention snapshot(), can be asked for. */
  readonly floor: bigint
  /** Fulfils when every write before it is in synced tables. */
  flush(): Promise<void>
  compact<KIn>(
    namespace?: Namespace<unknown, unknown, KIn, never>,
    bounds?: Bounds<KIn>,
  ): Promise<void>
  /** Reads every byte of the store's tables and kept logs; empty when all is whole. */
  verify(options?: VerifyOptions): Promise<Finding[]>
  /**
   * Makes an openable copy of the store as it is now in `folder`, which must be absent or empty. It
   * holds everything acknowledged before the call, of any durability. Tables are hard links where
   * the folder is on the same device. Nothing is in `folder` until all of it is there and synced.
   */
  checkpoint(folder: string): Promise<CheckpointReport>
  /**
   * Adds a backup of the store as it is now to a folder of backups, which is made when absent. Only
   * tables that no backup there has are copied, each with its digest checked.
   */
  backup(folder: string, options?: BackupOptions): Promise<BackupInfo>
  stats(): StoreStats
  levels(): Levels
  /** Records what the engine does when, into a new file that Perfetto opens. */
  trace(path: string, options?: TraceOptions): Promise<Trace>
  /** Lets other processes, such as `ledgerstone top` and Prometheus, read the statistics. */
  serveStatistics(options?: ServeOptions): Promise<StatisticsServer>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
