// One namespace of an open store: checks options, and sends writes to the store's writer, reads to
// its readers and ranges to range.ts.

import {
  InvalidTypeError,
  LedgerstoneError,
  closed,
  invalidArgument,
  kindOf,
  rejected,
} from '../base/errors.js'
import { MERGE_OPERATOR } from '../binding/constants.js'
import type { Ingested, NativeStore } from '../binding/native-types.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import { type ByteBounds, byteBounds } from './bounds.js'
import type { ChunkPool } from './chunk-pool.js'
import { type ErasedRange, erasedRange } from './erased-range.js'
import type { ManyReader } from './many-reader.js'
import { type IngestOptions, type IngestSource, ingest } from './ingest.js'
import { checkedOptions, flag } from './options.js'
import { PlannedRange } from './range.js'
import type { Reader } from './reader.js'
import { snapshotIdOf } from './snapshot.js'
import type {
  Bounds,
  DelOptions,
  Entry,
  Namespace,
  PutOptions,
  Range,
  RangeOptions,
  ReadOptions,
  WriteOptions,
} from './store.js'
import type { Transactions } from './transactions.js'
import type { Writer } from './writer.js'

/** What all namespaces of a store share. */
export interface StoreParts {
  readonly native: NativeStore
  readonly writer: Writer
  readonly reader: Reader
  readonly many: ManyReader
  readonly chunks: ChunkPool
  readonly transactions: Transactions
  readonly closed: boolean
}

export interface NamespaceIdentity {
  id: number
  name: string
  keyCodec: AnyKeyCodec
  valueCodec: AnyValueCodec
  derived: boolean
  /** One of MERGE_OPERATOR. */
  merge: number
  /** Milliseconds after which a put is gone that says nothing itself. */
  ttl?: number | undefined
}

const BOUNDS = ['gt', 'gte', 'lt', 'lte', 'prefix']
const RANGE_OPTIONS = [...BOUNDS, 'reverse', 'limit', 'snapshot']
const READ_OPTIONS = ['snapshot']

export class NamespaceHandle implements Namespace<unknown, unknown> {
  readonly id: number
  readonly name: string
  readonly keyCodec: AnyKeyCodec
  readonly valueCodec: AnyValueCodec
  readonly derived: boolean
  readonly mergeOperator: number
  readonly ttl: number | undefined
  readonly codecs: { readonly key: string; readonly value: string }
  readonly store: StoreParts
  #dropped = false

  constructor(store: StoreParts, identity: NamespaceIdentity) {
    this.store = store
    this.id = identity.id
    this.name = identity.name
    this.keyCodec = identity.keyCodec
    this.valueCodec = identity.valueCodec
    this.derived = identity.derived
    this.mergeOperator = identity.merge
    this.ttl = identity.ttl
    this.codecs = { key: identity.keyCodec.name, value: identity.valueCodec.name }
  }

  get native(): NativeStore {
    return this.store.native
  }

  get chunks(): ChunkPool {
    return this.store.chunks
  }

  get dropped(): boolean {
    return this.#dropped
  }

  requireOpen(): void {
    if (this.store.closed) throw closed('The store')
    if (this.#dropped) {
      throw new LedgerstoneError('CLOSED', `The namespace '${this.name}' was dropped`)
    }
  }

