// The codecs without structure: `utf8`, `binary` and `u64`, each for keys and values.
//
//   utf8    := the UTF-8 of the string; order by code point
//   binary  := the bytes themselves; read as a Buffer of its own
//   u64     := 8 bytes big-endian; bigint, or a safe integer when written, bigint when read

import { copyBytes, readUtf8, writeUtf8 } from '../base/bytes.js'
import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { type KeyCodec, refuseDetached, undecodable } from './codec.js'

export const utf8: KeyCodec<string> = {
  name: 'utf8',
  prefixes: true,
  encodeInto(value, target, offset) {
    if (typeof value !== 'string') {
      throw new InvalidTypeError(`The codec 'utf8' takes a string, not ${kindOf(value)}`)
    }
    return writeUtf8(value, target, offset)
  },
  decode: readUtf8,
}

export const binary: KeyCodec<Buffer, Uint8Array> = {
  name: 'binary',
  prefixes: true,
  encodeInto(value, target, offset) {
    if (!(value instanceof Uint8Array)) {
      throw new InvalidTypeError(`The codec 'binary' takes a Uint8Array, not ${kindOf(value)}`)
    }
    if (value.length > target.length - offset) return -1
    if (value.length === 0) refuseDetached(value)
    else target.set(value, offset)
    return offset + value.length
  },
  decode: copyBytes,
}

const U64_BYTES = 8
const U64_MAX = 2n ** 64n - 1n

export const u64: KeyCodec<bigint, bigint | number> = {
  name: 'u64',
  encodeInto(value, target, offset) {
    if (typeof value !== 'bigint' && typeof value !== 'number') {
      throw new InvalidTypeError(`The codec 'u64' takes a bigint or a number, not ${kindOf(value)}`)
    }
    if (typeof value === 'number' ? !isSafeCount(value) : value < 0n || value > U64_MAX) {
      throw invalidArgument(`The codec 'u64' takes whole numbers in 0 … 2^64 - 1; found ${value}`)
    }
    if (U64_BYTES > target.length - offset) return -1
    if (typeof value === 'bigint') return target.writeBigUInt64BE(value, offset)
    target.writeUInt32BE(Math.floor(value / 2 ** 32), offset)
    return target.writeUInt32BE(value % 2 ** 32, offset + 4)
  },
  decode(source, start, end) {
    const size = end - start
    if (size !== U64_BYTES) throw undecodable('u64', `${size} bytes, not ${U64_BYTES}`)
    return source.readBigUInt64BE(start)
  },
}

function isSafeCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
