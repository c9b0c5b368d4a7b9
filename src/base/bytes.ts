// Bytes: sizes as people write them, order, and text in and out of shared buffers.
//
// 1. Order is unsigned and lexicographic, the same as the engine's.
// 2. The text functions work at an offset of a larger buffer and allocate no view. They use the
//    methods under Buffer's own `write` and `toString`, which check no arguments: callers do.
// 3. Short texts and copies are loops: the call into C++ costs more than they do.

import { InvalidTypeError, invalidArgument, kindOf } from './errors.js'

interface RawBuffer {
  utf8Write?(text: string, offset: number, length: number): number
  utf8Slice?(start: number, end: number): string
}

const raw = Buffer.prototype as RawBuffer

type Write = (this: Buffer, text: string, offset: number, length: number) => number
type Read = (this: Buffer, start: number, end: number) => string

const utf8Write: Write =
  raw.utf8Write ??
  function (text, offset, length) {
    return this.write(text, offset, length, 'utf8')
  }

const utf8Slice: Read =
  raw.utf8Slice ??
  function (start, end) {
    return this.toString('utf8', start, end)
  }

const UNPAIRED_SURROGATE = /\p{Surrogate}/u
const CHAR_LOOP_MAX = 48
const BYTE_LOOP_MAX = 32
const KEPT_VIEW_MAX = 4096

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** UTF-8 of `text` at `offset`; the offset behind it, or -1 when it does not fit. */
export function writeUtf8(text: string, target: Buffer, offset: number): number {
  const length = text.length
  if (length > target.length - offset) return -1
  if (length <= CHAR_LOOP_MAX) {
    let at = offset
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return writeWideUtf8(text, target, offset)
      target[at++] = unit
    }
    return at
  }
  return writeWideUtf8(text, target, offset)
}

function writeWideUtf8(text: string, target: Buffer, offset: number): number {
  const room = target.length - offset
  if (room < text.length * 3 && room < Buffer.byteLength(text)) return -1
  const written = utf8Write.call(target, text, offset, room)
  if (written !== text.length) refuseUnpairedSurrogates(text)
  return offset + written
}

export function refuseUnpairedSurrogates(text: string): void {
  if (UNPAIRED_SURROGATE.test(text)) {
    throw invalidArgument('A string with an unpaired surrogate has no UTF-8 and cannot be stored')
  }
}

export function readUtf8(source: Buffer, start: number, end: number): string {
  return start === end ? '' : utf8Slice.call(source, start, end)
}

/** A copy that keeps nothing else alive. */
export function copyBytes(source: Buffer, start: number, end: number): Buffer {
  const size = end - start
  const copy = Buffer.allocUnsafe(size)
  if (size > BYTE_LOOP_MAX) copy.set(viewOf(source, start, end))
  else for (let i = 0; i < size; i++) copy[i] = source[start + i]!
  return copy
}

let lastSource: Buffer | undefined
let lastView: Buffer = Buffer.alloc(0)

// Point reads find their values at the beginning of one buffer, often as long as the last one; to
// make a view takes as long as the copy.
function viewOf(source: Buffer, start: number, end: number): Buffer {
  if (start > 0 || end > KEPT_VIEW_MAX) return source.subarray(start, end)
  if (source !== lastSource || end !== lastView.length) {
    lastSource = source
    lastView = source.subarray(0, end)
  }
  return lastView
}

const UNITS: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}

/** A number of bytes, or text like '64MiB' (powers of 1024) or '256MB' (powers of 1000). */
export type ByteSize = number | string

/** 65536, '64KiB', '1.5 GB' → bytes. `name` is the option, for the message. */
export function parseByteSize(name: string, size: unknown): number {
  if (typeof size !== 'number' && typeof size !== 'string') {
    throw new InvalidTypeError(`${name} must be a number or text like '64MiB', not ${kindOf(size)}`)
  }
  const bytes = typeof size === 'number' ? size : parseSizeText(size)
  if (!Number.isSafeInteger(bytes) || bytes <= 0) {
    throw invalidArgument(
      `${name} must be a whole number of bytes above 0 or text like '64MiB'; found ${size}`,
    )
  }
  return bytes
}

function parseSizeText(text: string): number {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const factor = unit === undefined ? undefined : UNITS[unit.toUpperCase()]
  return digits === undefined || factor === undefined ? NaN : Number(digits) * factor
}
