// The shared buffer that writes are encoded into, entry by entry, in the engine's batch format.
//
//   entry  := kind: u8 (0 delete, 1 put), namespace_id: varint, key_size: varint, key,
//             [put only: value_size: varint, value]
//   varint := seven bits per byte, least significant first, the high bit set on all but the last
//
// 1. `length` counts whole entries only: an entry that fails half way leaves no trace.
// 2. A size is written after its bytes. Room for it is left by guess, and the bytes are moved when
//    the guess was wrong; the guess for values is the width the last one needed.
// 3. The buffer only grows while it holds entries. The engine is told of a new buffer by whoever
//    submits; `bytes` is then compared with the one told last.

import { invalidArgument } from '../base/errors.js'
import {
  ENTRY_KIND,
  KEY_BYTES_MAX,
  SUBMIT_BYTES_MAX,
  VALUE_BYTES_MAX,
} from '../binding/constants.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'

const INITIAL_BYTES = 64 * 1024
const KEPT_BYTES_MAX = 4 * 1024 * 1024
const GROWTH = 4
const HEAD_BYTES_MAX = 16
const ENTRY_BYTES_MAX = VALUE_BYTES_MAX + 4 * KEY_BYTES_MAX

/** What an entry needs to know about its namespace. */
export interface EntryTarget {
  readonly id: number
  readonly keyCodec: AnyKeyCodec
  readonly valueCodec: AnyValueCodec
}

export class WriteBuffer {
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  length = 0
  entryCount = 0
  #valueSizeWidth = 1
  readonly #initial = this.bytes

  put(target: EntryTarget, key: unknown, value: unknown): void {
    const afterKey = this.#keyed(ENTRY_KIND.put, target, key)
    const width = this.#valueSizeWidth
    const start = afterKey + width
    const end = this.#encode(target.valueCodec, value, start)
    const size = end - start
    if (size > VALUE_BYTES_MAX) throw tooLarge('value', VALUE_BYTES_MAX)
    this.length = this.#sized(afterKey, width, size, end)
    this.entryCount++
    this.#valueSizeWidth = varintWidth(size)
  }

  del(target: EntryTarget, key: unknown): void {
    this.length = this.#keyed(ENTRY_KIND.delete, target, key)
    this.entryCount++
  }

  /** Forgets the entries after a state seen earlier. */
  cutTo(length: number, entryCount: number): void {
    this.length = length
    this.entryCount = entryCount
  }

  clear(): void {
    this.cutTo(0, 0)
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = this.#initial
  }

  #keyed(kind: number, target: EntryTarget, key: unknown): number {
    if (this.bytes.length - this.length < HEAD_BYTES_MAX) this.#grow()
    this.bytes[this.length] = kind
    const at = writeVarint(this.bytes, this.length + 1, target.id)
    const start = at + 1
    const end = this.#encode(target.keyCodec, key, start)
    const size = end - start
    requireKeySize(size)
    if (size < 0x80) {
      this.bytes[at] = size
      return end
    }
    return this.#sized(at, 1, size, end)
  }

  #encode(codec: AnyValueCodec, value: unknown, start: number): number {
    for (;;) {
      const end = codec.encodeInto(value as never, this.bytes, start)
      if (end >= start && end <= this.bytes.length) return end
      if (end !== -1) throw invalidArgument(`The codec '${codec.name}' wrote outside of its room`)
      this.#grow()
    }
  }

  // Writes `size` at `at`, where `width` bytes were left free in front of bytes that end at `end`.
  #sized(at: number, width: number, size: number, end: number): number {
    const needed = varintWidth(size)
    if (needed !== width) {
      while (end + needed - width > this.bytes.length) this.#grow()
      this.bytes.copyWithin(at + needed, at + width, end)
    }
    writeVarint(this.bytes, at, size)
    return end + needed - width
  }

  #grow(): void {
    const old = this.bytes
    if (old.length - this.length > ENTRY_BYTES_MAX) throw tooLarge('value', VALUE_BYTES_MAX)
    if (old.length >= SUBMIT_BYTES_MAX) throw tooLarge('batch', SUBMIT_BYTES_MAX)
    this.bytes = Buffer.allocUnsafeSlow(Math.min(old.length * GROWTH, SUBMIT_BYTES_MAX))
    this.bytes.set(old)
  }
}

export function requireKeySize(size: number): void {
  if (size === 0) throw invalidArgument('A key must not be empty')
  if (size > KEY_BYTES_MAX) throw tooLarge('key', KEY_BYTES_MAX)
}

export function tooLarge(what: string, max: number): Error {
  return invalidArgument(`A ${what} holds at most ${max} bytes`)
}

export function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[at++] = rest
  return at
}

function varintWidth(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}
