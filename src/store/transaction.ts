// One run of a function given to transact(): what it reads is remembered, what it writes is kept
// back until the commit.
//
// 1. The snapshot is taken by the first read. A read of what the transaction itself has written
//    asks nobody and is not remembered.
// 2. It ends once, by commit() or end(). What is still under way then may yet be answered or not,
//    but counts as read.

import {
  InvalidTypeError,
  LedgerstoneError,
  invalidArgument,
  kindOf,
  rejected,
} from '../base/errors.js'
import { byteBounds } from './bounds.js'
import { expiryOf } from './expiry.js'
import { NamespaceHandle, type StoreParts, limitOf } from './namespace-handle.js'
import { checkedOptions, flag } from './options.js'
import { type OwnValue, OwnWrites } from './own-writes.js'
import { ReadLog } from './read-set.js'
import type { Expiry, Range, Transaction, TransactionRange } from './store.js'
import { RangeInTransaction } from './transaction-range.js'
import type { ValueEncoder } from './value-encoder.js'

const RANGE_OPTIONS = ['gt', 'gte', 'lt', 'lte', 'prefix', 'reverse', 'limit']
const EXPIRY_OPTIONS = ['ttl', 'expiresAt']
const NONE = 0

export class TransactionHandle implements Transaction {
  readonly #store: StoreParts
  readonly #values: ValueEncoder
  readonly #reads = new ReadLog()
  readonly #writes = new OwnWrites()
  #snapshotId = NONE
  #ended = false

  constructor(store: StoreParts, values: ValueEncoder) {
    this.#store = store
    this.#values = values
  }

