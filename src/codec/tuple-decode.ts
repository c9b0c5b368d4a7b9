// Bytes to tuples; the grammar is in tuple-format.ts.
//
// 1. Only what the encoder can have written is taken: another spelling of a value, bytes cut short
//    and unknown tags are UNDECODABLE.
// 2. Nothing outside [start, end) is looked at.

import { isUtf8 } from 'node:buffer'
import { readUtf8 } from '../base/bytes.js'
import { undecodable } from './codec.js'
import type { Tuple, TupleElement } from './tuple.js'
import { DATE_MS_MAX, DEPTH_MAX, ESCAPE, ESCAPED_ONE, ESCAPED_ZERO, TAG } from './tuple-format.js'

export function decodeTuple(source: Buffer, start: number, end: number): Tuple {
  const reader = new TupleReader(source, start, end)
  const elements: TupleElement[] = []
  while (reader.at < end) elements.push(reader.element(0))
  return elements
}

class TupleReader {
  at: number
  readonly #source: Buffer
  readonly #start: number
  readonly #end: number

  constructor(source: Buffer, start: number, end: number) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.at = start
  }

  element(depth: number): TupleElement {
    const tag = this.#source[this.at++]
    switch (tag) {
      case TAG.null:
        return null
      case TAG.false:
        return false
      case TAG.true:
        return true
      case TAG.number:
        return this.#double()
      case TAG.bigintZero:
        return 0n
      case TAG.bigintNegative:
      case TAG.bigintPositive:
        return this.#bigint(tag === TAG.bigintNegative)
      case TAG.date:
        return this.#date()
      case TAG.string:
        return this.#string()
      case TAG.bytes:
        return this.#bytes()
      case TAG.array:
        return this.#array(depth + 1)
      default:
        throw this.#bad(`unknown tag ${tag}`)
    }
  }

  #bad(why: string): Error {
    return undecodable('tuple', `${why} at byte ${this.at - this.#start}`)
  }

  // Moves over `size` bytes and returns where they begin.
  #skip(size: number): number {
    const from = this.at
    if (size > this.#end - from) throw this.#bad('cut short')
    this.at += size
    return from
  }

  #double(): number {
    const from = this.#skip(8)
    const source = this.#source
    const flip = source[from]! >= 0x80 ? 0 : 0xff
    scratch[0] = source[from]! ^ (flip === 0 ? 0x80 : 0xff)
    for (let i = 1; i < 8; i++) scratch[i] = source[from + i]! ^ flip
    const value = scratch.readDoubleBE(0)
    if (Number.isNaN(value) || Object.is(value, -0)) throw this.#bad('a number without an order')
    return value
  }

  #date(): Date {
    const time = this.#double()
    if (!Number.isInteger(time) || Math.abs(time) > DATE_MS_MAX) throw this.#bad('no time')
    return new Date(time)
  }

  #bigint(negative: boolean): bigint {
    const sizeByte = this.#source[this.#skip(1)]!
    const size = negative ? 255 - sizeByte : sizeByte
    const from = this.#skip(size)
    const flip = negative ? 0xff : 0
    if (size === 0 || this.#source[from] === flip) throw this.#bad('a bigint of another spelling')
    const magnitude = Buffer.allocUnsafe(size)
    for (let i = 0; i < size; i++) magnitude[i] = this.#source[from + i]! ^ flip
    const value = BigInt(`0x${magnitude.toString('hex')}`)
    return negative ? -value : value
  }

  #string(): string {
    const source = this.#source
    const from = this.at
    let wide = 0
    for (let at = from; at < this.#end; at++) {
      const byte = source[at]!
      if (byte === TAG.end) {
        this.at = at + 1
        if (wide >= 0x80 && !isUtf8(source.subarray(from, at))) throw this.#bad('no UTF-8')
        return readUtf8(source, from, at)
      }
      if (byte === ESCAPE) return this.#escapedString()
      wide |= byte
    }
    throw this.#bad('a string without its end')
  }

  #escapedString(): string {
    const bytes = this.#bytes()
    if (!isUtf8(bytes)) throw this.#bad('no UTF-8')
    return bytes.toString('utf8')
  }

  #bytes(): Buffer {
    const source = this.#source
    const from = this.at
    let until = from
    while (until < this.#end && source[until] !== TAG.end) until++
    if (until === this.#end) throw this.#bad('bytes without their end')
    const bytes = Buffer.allocUnsafe(until - from)
    let size = 0
    for (let at = from; at < until; at++) {
      bytes[size++] = source[at] === ESCAPE ? this.#unescape(++at, until) : source[at]!
    }
    this.at = until + 1
    return bytes.subarray(0, size)
  }

  #unescape(at: number, until: number): number {
    const code = at < until ? this.#source[at] : TAG.end
    if (code === ESCAPED_ZERO) return 0x00
    if (code === ESCAPED_ONE) return 0x01
    throw this.#bad('an unknown escape')
  }

  #array(depth: number): TupleElement[] {
    if (depth > DEPTH_MAX) throw this.#bad(`arrays more than ${DEPTH_MAX} deep`)
    const elements: TupleElement[] = []
    for (;;) {
      if (this.at >= this.#end) throw this.#bad('an array without its end')
      if (this.#source[this.at] === TAG.end) {
        this.at++
        return elements
      }
      elements.push(this.element(depth))
    }
  }
}

const scratch = Buffer.alloc(8)
