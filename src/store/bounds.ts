// From gt, gte, lt, lte and prefix to the two byte strings the engine walks between. Pure.
//
// 1. A prefix and other bounds meet in their intersection.
// 2. Bounds that leave nothing between them are not a mistake: `empty` is set.
// 3. No key is empty, so an empty lower bound is none, and an empty upper bound leaves nothing.

import { compareBytes } from '../base/bytes.js'
import { invalidArgument } from '../base/errors.js'
import { KEY_BYTES_MAX, RANGE } from '../binding/constants.js'
import type { AnyKeyCodec } from '../codec/registry.js'
import type { Bounds } from './store.js'
import { tooLarge } from './write-buffer.js'

export interface ByteBounds {
  lower: Uint8Array | undefined
  upper: Uint8Array | undefined
  /** The engine's flags for these bounds. */
  flags: number
  empty: boolean
}

const EVERYTHING: ByteBounds = { lower: undefined, upper: undefined, flags: 0, empty: false }

interface Edge {
  bytes: Uint8Array
  exclusive: boolean
}

export function byteBounds(codec: AnyKeyCodec, bounds: Bounds<unknown> | undefined): ByteBounds {
  if (bounds === undefined) return EVERYTHING
  const prefix = bounds.prefix === undefined ? undefined : encodePrefix(codec, bounds.prefix)
  const lower = tighter(
    edge(codec, 'gte', bounds.gte, 'gt', bounds.gt),
    prefix && { bytes: prefix, exclusive: false },
    -1,
  )
  const end = prefix && afterPrefix(prefix)
  const upper = tighter(
    edge(codec, 'lte', bounds.lte, 'lt', bounds.lt),
    end && { bytes: end, exclusive: true },
    1,
  )
  return between(lower?.bytes.length === 0 ? undefined : lower, upper)
}

const LOWER = RANGE.hasLower | RANGE.lowerExclusive
const UPPER = RANGE.hasUpper | RANGE.upperExclusive

/**
 * What of `range` is left from `key` on, or, in reverse, up to it, with the key; undefined when the
 * key lies outside.
 */
export function boundsFrom(
  range: ByteBounds,
  codec: AnyKeyCodec,
  key: unknown,
  reverse: boolean,
): ByteBounds | undefined {
  const target = encode(codec, key)
  if (range.empty || !holds(range, target)) return undefined
  if (reverse) return { ...range, upper: target, flags: (range.flags & LOWER) | RANGE.hasUpper }
  return { ...range, lower: target, flags: (range.flags & UPPER) | RANGE.hasLower }
}

function holds({ lower, upper, flags }: ByteBounds, key: Uint8Array): boolean {
  if (lower !== undefined) {
    const order = compareBytes(key, lower)
    if (order < 0 || (order === 0 && (flags & RANGE.lowerExclusive) !== 0)) return false
  }
  if (upper === undefined) return true
  const order = compareBytes(key, upper)
  return order < 0 || (order === 0 && (flags & RANGE.upperExclusive) === 0)
}

function between(lower: Edge | undefined, upper: Edge | undefined): ByteBounds {
  let flags = 0
  if (lower !== undefined) flags |= RANGE.hasLower | (lower.exclusive ? RANGE.lowerExclusive : 0)
  if (upper !== undefined) flags |= RANGE.hasUpper | (upper.exclusive ? RANGE.upperExclusive : 0)
  return { lower: lower?.bytes, upper: upper?.bytes, flags, empty: nothingBetween(lower, upper) }
}

function nothingBetween(lower: Edge | undefined, upper: Edge | undefined): boolean {
  if (upper === undefined) return false
  if (lower === undefined) return upper.bytes.length === 0
  const order = compareBytes(lower.bytes, upper.bytes)
  return order > 0 || (order === 0 && (lower.exclusive || upper.exclusive))
}

function edge(
  codec: AnyKeyCodec,
  inclusiveName: string,
  inclusive: unknown,
  exclusiveName: string,
  exclusive: unknown,
): Edge | undefined {
  if (inclusive !== undefined) {
    if (exclusive === undefined) return { bytes: encode(codec, inclusive), exclusive: false }
    throw invalidArgument(`A range takes ${inclusiveName} or ${exclusiveName}, not both`)
  }
  if (exclusive === undefined) return undefined
  return { bytes: encode(codec, exclusive), exclusive: true }
}

// Of two lower edges (side -1) the higher one, of two upper edges (side 1) the lower one.
function tighter(a: Edge | undefined, b: Edge | undefined, side: 1 | -1): Edge | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  const order = compareBytes(a.bytes, b.bytes) * side
  if (order === 0) return a.exclusive ? a : b
  return order < 0 ? a : b
}

function encodePrefix(codec: AnyKeyCodec, prefix: unknown): Uint8Array {
  if (codec.prefixes === true) return encode(codec, prefix)
  throw invalidArgument(`Keys of the codec '${codec.name}' have no prefixes`)
}

const scratch = Buffer.allocUnsafeSlow(KEY_BYTES_MAX + 1)

function encode(codec: AnyKeyCodec, key: unknown): Uint8Array {
  const size = codec.encodeInto(key as never, scratch, 0)
  if (size < 0 || size > KEY_BYTES_MAX) throw tooLarge('key', KEY_BYTES_MAX)
  return Buffer.from(scratch.subarray(0, size))
}

/** The first byte string behind all that begin with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let size = prefix.length
  while (size > 0 && prefix[size - 1] === 0xff) size--
  if (size === 0) return undefined
  const after = Buffer.from(prefix.subarray(0, size))
  after[size - 1]!++
  return after
}
