// Writes: encoded into one shared buffer, and handed to the engine once per event-loop turn.
//
// 1. The buffer's entries are of one durability. Another durability, 256 KiB or the end of the
//    turn (a microtask) submits them; so the commit order is the order of the calls.
// 2. All calls of one submit get the same promise. A call makes no closure of its own.
// 3. While a batch is filled, its entries are the buffer's tail: what writes, or would submit, is
//    refused. So a submit never holds a part of a batch.
// 4. A batch for derived namespaces is submitted by itself, with the position it brings.

import {
  InvalidTypeError,
  LedgerstoneError,
  closed,
  invalidArgument,
  kindOf,
} from '../base/errors.js'
import { DURABILITY } from '../binding/constants.js'
import type { NativeStore } from '../binding/native-types.js'
import { WriteBatch } from './batch.js'
import { type CommitQueue, type Deferred, deferred } from './commit-queue.js'
import type { ErasedRange } from './erased-range.js'
import { expiryOf } from './expiry.js'
import type { NamespaceHandle } from './namespace-handle.js'
import { checkedOptions, durabilityOf } from './options.js'
import type { OwnWrites } from './own-writes.js'
import type { ReadLog } from './read-set.js'
import type { Batch, BatchOptions, PutOptions, WriteOptions } from './store.js'
import { TransactionCommits } from './transaction-commits.js'
import { WriteBuffer } from './write-buffer.js'

const SUBMIT_AT_BYTES = 256 * 1024
const WRITE_OPTIONS = ['durability']
const PUT_OPTIONS = ['durability', 'ttl', 'expiresAt']
const NO_OPTIONS: PutOptions = {}
const BATCH_OPTIONS = ['durability', 'applied']

