// The chunk of a range's entries that was read ahead, and the native iterator behind it.
//
//   chunk := (key_size: u32 LE, value_size: u32 LE, key, value)*
//
// 1. The view is taken when the cursor is made, and the first entries that memory holds are read
//    then. Where they are all, there is no iterator. Entries are decoded one by one when they are
//    asked for, and hold nothing of the chunk.
// 2. Chunks grow from 4 KiB and 16 entries by four up to 256 KiB.
// 3. While `fill` is under way nothing else is called. close() may be called at any other time,
//    and again. The iterator is closed as soon as nothing more will be read from it.
// 4. A cursor that was forgotten is collected, and the native iterator with it: its own finalizer
//    lets go of the view. (A FinalizationRegistry on top of that doubles a short range's cost.)

import { FILL, RANGE } from '../binding/constants.js'
import type { NativeIterator, NativeStore } from '../binding/native-types.js'
import type { ByteBounds } from './bounds.js'
import type { ChunkPool } from './chunk-pool.js'
import type { ReadTarget } from './reader.js'

export const PART = { entries: 0, keys: 1, values: 2 } as const
export type Part = (typeof PART)[keyof typeof PART]

const FIRST_ENTRIES = 16
const GROWTH = 4
const ENTRIES_MAX = 4096
const NO_CHUNK = Buffer.alloc(0)

/** A range as of the engine's snapshot of this id; 0 is the newest state. */
export interface CursorPlan {
  bounds: ByteBounds
  reverse: boolean
  limit: number
  snapshot: number
}

const OMITTED = {
  [PART.entries]: 0,
  [PART.keys]: RANGE.omitValues,
  [PART.values]: RANGE.omitKeys,
}

export interface CursorSource extends ReadTarget {
  readonly native: NativeStore
  readonly chunks: ChunkPool
  requireOpen(): void
}

export class RangeCursor<T> {
  /** Whole entries in the chunk that were not taken yet. */
  left = 0
  #at = 0
  #step = 0
  #remaining: number
  #chunk: Buffer
  #iterator: NativeIterator | undefined
  readonly #source: CursorSource
  readonly #part: Part

  /** `keysOnly`: entries come with empty values. */
  constructor(source: CursorSource, plan: CursorPlan, part: Part, keysOnly = false) {
    this.#source = source
    this.#part = part
    this.#remaining = plan.limit
    this.#chunk = source.chunks.take(0)
    try {
      this.#readHead(plan, keysOnly)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** The next entry of the chunk; `left` must not be 0. */
  take(): T {
    this.#source.requireOpen()
    const chunk = this.#chunk
    const at = this.#at
    const keySize = readSize(chunk, at)
    const valueSize = readSize(chunk, at + 4)
    const key = at + 8
    const value = key + keySize
    const end = value + valueSize
    this.#at = end
    this.left--
    const { keyCodec, valueCodec } = this.#source
    switch (this.#part) {
      case PART.keys:
        return keyCodec.decode(chunk, key, value) as T
      case PART.values:
        return valueCodec.decode(chunk, value, end) as T
      case PART.entries:
        return [keyCodec.decode(chunk, key, value), valueCodec.decode(chunk, value, end)] as T
    }
  }

  /** Makes room for more than the last chunk held. Called before each fill, not between retries. */
  grow(): void {
    if (this.#iterator === undefined) return
    this.#step++
    this.#source.chunks.give(this.#chunk)
    this.#chunk = this.#source.chunks.take(this.#step)
  }

  /** Reads the next chunk; false at the end. May wait for the disk. */
  fillSync(): boolean {
    const iterator = this.#begin()
    if (iterator === undefined) return false
    const filled = iterator.fillSync(this.#chunk, this.#entriesMax())
    if (filled === FILL.tooSmall) {
      this.#enlarge(iterator)
      return this.fillSync()
    }
    return this.#filled(filled)
  }

  /** The same without the disk; undefined when the disk is needed. */
  fillMemory(): boolean | undefined {
    const iterator = this.#begin()
    if (iterator === undefined) return false
    const filled = iterator.fillMemory(this.#chunk, this.#entriesMax())
    if (filled === FILL.needsDisk) return undefined
    if (filled === FILL.tooSmall) {
      this.#enlarge(iterator)
      return this.fillMemory()
    }
    return this.#filled(filled)
  }

  /** The same on the engine's pool. */
  async fill(): Promise<boolean> {
    const iterator = this.#begin()
    if (iterator === undefined) return false
    const filled = await iterator.fill(this.#chunk, this.#entriesMax())
    if (filled === FILL.tooSmall) {
      this.#enlarge(iterator)
      return this.fill()
    }
    return this.#filled(filled)
  }

  #readHead({ bounds, reverse, limit, snapshot }: CursorPlan, keysOnly: boolean): void {
    const { lower, upper } = bounds
    const entriesMax = this.#entriesMax()
    const flags =
      bounds.flags |
      OMITTED[this.#part] |
      (keysOnly ? RANGE.omitValues : 0) |
      (reverse ? RANGE.reverse : 0) |
      (entriesMax === limit ? RANGE.endsAtMax : 0)
    const { native, id } = this.#source
    const head = native.rangeHead(id, snapshot, flags, lower, upper, this.#chunk, entriesMax)
    if (typeof head === 'number') {
      this.left = head
    } else {
      this.#iterator = head
      this.left = head.headSize()
    }
    this.#remaining -= this.left
  }

  close(): void {
    this.#closeIterator()
    this.left = 0
    if (this.#chunk.length > 0) this.#source.chunks.give(this.#chunk)
    this.#chunk = NO_CHUNK
  }

  #closeIterator(): void {
    try {
      this.#iterator?.close()
    } catch {
      // The store was closed first and took the iterator with it.
    }
    this.#iterator = undefined
  }

  #begin(): NativeIterator | undefined {
    this.#source.requireOpen()
    if (this.#iterator === undefined) this.close()
    return this.#iterator
  }

  #entriesMax(): number {
    return Math.min(FIRST_ENTRIES * GROWTH ** this.#step, ENTRIES_MAX, this.#remaining)
  }

  #filled(count: number): boolean {
    if (count === FILL.end) {
      this.close()
      return false
    }
    this.#at = 0
    this.left = count
    this.#remaining -= count
    if (this.#remaining === 0) this.#closeIterator()
    return true
  }

  #enlarge(iterator: NativeIterator): void {
    this.#source.chunks.give(this.#chunk)
    this.#chunk = this.#source.chunks.takeAtLeast(iterator.needed())
  }
}

function readSize(chunk: Buffer, at: number): number {
  const high = chunk[at + 3]! * 0x100_0000
  return high + (chunk[at]! | (chunk[at + 1]! << 8) | (chunk[at + 2]! << 16))
}
