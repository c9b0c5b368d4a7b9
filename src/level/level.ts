// A Level over a store: the ecosystem's database class, with one namespace of bytes under it.
//
// 1. The abstract class checks arguments and state, encodes and decodes, defers what is called
//    before the store is open, runs hooks and emits events. What is here gets formats.
// 2. A write's promise fulfils when the write is as durable as asked: on disk, unless told less.
// 3. Batches, chained batches and sublevels end in one batch of the store.

import {
  type AbstractBatchOperation,
  type AbstractChainedBatch,
  type AbstractDatabaseHooks,
  AbstractLevel,
  type AbstractOpenOptions,
  type AbstractSnapshot,
  type Transcoder,
} from 'abstract-level'
import { InvalidTypeError, closed, kindOf } from '../base/errors.js'
import { erasedRange } from '../store/erased-range.js'
import { type NamespaceHandle, handleOf } from '../store/namespace-handle.js'
import type { Bounds, Durability, Store, WriteOptions } from '../store/store.js'
import { deleteKeys } from './clear.js'
import { Formats } from './formats.js'
import {
  type FormatEntryOptions,
  LevelIterator,
  LevelKeyIterator,
  LevelValueIterator,
} from './iterators.js'
import {
  type FormatOptions,
  type FormatRangeOptions,
  type LevelBatchOptions,
  type LevelClearOptions,
  type LevelDelOptions,
  type LevelKeyRangeOptions,
  type LevelOptions,
  type LevelPutOptions,
  type LevelWriteOptions,
  durabilityOf,
  openStore,
} from './options.js'
import { LevelSnapshot, snapshotIdOf } from './snapshot.js'
import { rangeBounds } from './walk.js'

const NAMESPACE = 'level'

const MANIFEST = {
  createIfMissing: true,
  errorIfExists: true,
  explicitSnapshots: true,
  getSync: true,
  has: true,
  seek: true,
  encodings: { utf8: true, buffer: true, view: true },
  additionalMethods: { approximateSize: true, compactRange: true },
  signals: { iterators: true },
}

interface FormatOperation extends FormatOptions {
  type: 'put' | 'del'
  key: unknown
  value: unknown
}

type Format = string | Buffer | Uint8Array
type AnyLevel<K, V> = AbstractLevel<Format, K, V>

interface KeyRange {
  namespace: NamespaceHandle
  bounds: Bounds<unknown>
}

type ReadFormats = FormatOptions & LevelWriteOptions

/**
 * A persistent Level in the folder `location`: everything that `abstract-level` documents, with
 * keys in the order of their bytes. It opens by itself; operations wait for it.
 */
export class LedgerstoneLevel<KDefault = string, VDefault = string> extends AbstractLevel<
  Format,
  KDefault,
  VDefault