export class Writer {
  readonly #native: NativeStore
  readonly #queue: CommitQueue
  readonly #readOnly: boolean
  readonly #buffer = new WriteBuffer()
  readonly #commits: TransactionCommits
  #told: Uint8Array | undefined
  #durability: number = DURABILITY.disk
  #result: Deferred | undefined
  #filling = false
  #closed = false
  readonly #submitAtTurnEnd = (): void => {
    this.#submit()
  }

  constructor(native: NativeStore, queue: CommitQueue, readOnly: boolean) {
    this.#native = native
    this.#queue = queue
    this.#commits = new TransactionCommits(native, queue)
    this.#readOnly = readOnly
  }

  put(to: NamespaceHandle, key: unknown, value: unknown, options?: PutOptions): Promise<void> {
    this.#begin(to, options, PUT_OPTIONS)
    this.#buffer.put(to, key, value, expiryOf(options ?? NO_OPTIONS, to.ttl))
    return this.#promise()
  }

  del(to: NamespaceHandle, key: unknown, options?: WriteOptions): Promise<void> {
    this.#begin(to, options)
    this.#buffer.del(to, key)
    return this.#promise()
  }

  merge(
    to: NamespaceHandle,
    key: unknown,
    operand: unknown,
    options?: WriteOptions,
  ): Promise<void> {
    this.#begin(to, options)
    to.requireMerge()
    this.#buffer.merge(to, key, operand)
    return this.#promise()
  }

  /** Nothing to erase is nothing written. */
  deleteRange(
    to: NamespaceHandle,
    erased: ErasedRange | undefined,
    options?: WriteOptions,
  ): Promise<void> {
    this.#begin(to, options)
    if (erased === undefined) return Promise.resolve()
    this.#buffer.deleteRange(to, erased)
    return this.#promise()
  }

  write(fill: (batch: Batch) => unknown, store: object, options?: BatchOptions): Promise<void> {
    const { applied } = checkedOptions('write', options, BATCH_OPTIONS)
    if (applied !== undefined) requirePosition(applied, options)
    this.#requireWritable()
    this.#useDurability(durabilityOf(options?.durability))
    if (applied !== undefined) this.#submit()
    const { length, entryCount } = this.#buffer
    try {
      this.#fill(new WriteBatch(this.#buffer, store, applied !== undefined), fill)
    } catch (error) {
      this.#buffer.cutTo(length, entryCount)
      throw error
    }
    if (applied !== undefined) return this.#submitDerived(applied)
    return this.#buffer.length === length ? Promise.resolve() : this.#promise()
  }

  /** A transaction's commit, behind all writes before it and ahead of those after it. */
  commit(
    transaction: number,
    reads: ReadLog,
    writes: OwnWrites,
    durability: number,
  ): Promise<void> {
    this.#requireUsable()
    if (this.#result !== undefined) this.#submit()
    return this.#commits.add(transaction, reads, writes, durability)
  }

  drop(namespaceId: number): Promise<void> {
    this.#requireWritable()
    this.#submit()
    const result = deferred()
    this.#queue.add(this.#native.dropNamespace(namespaceId), result)
    return result.promise
  }

  /** Submits what is waiting, and refuses all writes from then on. */
  close(): void {
    this.#submit()
    this.#closed = true
  }

  async settled(): Promise<void> {
    this.#submit()
    await this.#queue.settled()
  }

  #begin(
    to: NamespaceHandle,
    options: WriteOptions | undefined,
    names: readonly string[] = WRITE_OPTIONS,
  ): void {
    this.#requireWritable()
    to.requireOpen()
    if (to.derived) throw derivedNeedsPosition(to.name)
    if (options === undefined) {
      this.#useDurability(DURABILITY.disk)
    } else {
      checkedOptions('A write', options, names)
      this.#useDurability(durabilityOf(options.durability))
    }
  }

  // What is written next comes behind the commits before it.
  #requireWritable(): void {
    this.#requireUsable()
    this.#commits.submit()
  }

  #requireUsable(): void {
    if (this.#closed) throw closed('The store')
    if (this.#readOnly) {
      throw new LedgerstoneError('READ_ONLY', 'The store was opened with readOnly')
    }
    this.#requireNoBatch()
  }

  #requireNoBatch(): void {
    if (!this.#filling) return
    throw invalidArgument(
      'While write() fills its batch, only the batch can be written to, and nothing is flushed, ' +
        'dropped or closed',
    )
  }

  #useDurability(durability: number): void {
    if (durability === this.#durability) return
    this.#submit()
    this.#durability = durability
  }

  // Hands what the buffer holds to the engine. A refusal goes to those who wait for it.
  #submit(): void {
    this.#requireNoBatch()
    this.#commits.submit()
    const result = this.#result
    if (result === undefined) return
    this.#result = undefined
    const { length, entryCount } = this.#buffer
    try {
      this.#tellBuffer()
      // Without the boundary behind the last batch.
      this.#queue.add(this.#native.submit(length - 1, entryCount, this.#durability), result)
      if (this.#durability !== DURABILITY.disk) this.#queue.linger()
    } catch (error) {
      result.reject(error)
    }
    this.#buffer.clear()
  }

  // Of the entries just added.
  #promise(): Promise<void> {
    if (this.#result === undefined) {
      this.#result = deferred()
      queueMicrotask(this.#submitAtTurnEnd)
    }
    const { promise } = this.#result
    this.#buffer.endBatch()
    if (this.#buffer.length > SUBMIT_AT_BYTES) this.#submit()
    return promise
  }

  #fill(batch: WriteBatch, fill: (batch: Batch) => unknown): void {
    this.#filling = true
    try {
      refusePromise(fill(batch))
    } finally {
      this.#filling = false
      batch.end()
    }
  }

  #submitDerived(applied: bigint): Promise<void> {
    const result = deferred()
    const { length, entryCount } = this.#buffer
    try {
      this.#tellBuffer()
      this.#queue.add(this.#native.submitDerived(length, entryCount, applied), result)
      this.#queue.linger()
    } finally {
      this.#buffer.clear()
    }
    return result.promise
  }

  #tellBuffer(): void {
    if (this.#told === this.#buffer.bytes) return
    this.#native.setWriteBuffer(this.#buffer.bytes)
    this.#told = this.#buffer.bytes
  }
}

export function derivedNeedsPosition(name: string): LedgerstoneError {
  return invalidArgument(
    `The namespace '${name}' is derived: it is written by write(…, { applied }) alone`,
  )
}

function requirePosition(applied: unknown, options: BatchOptions | undefined): void {
  if (typeof applied !== 'bigint') {
    throw new InvalidTypeError(`applied must be a bigint, not ${kindOf(applied)}`)
  }
  if (applied < 0n || applied >= 2n ** 64n) {
    throw invalidArgument(`applied must be in 0 … 2^64 - 1; found ${applied}`)
  }
  if (options?.durability !== undefined) {
    throw invalidArgument('A write with applied has no durability: it is durable when flushed')
  }
}

function refusePromise(returned: unknown): void {
  if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== 'function') return
  Promise.resolve(returned).catch(() => undefined)
  throw new InvalidTypeError(
    'The function given to write() must be done when it returns; it returned a promise',
  )
}
