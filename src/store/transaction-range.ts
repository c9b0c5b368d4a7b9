// A range inside a transaction: the snapshot's entries with the transaction's own writes over them.
//
// 1. Both sides are walked in step by their key bytes; decoding comes last.
// 2. Each walk tells the read log how far it got, entry by entry, before the entry is given out.
// 3. A walk that is left early, or that fails, closes the engine's iterator.

import { compareBytes } from '../base/bytes.js'
import { binary } from '../codec/simple-codecs.js'
import type { ByteBounds } from './bounds.js'
import type { NamespaceHandle } from './namespace-handle.js'
import type { OwnEntry } from './own-writes.js'
import { estimate } from './range.js'
import { PART, RangeCursor } from './range-cursor.js'
import { WalkedRange } from './read-set.js'
import type { Range, RangeView } from './store.js'

export interface TransactionRangePlan {
  namespace: NamespaceHandle
  bounds: ByteBounds
  reverse: boolean
  limit: number
  /** What a walk begins with; fails when the transaction has ended. */
  begin(): { snapshot: number; own: OwnEntry[] }
  /** Fails when the transaction has ended. */
  requireOpen(): void
  walked(range: WalkedRange): void
}

type RawEntry = [key: Buffer, value: Buffer]

class Walk {
  readonly #plan: TransactionRangePlan
  readonly #own: OwnEntry[]
  readonly #cursor: RangeCursor<RawEntry>
  readonly #range: WalkedRange
  #nextOwn = 0
  #head: RawEntry | undefined
  #left: number

  constructor(plan: TransactionRangePlan, keysOnly: boolean) {
    const { namespace, bounds, reverse, limit } = plan
    const { snapshot, own } = plan.begin()
    this.#plan = plan
    this.#own = own
    this.#left = limit
    const source = {
      id: namespace.id,
      native: namespace.native,
      keyCodec: binary,
      valueCodec: binary,
      chunks: namespace.chunks,
      requireOpen: () => {
        namespace.requireOpen()
        plan.requireOpen()
      },
    }
    const walk = { bounds, reverse, snapshot, limit: limit + own.length }
    this.#cursor = new RangeCursor(source, walk, PART.entries, keysOnly)
    this.#range = new WalkedRange(namespace.id, bounds, reverse)
    plan.walked(this.#range)
  }

  *sync(): Generator<RawEntry, undefined> {
    try {
      for (;;) {
        if (this.#needsHead()) {
          this.#cursor.grow()
          if (this.#cursor.fillSync()) this.#takeHead()
        }
        const entry = this.#step()
        if (entry === 'end') return
        if (entry === undefined) continue
        yield entry
        if (this.#left === 0) return
      }
    } finally {
      this.#cursor.close()
    }
  }

  async *async(): AsyncGenerator<RawEntry, undefined> {
    try {
      for (;;) {
        if (this.#needsHead()) {
          this.#cursor.grow()
          if (this.#cursor.fillMemory() ?? (await this.#cursor.fill())) this.#takeHead()
        }
        const entry = this.#step()
        if (entry === 'end') return
        if (entry === undefined) continue
        yield entry
        if (this.#left === 0) return
      }
    } finally {
      this.#cursor.close()
    }
  }

  // Takes the snapshot's next entry when it is in memory already; true when it must be fetched.
  #needsHead(): boolean {
    this.#plan.requireOpen()
    if (this.#head !== undefined) return false
    if (this.#cursor.left === 0) return true
    this.#takeHead()
    return false
  }

  #takeHead(): void {
    this.#head = this.#cursor.take()
  }

  // The next entry of both sides; undefined for one that the transaction has deleted.
  #step(): RawEntry | 'end' | undefined {
    const head = this.#head
    const own = this.#own[this.#nextOwn]
    if (head === undefined && own === undefined) {
      this.#range.reachEnd()
      return 'end'
    }
    const order = this.#order(own, head)
    if (order >= 0) this.#head = undefined
    if (order > 0 || own === undefined) return this.#give(head!)
    this.#nextOwn++
    return own.value === undefined ? undefined : this.#give([own.key, own.value])
  }

  // Below 0 when the own entry comes first, above when the snapshot's does.
  #order(own: OwnEntry | undefined, head: RawEntry | undefined): number {
    if (own === undefined) return 1
    if (head === undefined) return -1
    const order = compareBytes(own.key, head[0])
    return this.#plan.reverse ? -order : order
  }

  #give(entry: RawEntry): RawEntry {
    this.#left--
    this.#range.reach(entry[0])
    return entry
  }
}

class TransactionView<T> implements RangeView<T> {
  readonly #plan: TransactionRangePlan
  readonly #keysOnly: boolean
  readonly #decode: (entry: RawEntry) => T

  constructor(plan: TransactionRangePlan, keysOnly: boolean, decode: (entry: RawEntry) => T) {
    this.#plan = plan
    this.#keysOnly = keysOnly
    this.#decode = decode
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const entry of this.#walk()?.sync() ?? []) yield this.#decode(entry)
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    for await (const entry of this.#walk()?.async() ?? []) yield this.#decode(entry)
  }

  async toArray(): Promise<T[]> {
    const all: T[] = []
    for await (const item of this) all.push(item)
    return all
  }

  protected estimate(): number {
    const { namespace, bounds, limit } = this.#plan
    this.#plan.requireOpen()
    namespace.requireOpen()
    return Math.min(limit, estimate(namespace, bounds, this.#plan.begin().snapshot))
  }

  #walk(): Walk | undefined {
    this.#plan.requireOpen()
    this.#plan.namespace.requireOpen()
    if (this.#plan.bounds.empty || this.#plan.limit === 0) return undefined
    return new Walk(this.#plan, this.#keysOnly)
  }
}

export class RangeInTransaction<K, V> extends TransactionView<[K, V]> implements Range<K, V> {
  readonly #keys: TransactionView<K>
  readonly #values: TransactionView<V>
  readonly #raw: TransactionView<RawEntry>

  constructor(plan: TransactionRangePlan) {
    const { keyCodec, valueCodec } = plan.namespace
    const key = ([bytes]: RawEntry): K => keyCodec.decode(bytes, 0, bytes.length) as K
    const value = ([, bytes]: RawEntry): V => valueCodec.decode(bytes, 0, bytes.length) as V
    super(plan, false, (entry) => [key(entry), value(entry)])
    this.#keys = new TransactionView(plan, true, key)
    this.#values = new TransactionView(plan, false, value)
    this.#raw = new TransactionView(plan, true, (entry) => entry)
  }

  keys(): RangeView<K> {
    return this.#keys
  }

  values(): RangeView<V> {
    return this.#values
  }

  countSync(): number {
    let count = 0
    for (const entry of this.#raw) count += entry.length > 0 ? 1 : 0
    return count
  }

  async count(): Promise<number> {
    let count = 0
    for await (const entry of this.#raw) count += entry.length > 0 ? 1 : 0
    return count
  }

  approximateCount(): number {
    return this.estimate()
  }
}
