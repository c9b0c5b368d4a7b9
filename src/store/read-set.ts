// What a transaction has read, and its bytes for the engine.
//
//   read_set := read*
//   read     := namespace_id: varint, shape: u8, [lower_size: varint, lower],
//               [upper_size: varint, upper]
//   shape: 1 lower bound present, 2 lower exclusive, 4 upper bound present, 8 upper exclusive;
//   16 a single key, which stands in place of the lower bound (then no other bit is set)
//
// 1. Keys are kept as text of one character per byte (latin1), which compares as the bytes do.
// 2. A walk over a range tells how far it got: what it has not reached was not read.

import { writeVarint } from '../base/varint.js'
import { RANGE } from '../binding/constants.js'
import type { ByteBounds } from './bounds.js'

export const SHAPE = {
  hasLower: 1,
  lowerExclusive: 2,
  hasUpper: 4,
  upperExclusive: 8,
  singleKey: 16,
} as const

const HEAD_BYTES_MAX = 16

export class WalkedRange {
  readonly namespaceId: number
  readonly #bounds: ByteBounds
  readonly #reverse: boolean
  #reached: Uint8Array | undefined
  #whole = false

  constructor(namespaceId: number, bounds: ByteBounds, reverse: boolean) {
    this.namespaceId = namespaceId
    this.#bounds = bounds
    this.#reverse = reverse
  }

  reach(key: Uint8Array): void {
    this.#reached = key
  }

  reachEnd(): void {
    this.#whole = true
  }

  get sizeMax(): number {
    const { lower, upper } = this.#bounds
    const reached = this.#reached?.length ?? 0
    return HEAD_BYTES_MAX + Math.max(lower?.length ?? 0, reached) + (upper?.length ?? 0) + reached
  }

  /** Writes itself at `at`; nothing when the walk has reached nothing. */
  writeTo(target: Buffer, at: number): number {
    if (!this.#whole && this.#reached === undefined) return at
    const { flags } = this.#bounds
    let { lower, upper } = this.#bounds
    let shape =
      (lower === undefined ? 0 : SHAPE.hasLower) |
      ((flags & RANGE.lowerExclusive) !== 0 ? SHAPE.lowerExclusive : 0) |
      (upper === undefined ? 0 : SHAPE.hasUpper) |
      ((flags & RANGE.upperExclusive) !== 0 ? SHAPE.upperExclusive : 0)
    if (!this.#whole && this.#reverse) {
      lower = this.#reached
      shape = (shape & ~SHAPE.lowerExclusive) | SHAPE.hasLower
    } else if (!this.#whole) {
      upper = this.#reached
      shape = (shape & ~SHAPE.upperExclusive) | SHAPE.hasUpper
    }
    let end = writeVarint(target, at, this.namespaceId)
    target[end++] = shape
    if (lower !== undefined) end = writeBytes(target, end, lower)
    if (upper !== undefined) end = writeBytes(target, end, upper)
    return end
  }
}

function writeBytes(target: Buffer, at: number, bytes: Uint8Array): number {
  const start = writeVarint(target, at, bytes.length)
  target.set(bytes, start)
  return start + bytes.length
}

const UNIQUE_CHECKED_AT = 64

export class ReadLog {
  // Side by side: a key and the namespace it is of. Keys read again are dropped now and then.
  #keys: string[] = []
  #namespaceIds: number[] = []
  readonly #ranges: WalkedRange[] = []
  #uniqueAt = UNIQUE_CHECKED_AT

  addKey(namespaceId: number, keyText: string): void {
    this.#namespaceIds.push(namespaceId)
    if (this.#keys.push(keyText) >= this.#uniqueAt) this.#dropRepeated()
  }

  addRange(range: WalkedRange): void {
    this.#ranges.push(range)
  }

  get sizeMax(): number {
    let size = 0
    for (const key of this.#keys) size += HEAD_BYTES_MAX + key.length
    for (const range of this.#ranges) size += range.sizeMax
    return size
  }

  /** Writes the read set at `start` and returns its end. */
  writeTo(target: Buffer, start: number): number {
    let at = start
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i]!
      at = writeVarint(target, at, this.#namespaceIds[i]!)
      target[at++] = SHAPE.singleKey
      at = writeVarint(target, at, key.length)
      at += target.write(key, at, 'latin1')
    }
    for (const range of this.#ranges) at = range.writeTo(target, at)
    return at
  }

  #dropRepeated(): void {
    const seen = new Map<number, Set<string>>()
    for (const [i, key] of this.#keys.entries()) {
      const id = this.#namespaceIds[i]!
      const keys = seen.get(id)
      if (keys === undefined) seen.set(id, new Set([key]))
      else keys.add(key)
    }
    this.#keys = []
    this.#namespaceIds = []
    for (const [id, keys] of seen) {
      for (const key of keys) {
        this.#keys.push(key)
        this.#namespaceIds.push(id)
      }
    }
    this.#uniqueAt = Math.max(UNIQUE_CHECKED_AT, this.#keys.length * 2)
  }
}
