// What namespace.range() returns: a description that every `for` walks anew.
//
// 1. Nothing is read, and no view is taken, before an iteration starts. What memory holds of the
//    first chunk is read then.
// 2. Leaving a loop early, or by an error of the iterator's own, closes the native iterator.
// 3. Calls of an async iterator's next() are answered in their order.

import { rejected } from '../base/errors.js'
import type { ByteBounds } from './bounds.js'
import { dueTurn } from './loop-turn.js'
import type { NamespaceHandle } from './namespace-handle.js'
import { type CursorPlan, PART, type Part, RangeCursor } from './range-cursor.js'
import { snapshotIdOf } from './snapshot.js'
import type { Range, RangeView, Snapshot } from './store.js'

export interface RangePlan {
  namespace: NamespaceHandle
  bounds: ByteBounds
  reverse: boolean
  limit: number
  snapshot: Snapshot | undefined
}

/** Takes the view and begins to read; undefined when the range can hold nothing. */
export function openCursor<T>(
  namespace: NamespaceHandle,
  plan: CursorPlan,
  part: Part,
): RangeCursor<T> | undefined {
  if (plan.bounds.empty || plan.limit === 0) return undefined
  return new RangeCursor(namespace, plan, part)
}

class PlannedView<T> implements RangeView<T> {
  protected readonly plan: RangePlan
  readonly #part: Part

  constructor(plan: RangePlan, part: Part) {
    this.plan = plan
    this.#part = part
  }

  [Symbol.iterator](): IterableIterator<T> {
    return new SyncRangeIterator(this.#cursor())
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new AsyncRangeIterator(this.#cursor())
  }

  async toArray(): Promise<T[]> {
    const all: T[] = []
    const cursor = this.#cursor()
    try {
      while (cursor !== undefined && (await advance(cursor))) {
        while (cursor.left > 0) all.push(cursor.take())
      }
    } finally {
      cursor?.close()
    }
    return all
  }

  #cursor(): RangeCursor<T> | undefined {
    const { namespace, bounds, reverse, limit } = this.plan
    namespace.requireOpen()
    const snapshot = snapshotIdOf(this.plan, namespace.native)
    return openCursor(namespace, { bounds, reverse, limit, snapshot }, this.#part)
  }
}

export class PlannedRange<K, V> extends PlannedView<[K, V]> implements Range<K, V> {
  constructor(plan: RangePlan) {
    super(plan, PART.entries)
  }

  keys(): RangeView<K> {
    return new PlannedView(this.plan, PART.keys)
  }

  values(): RangeView<V> {
    return new PlannedView(this.plan, PART.values)
  }

  countSync(): number {
    const { namespace, bounds, limit } = this.plan
    const snapshot = this.#ready()
    if (bounds.empty || limit === 0) return 0
    const { lower, upper, flags } = bounds
    return namespace.native.countSync(namespace.id, snapshot, flags, lower, upper, counted(limit))
  }

  async count(): Promise<number> {
    const { namespace, bounds, limit } = this.plan
    const snapshot = this.#ready()
    if (bounds.empty || limit === 0) return 0
    const { lower, upper, flags } = bounds
    return namespace.native.count(namespace.id, snapshot, flags, lower, upper, counted(limit))
  }

  approximateCount(): number {
    const { namespace, bounds, limit } = this.plan
    const snapshot = this.#ready()
    return Math.min(limit, estimate(namespace, bounds, snapshot))
  }

  #ready(): number {
    this.plan.namespace.requireOpen()
    return snapshotIdOf(this.plan, this.plan.namespace.native)
  }
}

/** The engine's estimate of how many keys lie in the bounds. */
export function estimate(
  namespace: NamespaceHandle,
  { lower, upper, flags, empty }: ByteBounds,
  snapshot: number,
): number {
  return empty ? 0 : namespace.native.approximateCount(namespace.id, snapshot, flags, lower, upper)
}

function counted(limit: number): number {
  return Math.min(limit, Number.MAX_SAFE_INTEGER)
}

class SyncRangeIterator<T> implements IterableIterator<T> {
  #cursor: RangeCursor<T> | undefined

  constructor(cursor: RangeCursor<T> | undefined) {
    this.#cursor = cursor
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<T, undefined> {
    const cursor = this.#cursor
    if (cursor === undefined) return { done: true, value: undefined }
    try {
      if (cursor.left === 0) {
        cursor.grow()
        if (!cursor.fillSync()) return this.return()
      }
      return { done: false, value: cursor.take() }
    } catch (error) {
      cursor.close()
      throw error
    }
  }

  return(): IteratorResult<T, undefined> {
    this.#cursor?.close()
    this.#cursor = undefined
    return { done: true, value: undefined }
  }
}

/**
 * Fills the cursor's next chunk, unless its first one was not looked at yet; false at the end.
 * Memory first, on this thread, in turns of a few milliseconds; the pool only when a block must be
 * read.
 */
export async function advance<T>(cursor: RangeCursor<T>): Promise<boolean> {
  const turn = dueTurn()
  if (turn !== undefined) await turn
  if (cursor.left > 0) return true
  cursor.grow()
  return cursor.fillMemory() ?? cursor.fill()
}

class AsyncRangeIterator<T> implements AsyncIterableIterator<T> {
  #cursor: RangeCursor<T> | undefined
  // Else the first chunk was read ahead, and nobody asked whether the loop has to turn.
  #hasBegun = false
  // The last call that did not finish at once, with its failure taken away.
  #pending: Promise<void> | undefined

  constructor(cursor: RangeCursor<T> | undefined) {
    this.#cursor = cursor
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const cursor = this.#cursor
    const isReady = this.#hasBegun && this.#pending === undefined
    if (!isReady || cursor === undefined || cursor.left === 0) {
      return this.#inOrder(() => this.#next())
    }
    try {
      return Promise.resolve({ done: false, value: cursor.take() })
    } catch (error) {
      cursor.close()
      return rejected(error)
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    return this.#inOrder(async () => this.#end())
  }

  #end(): IteratorResult<T, undefined> {
    this.#cursor?.close()
    this.#cursor = undefined
    return { done: true, value: undefined }
  }

  #inOrder<R>(step: () => Promise<R>): Promise<R> {
    const result = this.#pending === undefined ? step() : this.#pending.then(step)
    const settled = result.then(noop, noop).then(() => {
      if (this.#pending === settled) this.#pending = undefined
    })
    this.#pending = settled
    return result
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    const cursor = this.#cursor
    try {
      const isReady = this.#hasBegun && cursor !== undefined && cursor.left > 0
      this.#hasBegun = true
      if (cursor !== undefined && (isReady || (await advance(cursor)))) {
        return { done: false, value: cursor.take() }
      }
    } catch (error) {
      cursor?.close()
      throw error
    }
    return this.#end()
  }
}

function noop(): void {
  return undefined
}