> {
  // Typed so that it can be handed to whatever takes any AbstractLevel.
  declare hooks: AbstractDatabaseHooks<AnyLevel<KDefault, VDefault>> & AbstractDatabaseHooks<this>
  readonly location: string
  readonly #durability: Durability | undefined
  #store: Store | undefined
  #formats: Formats | undefined

  constructor(location: string, options?: LevelOptions<KDefault, VDefault>) {
    if (typeof location !== 'string' || location === '') {
      throw new InvalidTypeError(`A Level's location is a folder's path, not ${kindOf(location)}`)
    }
    super(MANIFEST, options)
    this.location = location
    this.#durability = durabilityOf(options ?? {}, undefined)
  }

  /** The open store under it, for statistics, verification and what else Level has no word for. */
  get store(): Store {
    if (this.#store === undefined) throw closed('The Level')
    return this.#store
  }

  override put(key: KDefault, value: VDefault): Promise<void>
  override put<K = KDefault, V = VDefault>(
    key: K,
    value: V,
    options: LevelPutOptions<K, V>,
  ): Promise<void>
  override put(key: unknown, value: unknown, options?: object): Promise<void> {
    return super.put(key, value, options as object)
  }

  override del(key: KDefault): Promise<void>
  override del<K = KDefault>(key: K, options: LevelDelOptions<K>): Promise<void>
  override del(key: unknown, options?: object): Promise<void> {
    return super.del(key, options as object)
  }

  override batch(
    operations: AbstractBatchOperation<typeof this, KDefault, VDefault>[],
  ): Promise<void>
  override batch<K = KDefault, V = VDefault>(
    operations: AbstractBatchOperation<typeof this, K, V>[],
    options: LevelBatchOptions<K, V>,
  ): Promise<void>
  /** The options of its write() are LevelWriteOptions. */
  override batch(): AbstractChainedBatch<typeof this, KDefault, VDefault>
  override batch(...given: [] | [unknown, object?]): unknown {
    if (given.length === 0) return super.batch()
    return super.batch(given[0] as [], given[1] as object)
  }

  /** Deletes a range at once; with a limit or a snapshot in batches, which are not one whole. */
  override clear(): Promise<void>
  override clear<K = KDefault>(options: LevelClearOptions<K>): Promise<void>
  override clear(options?: object): Promise<void> {
    return super.clear(options as object)
  }

  /** About how many bytes the tables hold from `start` up to `end`; what is in memory has none. */
  async approximateSize<K = KDefault>(
    start: K,
    end: K,
    options: LevelKeyRangeOptions<K> = {},
  ): Promise<number> {
    const { namespace, bounds } = await this.#keyRange(start, end, options)
    return namespace.approximateBytesSync(bounds)
  }

  /** Brings the tables from `start` up to `end` to the bottom level. */
  async compactRange<K = KDefault>(
    start: K,
    end: K,
    options: LevelKeyRangeOptions<K> = {},
  ): Promise<void> {
    const { namespace, bounds } = await this.#keyRange(start, end, options)
    return this.store.compact(namespace, bounds)
  }

  async _open(options: AbstractOpenOptions): Promise<void> {
    const store = await openStore(this.location, options)
    try {
      const bytes = store.namespace(NAMESPACE, { key: 'binary', value: 'binary' })
      this.#formats = new Formats(handleOf(bytes))
    } catch (error) {
      await store.close()
      throw error
    }
    this.#store = store
  }

  async _close(): Promise<void> {
    const store = this.#store
    this.#store = undefined
    this.#formats = undefined
    await store?.close()
  }

  async _get(key: unknown, options: ReadFormats): Promise<unknown> {
    const target = this.#target(options)
    const snapshot = snapshotIdOf(options.snapshot, target.native)
    return target.store.reader.get(target, key, snapshot)
  }

  _getSync(key: unknown, options: ReadFormats): unknown {
    const target = this.#target(options)
    const snapshot = snapshotIdOf(options.snapshot, target.native)
    return target.store.reader.getSync(target, key, snapshot)
  }

  async _getMany(keys: readonly unknown[], options: ReadFormats): Promise<unknown[]> {
    const target = this.#target(options)
    const snapshot = snapshotIdOf(options.snapshot, target.native)
    return target.store.many.get(target, keys, snapshot)
  }

  async _has(key: unknown, options: ReadFormats): Promise<boolean> {
    const target = this.#open().presence[options.keyEncoding]
    const snapshot = snapshotIdOf(options.snapshot, target.native)
    return target.store.reader.has(target, key, snapshot)
  }

  async _hasMany(keys: readonly unknown[], options: ReadFormats): Promise<boolean[]> {
    const target = this.#open().presence[options.keyEncoding]
    const snapshot = snapshotIdOf(options.snapshot, target.native)
    const found = await target.store.many.get(target, keys, snapshot)
    return found.map((value) => value !== undefined)
  }

  async _put(key: unknown, value: unknown, options: ReadFormats): Promise<void> {
    return this.#target(options).put(key, value, this.#writeOptions(options))
  }

  async _del(key: unknown, options: ReadFormats): Promise<void> {
    const target = this.#open().presence[options.keyEncoding]
    return target.del(key, this.#writeOptions(options))
  }

  async _batch(
    operations: readonly FormatOperation[],
    options: LevelWriteOptions,
  ): Promise<void> {
    const { entries, presence, stored } = this.#open()
    return stored.store.writer.write(
      (batch) => {
        for (const { type, key, value, keyEncoding, valueEncoding } of operations) {
          if (type === 'put') batch.put(entries[keyEncoding][valueEncoding], key, value)
          else batch.del(presence[keyEncoding], key)
        }
      },
      stored.store,
      this.#writeOptions(options),
    )
  }

  async _clear(options: FormatRangeOptions & LevelWriteOptions): Promise<void> {
    const { presence, stored } = this.#open()
    const bounds = rangeBounds(presence[options.keyEncoding], options)
    if (options.limit < 0 && options.snapshot === undefined) {
      const erased = bounds.empty ? undefined : erasedRange(bounds)
      return stored.store.writer.deleteRange(stored, erased, this.#writeOptions(options))
    }
    const plan = {
      bounds,
      reverse: options.reverse,
      limit: options.limit < 0 ? Infinity : options.limit,
      snapshot: snapshotIdOf(options.snapshot, stored.native),
    }
    return deleteKeys(stored, plan, durabilityOf(options, this.#durability))
  }

  _iterator(options: FormatEntryOptions): LevelIterator<this, KDefault, VDefault> {
    return new LevelIterator(this, this.#open(), options)
  }

  _keys(options: FormatRangeOptions): LevelKeyIterator<this, KDefault> {
    return new LevelKeyIterator(this, this.#open(), options)
  }

  _values(options: FormatRangeOptions): LevelValueIterator<this, KDefault, VDefault> {
    return new LevelValueIterator(this, this.#open(), options)
  }

  _snapshot(options: object): AbstractSnapshot {
    return new LevelSnapshot(this.#open().stored.native, options)
  }

  async #keyRange<K>(start: K, end: K, options: LevelKeyRangeOptions<K>): Promise<KeyRange> {
    await this.open({ passive: true })
    type KeyEncoding = Transcoder.MixedEncoding<K, unknown, unknown>
    const encoding = this.keyEncoding(options.keyEncoding as KeyEncoding)
    const bounds = { gte: encoding.encode(start), lt: encoding.encode(end) }
    return { namespace: this.#open().presence[encoding.format], bounds }
  }

  #open(): Formats {
    if (this.#formats === undefined) throw closed('The Level')
    return this.#formats
  }

  #target({ keyEncoding, valueEncoding }: FormatOptions): NamespaceHandle {
    return this.#open().entries[keyEncoding][valueEncoding]
  }

  #writeOptions(options: LevelWriteOptions): WriteOptions | undefined {
    const durability = durabilityOf(options, this.#durability)
    return durability === undefined ? undefined : { durability }
  }
}
