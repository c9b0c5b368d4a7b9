// The value codecs with structure.
//
//   msgpack := MessagePack as msgpackr writes it without record structures; a bigint beyond 64 bits
//              is msgpackr's extension 0x42. A Map is read back as an object. What could not be
//              read back is refused (msgpack-check.ts).
//   json    := the UTF-8 of JSON.stringify

import { Packr } from 'msgpackr'
import { readUtf8, writeUtf8 } from '../base/bytes.js'
import { InvalidTypeError, kindOf } from '../base/errors.js'
import { type ValueCodec, undecodable } from './codec.js'
import { refuseUnreadable, unfit } from './msgpack-check.js'

// msgpackr's flags: hand out its own buffer with `start` and `end`, and start there again next.
const REUSE_AND_RESET = 512 | 1024

interface PackedBuffer extends Buffer {
  start: number
  end: number
}

interface RawPackr {
  writeFunction(value: unknown): never
  pack(value: unknown, flags: number): PackedBuffer
  unpack(source: Buffer, range: { start: number; end: number }): unknown
}

const packr = new Packr({
  useRecords: false,
  moreTypes: true,
  useBigIntExtension: true,
  copyBuffers: true,
}) as unknown as RawPackr
packr.writeFunction = (value) => {
  throw unfit(kindOf(value))
}
const range = { start: 0, end: 0 }

export const msgpackCodec: ValueCodec<unknown> = {
  name: 'msgpack',
  encodeInto(value, target, offset) {
    const packed = pack(value)
    const size = packed.end - packed.start
    if (size > target.length - offset) return -1
    packed.copy(target, offset, packed.start, packed.end)
    return offset + size
  },
  decode(source, start, end) {
    if (start === end) throw undecodable('msgpack', 'no bytes')
    range.start = start
    range.end = end
    try {
      return packr.unpack(source, range)
    } catch (cause) {
      throw undecodable('msgpack', cause instanceof Error ? cause.message : String(cause), cause)
    }
  },
}

function pack(value: unknown): PackedBuffer {
  if (value === undefined || typeof value === 'symbol') throw unfit(kindOf(value))
  try {
    if (typeof value === 'object' && value !== null) refuseUnreadable(value)
    return packr.pack(value, REUSE_AND_RESET)
  } catch (cause) {
    if (cause instanceof InvalidTypeError) throw cause
    throw new InvalidTypeError(`The codec 'msgpack' cannot hold this value: ${String(cause)}`, {
      cause,
    })
  }
}

export const jsonCodec: ValueCodec<unknown> = {
  name: 'json',
  encodeInto(value, target, offset) {
    return writeUtf8(stringify(value), target, offset)
  },
  decode(source, start, end) {
    try {
      return JSON.parse(readUtf8(source, start, end)) as unknown
    } catch (cause) {
      throw undecodable('json', cause instanceof Error ? cause.message : String(cause), cause)
    }
  },
}

function stringify(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new InvalidTypeError(`The codec 'json' cannot hold this value: ${String(cause)}`, {
      cause,
    })
  }
  if (text === undefined) {
    throw new InvalidTypeError(`The codec 'json' cannot hold ${kindOf(value)}`)
  }
  return text
}
