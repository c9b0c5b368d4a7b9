// The codecs of signed whole numbers, for keys and values; what namespaces of counters hold.
//
//   i64  := number + 2^63,  8 bytes big-endian
//   i128 := number + 2^127, 16 bytes big-endian
//
// The same bytes as two's complement with the sign bit flipped: they sort as the numbers do. Both
// take a bigint or a safe integer, and give a bigint.

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { type KeyCodec, undecodable } from './codec.js'

type SignedCodec = KeyCodec<bigint, bigint | number>

interface Shape {
  name: string
  bits: bigint
  write(unsigned: bigint, target: Buffer, offset: number): number
  read(source: Buffer, start: number): bigint
}

function signedCodec({ name, bits, write, read }: Shape): SignedCodec {
  const bytes = Number(bits) / 8
  const bias = 1n << (bits - 1n)
  const power = bits - 1n
  return {
    name,
    encodeInto(value, target, offset) {
      if (typeof value !== 'bigint' && typeof value !== 'number') {
        const found = kindOf(value)
        throw new InvalidTypeError(`The codec '${name}' takes a bigint or a number, not ${found}`)
      }
      const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
      const unsigned = isWhole ? BigInt(value) + bias : -1n
      if (unsigned < 0n || unsigned >> bits !== 0n) {
        throw invalidArgument(
          `The codec '${name}' takes whole numbers in -2^${power} … 2^${power} - 1, as a bigint ` +
            `where they are no safe integers; found ${value}`,
        )
      }
      return bytes > target.length - offset ? -1 : write(unsigned, target, offset)
    },
    decode(source, start, end) {
      const size = end - start
      if (size !== bytes) throw undecodable(name, `${size} bytes, not ${bytes}`)
      return read(source, start) - bias
    },
  }
}

export const i64 = signedCodec({
  name: 'i64',
  bits: 64n,
  write: (unsigned, target, offset) => target.writeBigUInt64BE(unsigned, offset),
  read: (source, start) => source.readBigUInt64BE(start),
})

export const i128 = signedCodec({
  name: 'i128',
  bits: 128n,
  write(unsigned, target, offset) {
    target.writeBigUInt64BE(unsigned >> 64n, offset)
    return target.writeBigUInt64BE(BigInt.asUintN(64, unsigned), offset + 8)
  },
  read: (source, start) =>
    (source.readBigUInt64BE(start) << 64n) | source.readBigUInt64BE(start + 8),
})
