// An open store over an engine: the native one, or the one in memory.

import { unixTimeMs } from '../base/clock.js'
import {
  InvalidTypeError,
  closed,
  invalidArgument,
  kindOf,
  rejected,
} from '../base/errors.js'
import type { CheckpointReport } from '../binding/copies-types.js'
import type { NativeStore, OpenReport } from '../binding/native-types.js'
import type { StoreStats } from '../binding/statistics-types.js'
import type { KeyOption, ValueOption } from '../codec/registry.js'
import type { Changes, ChangesOptions, SnapshotOptions } from './change.js'
import { openChanges } from './changes.js'
import { backupInfoOf, millisecondsOf } from './backup-info.js'
import { ChunkPool } from './chunk-pool.js'
import type { CommitQueue } from './commit-queue.js'
import { ManyReader } from './many-reader.js'
import { NamespaceHandle, type StoreParts } from './namespace-handle.js'
import { Namespaces } from './namespaces.js'
import { checkedOptions, storePath } from './options.js'
import { Reader } from './reader.js'
import { Scrub, type ScrubPlan } from './scrub.js'
import type { ScrubbedEvent } from './events.js'
import { SnapshotHandle, snapshotAt } from './snapshot.js'
import { statsOf } from './statistics.js'
import { StatisticsServers } from './statistics-server.js'
import type {
  BackupInfo,
  BackupOptions,
  Batch,
  BatchOptions,
  Bounds,
  Finding,
  Levels,
  NamespaceInfo,
  NamespaceOf,
  NamespaceOptions,
  ServeOptions,
  Snapshot,
  StatisticsServer,
  Store,
  Trace,
  TraceOptions,
  TransactOptions,
  Transaction,
} from './store.js'
import { startTrace } from './trace.js'
import { Transactions } from './transactions.js'
import { type VerifyOptions, verifyStore } from './verification.js'
import { Writer } from './writer.js'

const ALL_NAMESPACES = 0

export class StoreHandle implements Store, StoreParts {
  readonly path: string
  readonly report: OpenReport
  readonly native: NativeStore
  readonly readOnly: boolean
  readonly writer: Writer
  readonly reader: Reader
  readonly many: ManyReader
  readonly chunks = new ChunkPool()
  readonly transactions: Transactions
  readonly #queue: CommitQueue
  readonly #namespaces: Namespaces
  readonly #servers = new StatisticsServers(this)
  #scrub: Scrub | undefined
  #closing: Promise<void> | undefined

  constructor(path: string, native: NativeStore, queue: CommitQueue, readOnly: boolean) {
    this.path = path
    this.native = native
    this.readOnly = readOnly
    this.report = native.openReport()
    this.#queue = queue
    this.writer = new Writer(native, queue, readOnly)
    this.reader = new Reader(native)
    this.many = new ManyReader(native, this.reader)
    this.transactions = new Transactions(this)
    this.#namespaces = new Namespaces(this)
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  get sequence(): bigint {
    return this.#engine().sequence()
  }

  get applied(): bigint {
    return this.#engine().applied()
  }

  namespace<
    const K extends KeyOption | undefined = undefined,
    const V extends ValueOption | undefined = undefined,
  >(name: string, options?: NamespaceOptions<K, V>): NamespaceOf<K, V> {
    this.#engine()
    const handle: unknown = this.#namespaces.get(name, options)
    return handle as NamespaceOf<K, V>
  }

  namespaces(): NamespaceInfo[] {
    this.#engine()
    return this.#namespaces.list()
  }

  async write(fill: (batch: Batch) => void, options?: BatchOptions): Promise<void> {
    if (typeof fill !== 'function') {
      throw new InvalidTypeError(`write() takes a function, not ${kindOf(fill)}`)
    }
    return this.writer.write(fill, this, options)
  }

  transact<T>(fn: (tx: Transaction) => T | Promise<T>, options?: TransactOptions): Promise<T> {
    return this.transactions.run(fn, options)
  }

  get floor(): bigint {
    return this.#engine().floor()
  }

  snapshot(): Snapshot
  snapshot(options: SnapshotOptions): Promise<Snapshot>
  snapshot(options?: SnapshotOptions): Snapshot | Promise<Snapshot> {
    if (options !== undefined) return snapshotAt(() => this.#engine(), options)
    return new SnapshotHandle(this.#engine())
  }

  changes(options?: ChangesOptions): Changes {
    this.#engine()
    return openChanges(this, this.#namespaces, options)
  }

  async flush(): Promise<void> {
    this.#engine()
    await this.writer.settled()
    return this.#engine().flush()
  }

  async compact<KIn>(namespace?: unknown, bounds?: Bounds<KIn>): Promise<void> {
    const native = this.#engine()
    if (namespace === undefined) {
      if (bounds !== undefined) throw invalidArgument('compact() takes bounds with a namespace')
      return native.compact(ALL_NAMESPACES, undefined, undefined)
    }
    if (!(namespace instanceof NamespaceHandle) || namespace.store !== this) {
      throw invalidArgument('compact() takes a namespace of this store')
    }
    namespace.requireOpen()
    const { lower, upper, empty } = namespace.bytesOf('compact', bounds)
    if (!empty) await native.compact(namespace.id, lower, upper)
  }

  async verify(options?: VerifyOptions): Promise<Finding[]> {
    this.#engine()
    return verifyStore(this, options)
  }

  beginScrub(plan: ScrubPlan, tell: (event: ScrubbedEvent) => void): void {
    this.#scrub = new Scrub(this, plan, tell)
  }

  async checkpoint(folder: string): Promise<CheckpointReport> {
    const path = storePath(folder)
    await this.writer.settled()
    return this.#engine().checkpoint(path)
  }

  async backup(folder: string, options?: BackupOptions): Promise<BackupInfo> {
    const path = storePath(folder)
    const { created } = checkedOptions('backup', options, ['created'])
    const createdMs = created === undefined ? unixTimeMs() : millisecondsOf(created)
    await this.writer.settled()
    return backupInfoOf(await this.#engine().backup(path, createdMs))
  }

  stats(): StoreStats {
    return statsOf(this.#engine().stats())
  }

  levels(): Levels {
    const native = this.#engine()
    const text = native.levelsText()
    return { namespaces: native.levels(), text, toString: () => text }
  }

  async trace(path: string, options?: TraceOptions): Promise<Trace> {
    return startTrace(this.#engine(), path, options)
  }

  async serveStatistics(options?: ServeOptions): Promise<StatisticsServer> {
    this.#engine()
    return this.#servers.serve(options)
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    try {
      this.writer.close()
    } catch (error) {
      return rejected(error)
    }
    this.#scrub?.end()
    this.#closing = this.#ended()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #ended(): Promise<void> {
    await Promise.all([this.native.close(), this.#queue.settled(), this.#servers.close()])
  }

  #engine(): NativeStore {
    if (this.#closing !== undefined) throw closed('The store')
    return this.native
  }
}