  getSync(key: unknown, options?: ReadOptions): unknown {
    return this.store.reader.getSync(this, key, this.#view(options))
  }

  get(key: unknown, options?: ReadOptions): Promise<unknown> {
    try {
      return this.store.reader.get(this, key, this.#view(options))
    } catch (error) {
      return rejected(error)
    }
  }

  getManySync(keys: readonly unknown[], options?: ReadOptions): unknown[] {
    return this.store.many.getSync(this, requireKeys(keys), this.#view(options))
  }

  async getMany(keys: readonly unknown[], options?: ReadOptions): Promise<unknown[]> {
    return this.store.many.get(this, requireKeys(keys), this.#view(options))
  }

  hasSync(key: unknown, options?: ReadOptions): boolean {
    return this.store.reader.hasSync(this, key, this.#view(options))
  }

  async has(key: unknown, options?: ReadOptions): Promise<boolean> {
    return this.store.reader.has(this, key, this.#view(options))
  }

  getEntrySync(key: unknown, options?: ReadOptions): Entry<unknown> | undefined {
    return this.store.reader.entrySync(this, key, this.#view(options))
  }

  async getEntry(key: unknown, options?: ReadOptions): Promise<Entry<unknown> | undefined> {
    return this.store.reader.entry(this, key, this.#view(options))
  }

  put(key: unknown, value: unknown, options?: PutOptions): Promise<void> {
    try {
      if (isConditional(options)) return this.store.transactions.putIf(this, key, value, options)
      return this.store.writer.put(this, key, value, options)
    } catch (error) {
      return rejected(error)
    }
  }

  del(key: unknown, options?: DelOptions): Promise<void> {
    try {
      if (isConditional(options)) return this.store.transactions.delIf(this, key, options)
      return this.store.writer.del(this, key, options)
    } catch (error) {
      return rejected(error)
    }
  }

  merge(key: unknown, operand: unknown, options?: WriteOptions): Promise<void> {
    try {
      return this.store.writer.merge(this, key, operand, options)
    } catch (error) {
      return rejected(error)
    }
  }

  deleteRange(bounds?: Bounds<unknown>, options?: WriteOptions): Promise<void> {
    try {
      return this.store.writer.deleteRange(this, this.erasedBy(bounds), options)
    } catch (error) {
      return rejected(error)
    }
  }

  async ingest(
    entries: IngestSource<unknown, unknown>,
    options?: IngestOptions,
  ): Promise<Ingested> {
    this.requireOpen()
    await this.store.writer.settled()
    return ingest(this, entries, options)
  }

  range(options?: RangeOptions<unknown>): Range<unknown, unknown> {
    this.requireOpen()
    const given = checkedOptions('range', options, RANGE_OPTIONS)
    return new PlannedRange({
      namespace: this,
      bounds: byteBounds(this.keyCodec, options),
      reverse: flag('reverse', given.reverse, false),
      limit: limitOf(given.limit),
      snapshot: given.snapshot,
    })
  }

  approximateBytesSync(bounds?: Bounds<unknown>): number {
    this.requireOpen()
    const { lower, upper, empty } = this.bytesOf('approximateBytesSync', bounds)
    return empty ? 0 : this.native.approximateBytes(this.id, lower, upper)
  }

  requireMerge(): void {
    if (this.mergeOperator !== MERGE_OPERATOR.none) return
    throw invalidArgument(`The namespace '${this.name}' was made without the option merge`)
  }

  /** What deleteRange(bounds) erases; undefined for nothing. */
  erasedBy(bounds: Bounds<unknown> | undefined): ErasedRange | undefined {
    const given = checkedOptions('deleteRange', bounds, BOUNDS)
    const names = Object.keys(given)
    if (names.length > 0 && Object.values(given).every((bound) => bound === undefined)) {
      throw invalidArgument(
        `deleteRange got ${names.join(', ')} as undefined, which would delete every key; if that ` +
          'is meant, call it without bounds',
      )
    }
    return erasedRange(byteBounds(this.keyCodec, bounds))
  }

  /** The bounds given to the function `what`, checked. */
  bytesOf(what: string, bounds: Bounds<unknown> | undefined): ByteBounds {
    checkedOptions(what, bounds, BOUNDS)
    return byteBounds(this.keyCodec, bounds)
  }

  async drop(): Promise<void> {
    this.requireOpen()
    const dropped = this.store.writer.drop(this.id)
    this.#dropped = true
    return dropped
  }

  #view(options: ReadOptions | undefined): number {
    this.requireOpen()
    if (options === undefined) return 0
    checkedOptions('A read', options, READ_OPTIONS)
    return snapshotIdOf(options, this.native)
  }
}

/** The handle behind a namespace that a store of open() or openMemory() gave. */
export function handleOf(namespace: unknown): NamespaceHandle {
  if (namespace instanceof NamespaceHandle) return namespace
  throw new InvalidTypeError(`A namespace must come from a store, not be ${kindOf(namespace)}`)
}

function isConditional(options: unknown): options is PutOptions {
  if (typeof options !== 'object' || options === null) return false
  return 'ifAbsent' in options || 'ifVersion' in options
}

export function limitOf(limit: unknown): number {
  if (limit === undefined || limit === Infinity) return Infinity
  if (typeof limit !== 'number') {
    throw new InvalidTypeError(`limit must be a number, not ${kindOf(limit)}`)
  }
  if (Number.isSafeInteger(limit) && limit >= 0) return limit
  throw invalidArgument(`limit must be a whole number of entries or Infinity; found ${limit}`)
}

function requireKeys(keys: unknown): readonly unknown[] {
  if (Array.isArray(keys)) return keys
  throw new InvalidTypeError(`getMany takes an array of keys, not ${kindOf(keys)}`)
}
