// The shared buffer that writes are encoded into, entry by entry, in the engine's batch format.
//
//   entry  := kind: u8, namespace_id: varint, key_size: varint, key,
//             [not for delete: value_size: varint, value]
//   kinds     0 delete
//             1 put
//             2 merge           value: the operand
//             3 range delete    key: begin, value: end; an empty one is open
//             4 expiring put    value: expires_at: u64 LE (milliseconds since 1970), value
//             18 boundary       one byte, between the entries of two batches
//   varint := seven bits per byte, least significant first, the high bit set on all but the last
//
// 1. `length` counts whole entries only: an entry that fails half way leaves no trace.
// 2. A size is written after its bytes. Room for it is left by guess, and the bytes are moved when
//    the guess was wrong; the guess for values is the width the last one needed.
// 3. The buffer only grows while it holds entries. The engine is told of a new buffer by whoever
//    submits; `bytes` is then compared with the one told last.

import { invalidArgument } from '../base/errors.js'
import { varintWidth, writeVarint } from '../base/varint.js'
import {
  ENTRY_KIND,
  KEY_BYTES_MAX,
  LOG_KIND,
  MERGE_OPERATOR,
  SUBMIT_BYTES_MAX,
  VALUE_BYTES_MAX,
} from '../binding/constants.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import type { ErasedRange } from './erased-range.js'
import { refuseDeepJson } from './json-merge-patch.js'

const INITIAL_BYTES = 64 * 1024
const KEPT_BYTES_MAX = 4 * 1024 * 1024
const GROWTH = 4
const HEAD_BYTES_MAX = 16
const EXPIRY_BYTES = 8
const ENTRY_BYTES_MAX = VALUE_BYTES_MAX + 4 * KEY_BYTES_MAX

/** What an entry needs to know about its namespace. */
export interface EntryTarget {
  readonly id: number
  readonly keyCodec: AnyKeyCodec
  readonly valueCodec: AnyValueCodec
  /** One of MERGE_OPERATOR. */
  readonly mergeOperator: number
}

export class WriteBuffer {
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  length = 0
  entryCount = 0
  #valueSizeWidth = 1
  readonly #initial = this.bytes

  /** With `expiresAt`, milliseconds since 1970, a put that readers find until then. */
  put(target: EntryTarget, key: unknown, value: unknown, expiresAt?: number): void {
    if (expiresAt !== undefined) {
      this.#putExpiring(target, key, value, expiresAt)
      return
    }
    const afterKey = this.#keyed(ENTRY_KIND.put, target, key)
    const start = afterKey + this.#valueSizeWidth
    this.#finish(afterKey, start, this.#encode(target.valueCodec, value, start))
  }

  merge(target: EntryTarget, key: unknown, operand: unknown): void {
    const afterKey = this.#keyed(ENTRY_KIND.merge, target, key)
    const start = afterKey + this.#valueSizeWidth
    const end = this.#encode(target.valueCodec, operand, start)
    const isJson = target.mergeOperator === MERGE_OPERATOR.jsonMergePatch
    if (isJson) refuseDeepJson(this.bytes, start, end)
    this.#finish(afterKey, start, end)
  }

  deleteRange(target: EntryTarget, { begin, end }: ErasedRange): void {
    const room = 2 * HEAD_BYTES_MAX + begin.length + end.length
    while (this.bytes.length - this.length < room) this.#grow()
    this.bytes[this.length] = ENTRY_KIND.deleteRange
    const at = writeVarint(this.bytes, this.length + 1, target.id)
    this.length = writeBytes(this.bytes, writeBytes(this.bytes, at, begin), end)
    this.entryCount++
  }

  del(target: EntryTarget, key: unknown): void {
    this.length = this.#keyed(ENTRY_KIND.delete, target, key)
    this.entryCount++
  }

  /** Behind whole entries: what comes next is another batch. */
  endBatch(): void {
    const old = this.bytes
    if (this.length === old.length) {
      this.bytes = Buffer.allocUnsafeSlow(old.length + INITIAL_BYTES)
      this.bytes.set(old)
    }
    this.bytes[this.length++] = LOG_KIND.batchBoundary
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

  #putExpiring(target: EntryTarget, key: unknown, value: unknown, expiresAt: number): void {
    const afterKey = this.#keyed(ENTRY_KIND.putExpiring, target, key)
    const start = afterKey + this.#valueSizeWidth
    const end = this.#encode(target.valueCodec, value, start + EXPIRY_BYTES)
    this.bytes.writeUInt32LE(expiresAt % 2 ** 32, start)
    this.bytes.writeUInt32LE(Math.floor(expiresAt / 2 ** 32), start + 4)
    this.#finish(afterKey, start, end, EXPIRY_BYTES)
  }

  // Ends an entry whose value stands from `start` to `end`, `extra` bytes of it not the caller's.
  #finish(afterKey: number, start: number, end: number, extra = 0): void {
    const size = end - start
    if (size - extra > VALUE_BYTES_MAX) throw tooLarge('value', VALUE_BYTES_MAX)
    this.length = this.#sized(afterKey, start - afterKey, size, end)
    this.entryCount++
    this.#valueSizeWidth = varintWidth(size)
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

function writeBytes(target: Buffer, at: number, bytes: Uint8Array): number {
  const start = writeVarint(target, at, bytes.length)
  target.set(bytes, start)
  return start + bytes.length
}