  get(namespace: unknown, key: unknown): Promise<never> {
    try {
      const from = this.#target(namespace)
      const { reader } = this.#store
      const length = reader.encodeKey(from, key)
      const text = reader.keyText(length)
      const own = this.#own(from, text)
      if (own !== undefined) return Promise.resolve(own.value as never)
      return reader.find(from, length, this.#read(from, text)) as Promise<never>
    } catch (error) {
      return rejected(error)
    }
  }

  getSync(namespace: unknown, key: unknown): never {
    const from = this.#target(namespace)
    const { reader } = this.#store
    const length = reader.encodeKey(from, key)
    const text = reader.keyText(length)
    const own = this.#own(from, text)
    if (own !== undefined) return own.value as never
    return reader.findSync(from, length, this.#read(from, text)) as never
  }

  async getMany(namespace: unknown, keys: readonly unknown[]): Promise<never[]> {
    const from = this.#target(namespace)
    if (!Array.isArray(keys)) {
      throw new InvalidTypeError(`getMany takes an array of keys, not ${kindOf(keys)}`)
    }
    const values: unknown[] = []
    const asked: { key: unknown; index: number }[] = []
    for (const [index, key] of keys.entries()) {
      const text = this.#keyText(from, key)
      const own = this.#own(from, text)
      values.push(own?.value)
      if (own !== undefined) continue
      this.#read(from, text)
      asked.push({ key, index })
    }
    if (asked.length === 0) return values as never[]
    const wanted = asked.map(({ key }) => key)
    const found = await this.#store.many.get(from, wanted, this.#snapshotId)
    for (const [i, { index }] of asked.entries()) values[index] = found[i]
    return values as never[]
  }

  async has(namespace: unknown, key: unknown): Promise<boolean> {
    const from = this.#target(namespace)
    const text = this.#keyText(from, key)
    if (this.#writes.has(from.id, text)) return this.#writes.get(from.id, text) !== undefined
    return this.#store.reader.has(from, key, this.#read(from, text))
  }

  put(namespace: unknown, key: unknown, value: unknown, expiry?: Expiry): void {
    const to = this.#target(namespace)
    const text = this.#keyText(to, key)
    const expiresAt = expiryOf(checkedOptions('put', expiry, EXPIRY_OPTIONS), to.ttl)
    this.#writes.set(to.id, text, { bytes: this.#values.bytesOf(to.valueCodec, value), expiresAt })
  }

  del(namespace: unknown, key: unknown): void {
    const to = this.#target(namespace)
    this.#writes.set(to.id, this.#keyText(to, key), undefined)
  }

  range<K, V, KIn>(namespace: unknown, options?: TransactionRange<KIn>): Range<K, V> {
    const from = this.#target(namespace)
    const given = checkedOptions('range', options, RANGE_OPTIONS)
    const bounds = byteBounds(from.keyCodec, options)
    const reverse = flag('reverse', given.reverse, false)
    return new RangeInTransaction<K, V>({
      namespace: from,
      bounds,
      reverse,
      limit: limitOf(given.limit),
      begin: () => ({
        snapshot: this.#snapshot(),
        own: this.#writes.within(from.id, bounds, reverse),
      }),
      requireOpen: () => {
        this.#requireOpen()
      },
      walked: (range) => {
        this.#reads.addRange(range)
      },
    })
  }

  /** The version of what the key holds in the snapshot; the key counts as read. */
  versionOf(from: NamespaceHandle, keyText: string): Promise<bigint | undefined> {
    const key = Buffer.from(keyText, 'latin1')
    return this.#store.reader.version(from, key, this.#read(from, keyText))
  }

  /** Puts an encoded value; deletes without one. */
  setEncoded(to: NamespaceHandle, keyText: string, value: OwnValue | undefined): void {
    this.#writes.set(to.id, keyText, value)
  }

  /** Ends it. Fulfils when its writes are as durable as asked; CONFLICT when they can't be made. */
  commit(durability: number): Promise<void> {
    if (this.#writes.empty) {
      this.end()
      return Promise.resolve()
    }
    this.#ended = true
    const transaction = this.#snapshotId
    this.#snapshotId = NONE
    try {
      return this.#store.writer.commit(transaction, this.#reads, this.#writes, durability)
    } catch (error) {
      this.#release(transaction)
      throw error
    }
  }

  /** Ends it without a trace. */
  end(): void {
    this.#ended = true
    this.#release(this.#snapshotId)
    this.#snapshotId = NONE
  }

  #release(transaction: number): void {
    if (transaction === NONE) return
    try {
      this.#store.native.releaseSnapshot(transaction)
    } catch {
      // The store was closed first and took the snapshot with it.
    }
  }

  #requireOpen(): void {
    if (this.#ended) throw new LedgerstoneError('CLOSED', 'The transaction has ended')
  }

  #snapshot(): number {
    if (this.#snapshotId === NONE) this.#snapshotId = this.#store.native.beginTransaction()
    return this.#snapshotId
  }

  // Notes that the key is read and gives the snapshot to read it from.
  #read(from: NamespaceHandle, keyText: string): number {
    const snapshot = this.#snapshot()
    this.#reads.addKey(from.id, keyText)
    return snapshot
  }

  #keyText(from: NamespaceHandle, key: unknown): string {
    const { reader } = this.#store
    return reader.keyText(reader.encodeKey(from, key))
  }

  #own(from: NamespaceHandle, keyText: string): { value: unknown } | undefined {
    if (this.#writes.empty || !this.#writes.has(from.id, keyText)) return undefined
    const bytes = this.#writes.get(from.id, keyText)
    return { value: bytes && from.valueCodec.decode(bytes, 0, bytes.length) }
  }

  #target(namespace: unknown): NamespaceHandle {
    this.#requireOpen()
    if (!(namespace instanceof NamespaceHandle)) {
      throw new InvalidTypeError(`A transaction works on namespaces, not on ${kindOf(namespace)}`)
    }
    if (namespace.store !== this.#store) {
      throw invalidArgument(`The namespace '${namespace.name}' is of another store`)
    }
    namespace.requireOpen()
    if (namespace.derived) {
      throw invalidArgument(
        `The namespace '${namespace.name}' is derived: it takes no part in transactions`,
      )
    }
    return namespace
  }
}
