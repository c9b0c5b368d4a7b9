// What the three iterators of a Level share: a place in a range of one view, that seek() can move.
//
// 1. The view is the explicit snapshot, or one that is taken when the walk is made and let go of
//    when it is closed. The native iterator is opened by the first read, and anew after each seek;
//    so a snapshot that is closed by then is the reader's error.
// 2. Nothing is called while a read is under way: the abstract class sees to it.
// 3. A signal is looked at after each chunk. What was read by then is not given out.

import type { AbstractSnapshot } from 'abstract-level'
import { type ByteBounds, boundsFrom, byteBounds } from '../store/bounds.js'
import type { NamespaceHandle } from '../store/namespace-handle.js'
import type { Part, RangeCursor } from '../store/range-cursor.js'
import { advance, openCursor } from '../store/range.js'
import type { Formats } from './formats.js'
import type { FormatRangeOptions, LevelFormat } from './options.js'
import { snapshotIdOf } from './snapshot.js'

/** What a read fails with after its signal was aborted. */
class AbortedError extends Error {
  override readonly name = 'AbortError'
  readonly code = 'LEVEL_ABORTED'

  constructor(cause: unknown) {
    super('Operation has been aborted', { cause })
  }
}

export class Walk<T> {
  readonly #formats: Formats
  readonly #namespace: NamespaceHandle
  readonly #part: Part
  readonly #reverse: boolean
  readonly #range: ByteBounds
  readonly #signal: AbortSignal | undefined
  readonly #explicit: AbstractSnapshot | undefined
  readonly #implicit: number | undefined
  #bounds: ByteBounds | undefined
  #cursor: RangeCursor<T> | undefined

  constructor(formats: Formats, options: FormatRangeOptions, part: Part) {
    this.#formats = formats
    this.#namespace = formats.entries[options.keyEncoding][options.valueEncoding]
    this.#part = part
    this.#reverse = options.reverse
    this.#range = rangeBounds(this.#namespace, options)
    this.#bounds = this.#range
    this.#signal = options.signal ?? undefined
    this.#explicit = options.snapshot ?? undefined
    this.#implicit = this.#explicit === undefined ? this.#namespace.native.snapshot() : undefined
  }

  async next(remaining: number): Promise<T | undefined> {
    const cursor = this.#open(remaining)
    if (cursor === undefined) return undefined
    const found = cursor.left > 0 || (await advance(cursor))
    if (this.#signal !== undefined) await notAborted(this.#signal)
    return found ? cursor.take() : undefined
  }

  /** Up to `size` items, fewer only at the end. */
  async many(size: number, remaining: number): Promise<T[]> {
    const items: T[] = []
    const cursor = this.#open(remaining)
    if (cursor === undefined) return items
    while (items.length < size && (cursor.left > 0 || (await advance(cursor)))) {
      if (this.#signal !== undefined) await notAborted(this.#signal)
      for (let n = Math.min(cursor.left, size - items.length); n > 0; n--) items.push(cursor.take())
    }
    if (this.#signal !== undefined) await notAborted(this.#signal)
    return items
  }

  /** Goes to the key, or the next one in the direction of the walk; out of the range is the end. */
  seek(target: unknown, format: LevelFormat): void {
    this.#closeCursor()
    const { keyCodec } = this.#formats.presence[format]
    this.#bounds = boundsFrom(this.#range, keyCodec, target, this.#reverse)
  }

  close(): void {
    this.#closeCursor()
    if (this.#implicit !== undefined) release(this.#namespace, this.#implicit)
  }

  #open(remaining: number): RangeCursor<T> | undefined {
    if (this.#cursor === undefined && this.#bounds !== undefined) {
      const plan = {
        bounds: this.#bounds,
        reverse: this.#reverse,
        limit: remaining,
        snapshot: this.#implicit ?? snapshotIdOf(this.#explicit, this.#namespace.native),
      }
      this.#cursor = openCursor(this.#namespace, plan, this.#part)
    }
    return this.#cursor
  }

  #closeCursor(): void {
    this.#cursor?.close()
    this.#cursor = undefined
  }
}

/** Of two bounds of one side the inclusive one counts. */
export function rangeBounds(namespace: NamespaceHandle, options: FormatRangeOptions): ByteBounds {
  const { gt, gte, lt, lte } = options
  return byteBounds(namespace.keyCodec, {
    ...(gte === undefined ? { gt } : { gte }),
    ...(lte === undefined ? { lt } : { lte }),
  })
}

function release({ native }: NamespaceHandle, snapshot: number): void {
  try {
    native.releaseSnapshot(snapshot)
  } catch {
    // The store was closed first and took the snapshot with it.
  }
}

// Lets those in who abort in the turn of the call.
async function notAborted(signal: AbortSignal): Promise<void> {
  await Promise.resolve()
  if (signal.aborted) throw new AbortedError(signal.reason)
}
