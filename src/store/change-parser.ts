// From a chunk of the engine's feed to changes.
//
//   chunk := batch*
//   batch := bytes: u32 LE, count: u32 LE, first: u64 LE, entries: `bytes` bytes
//   entry    as in write-buffer.ts; also
//            16 create namespace   key: its name, value: its options (base/namespace_options.h)
//            17 drop namespace     key: its name, empty in old logs; no value
//
// 1. Nothing that is returned refers to the chunk.

import { copyBytes, readUtf8 } from '../base/bytes.js'
import { LedgerstoneError } from '../base/errors.js'
import { ENTRY_KIND, LOG_KIND } from '../binding/constants.js'
import type { Change, ChangeEntry } from './change.js'
import type { ChangeSpace, ChangeSpaces } from './change-spaces.js'

const HEAD_BYTES = 16
const EXPIRY_BYTES = 8

export class ChangeParser {
  readonly #spaces: ChangeSpaces
  readonly #raw: boolean
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(spaces: ChangeSpaces, raw: boolean) {
    this.#spaces = spaces
    this.#raw = raw
  }

  /** Those batches of the first `length` bytes that hold anything asked for. */
  parse(chunk: Buffer, length: number): Change[] {
    this.#chunk = chunk
    this.#at = 0
    this.#spaces.refresh()
    const changes: Change[] = []
    while (this.#at < length) {
      const change = this.#change()
      if (change.entries.length > 0) changes.push(change)
    }
    return changes
  }

  #change(): Change {
    const chunk = this.#chunk
    const head = this.#at
    const count = readUint32(chunk, head + 4)
    const first = readSequence(chunk, head + 8)
    const end = head + HEAD_BYTES + readUint32(chunk, head)
    this.#at = head + HEAD_BYTES
    const entries: ChangeEntry[] = []
    while (this.#at < end) {
      const entry = this.#entry()
      if (entry !== undefined) entries.push(entry)
    }
    return { sequence: count === 1 ? first : first + BigInt(count - 1), first, entries }
  }

  // Undefined for an entry of a namespace that was not asked for.
  #entry(): ChangeEntry | undefined {
    const chunk = this.#chunk
    const kind = chunk[this.#at++]!
    const namespaceId = this.#varint()
    const keySize = this.#varint()
    const key = this.#at
    this.#at += keySize
    const keyEnd = this.#at
    let value = keyEnd
    if (kind !== ENTRY_KIND.delete && kind !== LOG_KIND.dropNamespace) {
      const valueSize = this.#varint()
      value = this.#at
      this.#at += valueSize
    }
    if (kind === LOG_KIND.createNamespace) {
      const options = copyBytes(chunk, value, this.#at)
      return this.#spaces.created(namespaceId, readUtf8(chunk, key, keyEnd), options)
    }
    if (kind === LOG_KIND.dropNamespace) {
      return this.#spaces.dropped(namespaceId, readUtf8(chunk, key, keyEnd))
    }
    const space = this.#spaces.get(namespaceId)
    if (!space.wanted) return undefined
    return this.#write(kind, space, key, keyEnd, value)
  }

  #write(
    kind: number,
    space: ChangeSpace,
    key: number,
    keyEnd: number,
    value: number,
  ): ChangeEntry {
    const chunk = this.#chunk
    const end = this.#at
    const { name: namespace, id: namespaceId, codecs } = space
    if (kind === ENTRY_KIND.deleteRange) {
      const gte = key === keyEnd ? {} : { gte: copyBytes(chunk, key, keyEnd) }
      const lt = value === end ? {} : { lt: copyBytes(chunk, value, end) }
      return { type: 'deleteRange', namespace, namespaceId, codecs, ...gte, ...lt }
    }
    const raw = this.#raw || space.keyCodec === undefined || space.valueCodec === undefined
    const keyOut = raw ? copyBytes(chunk, key, keyEnd) : space.keyCodec.decode(chunk, key, keyEnd)
    const head = { namespace, namespaceId, codecs, raw, key: keyOut }
    if (kind === ENTRY_KIND.delete) return { type: 'del', ...head }
    const isExpiring = kind === ENTRY_KIND.putExpiring
    const start = isExpiring ? value + EXPIRY_BYTES : value
    const valueOut = raw ? copyBytes(chunk, start, end) : space.valueCodec.decode(chunk, start, end)
    if (kind === ENTRY_KIND.merge) return { type: 'merge', ...head, value: valueOut }
    if (!isExpiring) {
      if (kind === ENTRY_KIND.put) return { type: 'put', ...head, value: valueOut }
      throw new LedgerstoneError('NOT_SUPPORTED', `The log holds an entry of the kind ${kind}`)
    }
    const expiresAt = readUint32(chunk, value + 4) * 2 ** 32 + readUint32(chunk, value)
    return { type: 'put', ...head, value: valueOut, expiresAt }
  }

  #varint(): number {
    const chunk = this.#chunk
    let byte = chunk[this.#at++]!
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = chunk[this.#at++]!
      value += (byte & 0x7f) * 2 ** shift
    }
    return value
  }
}

function readUint32(bytes: Buffer, at: number): number {
  return bytes[at + 3]! * 0x100_0000 + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16))
}

// Most sequences are safe integers, whose bigint costs less to make from a number.
function readSequence(bytes: Buffer, at: number): bigint {
  const high = readUint32(bytes, at + 4)
  if (high >= 2 ** 21) return bytes.readBigUInt64LE(at)
  return BigInt(high * 2 ** 32 + readUint32(bytes, at))
}
