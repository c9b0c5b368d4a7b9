// Tuple elements to bytes; the grammar is in tuple-format.ts.
//
// 1. Every function returns the offset behind what it wrote, or -1 when the target is too small.
// 2. Short ASCII strings are written by a loop over their characters, without a call to C++.

import { refuseUnpairedSurrogates, writeUtf8 } from '../base/bytes.js'
import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { refuseDetached } from './codec.js'
import {
  BIGINT_BYTES_MAX,
  DEPTH_MAX,
  ESCAPE,
  ESCAPED_ONE,
  ESCAPED_ZERO,
  TAG,
} from './tuple-format.js'

export function encodeElement(
  element: unknown,
  target: Buffer,
  at: number,
  depth: number,
): number {
  switch (typeof element) {
    case 'string':
      return encodeString(element, target, at)
    case 'number':
      return encodeNumber(element, target, at)
    case 'bigint':
      return encodeBigint(element, target, at)
    case 'boolean':
      return encodeTag(element ? TAG.true : TAG.false, target, at)
    case 'object':
      return encodeObject(element, target, at, depth)
    default:
      throw unfit(element)
  }
}

function encodeObject(element: object | null, target: Buffer, at: number, depth: number): number {
  if (element === null) return encodeTag(TAG.null, target, at)
  if (element instanceof Uint8Array) return encodeBytes(element, target, at)
  if (element instanceof Date) {
    const time = element.getTime()
    if (Number.isNaN(time)) throw invalidArgument('An invalid Date cannot be part of a key')
    return encodeDouble(TAG.date, time, target, at)
  }
  if (Array.isArray(element)) return encodeArray(element, target, at, depth + 1)
  throw unfit(element)
}

function unfit(element: unknown): InvalidTypeError {
  return new InvalidTypeError(
    'An element of a tuple is null, a boolean, number, bigint, Date, string, Uint8Array or ' +
      `array, not ${kindOf(element)}`,
  )
}

function encodeTag(tag: number, target: Buffer, at: number): number {
  if (at >= target.length) return -1
  target[at] = tag
  return at + 1
}

function encodeNumber(value: number, target: Buffer, at: number): number {
  if (Number.isNaN(value)) throw invalidArgument('NaN cannot be part of a key: it has no order')
  return encodeDouble(TAG.number, value === 0 ? 0 : value, target, at)
}

function encodeDouble(tag: number, value: number, target: Buffer, at: number): number {
  const end = at + 9
  if (end > target.length) return -1
  target[at] = tag
  target.writeDoubleBE(value, at + 1)
  if (value < 0) complement(target, at + 1, end)
  else target[at + 1]! ^= 0x80
  return end
}

function complement(target: Buffer, start: number, end: number): void {
  for (let i = start; i < end; i++) target[i]! ^= 0xff
}

function encodeBigint(value: bigint, target: Buffer, at: number): number {
  if (value === 0n) return encodeTag(TAG.bigintZero, target, at)
  const negative = value < 0n
  let hex = (negative ? -value : value).toString(16)
  if (hex.length % 2 === 1) hex = `0${hex}`
  const size = hex.length / 2
  if (size > BIGINT_BYTES_MAX) {
    throw invalidArgument(`A bigint in a key has at most ${BIGINT_BYTES_MAX} bytes; found ${size}`)
  }
  const end = at + 2 + size
  if (end > target.length) return -1
  target[at] = negative ? TAG.bigintNegative : TAG.bigintPositive
  target[at + 1] = negative ? 255 - size : size
  target.write(hex, at + 2, 'hex')
  if (negative) complement(target, at + 2, end)
  return end
}

const CHAR_LOOP_MAX = 64

function encodeString(value: string, target: Buffer, at: number): number {
  const length = value.length
  if (at + length + 2 > target.length) return -1
  target[at] = TAG.string
  if (length > CHAR_LOOP_MAX) return encodeAnyString(value, target, at)
  let end = at + 1
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i)
    if (unit >= 0x80 || unit <= ESCAPE) return encodeAnyString(value, target, at)
    target[end++] = unit
  }
  target[end] = TAG.end
  return end + 1
}

function encodeAnyString(value: string, target: Buffer, at: number): number {
  if (value.includes('\u0000') || value.includes('\u0001')) {
    refuseUnpairedSurrogates(value)
    return encodeEscaped(TAG.string, Buffer.from(value, 'utf8'), target, at)
  }
  const end = writeUtf8(value, target, at + 1)
  return end < 0 ? -1 : encodeTag(TAG.end, target, end)
}

function encodeBytes(value: Uint8Array, target: Buffer, at: number): number {
  if (value.length === 0) refuseDetached(value)
  return encodeEscaped(TAG.bytes, value, target, at)
}

function encodeEscaped(tag: number, value: Uint8Array, target: Buffer, at: number): number {
  if (at + value.length + 2 > target.length) return -1
  target[at] = tag
  let end = at + 1
  for (let i = 0; i < value.length; i++) {
    const byte = value[i]!
    if (byte > ESCAPE) {
      target[end++] = byte
    } else {
      target[end++] = ESCAPE
      target[end++] = byte === 0 ? ESCAPED_ZERO : ESCAPED_ONE
    }
  }
  return end < target.length ? encodeTag(TAG.end, target, end) : -1
}

function encodeArray(elements: unknown[], target: Buffer, at: number, depth: number): number {
  if (depth > DEPTH_MAX) throw invalidArgument(`Arrays in a key nest at most ${DEPTH_MAX} deep`)
  let end = encodeTag(TAG.array, target, at)
  for (let i = 0; i < elements.length && end >= 0; i++) {
    end = encodeElement(elements[i], target, end, depth)
  }
  return end < 0 ? -1 : encodeTag(TAG.end, target, end)
}
