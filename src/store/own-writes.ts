// What a transaction has written and not yet committed, encoded.
//
// 1. Keys are text of one character per byte (latin1), which compares as the bytes do.
// 2. The last write of a key counts; its place in the batch is that of the key's first write.

import { unixTimeMs } from '../base/clock.js'
import { writeVarint } from '../base/varint.js'
import { ENTRY_KIND, RANGE } from '../binding/constants.js'
import type { ByteBounds } from './bounds.js'

const ENTRY_HEAD_BYTES_MAX = 24
const EXPIRY_BYTES = 8

export interface OwnValue {
  bytes: Buffer
  /** Milliseconds since 1970 from which on readers find nothing; undefined for never. */
  expiresAt: number | undefined
}

export interface OwnEntry {
  key: Buffer
  /** undefined: deleted, or expired. */
  value: Buffer | undefined
}

export class OwnWrites {
  readonly #spaces = new Map<number, Map<string, OwnValue | undefined>>()

  get empty(): boolean {
    return this.#spaces.size === 0
  }

  /** Without a value the key is deleted. */
  set(namespaceId: number, keyText: string, value: OwnValue | undefined): void {
    const entries = this.#spaces.get(namespaceId)
    if (entries === undefined) this.#spaces.set(namespaceId, new Map([[keyText, value]]))
    else entries.set(keyText, value)
  }

  has(namespaceId: number, keyText: string): boolean {
    return this.#spaces.get(namespaceId)?.has(keyText) ?? false
  }

  /** What a read finds now. */
  get(namespaceId: number, keyText: string): Buffer | undefined {
    return alive(this.#spaces.get(namespaceId)?.get(keyText))
  }

  /** Those within the bounds, in the order of the walk. */
  within(namespaceId: number, bounds: ByteBounds, reverse: boolean): OwnEntry[] {
    const entries = this.#spaces.get(namespaceId)
    if (entries === undefined) return []
    const holds = containment(bounds)
    const texts = [...entries.keys()].filter(holds).sort()
    if (reverse) texts.reverse()
    return texts.map((text) => {
      return { key: Buffer.from(text, 'latin1'), value: alive(entries.get(text)) }
    })
  }

  get sizeMax(): number {
    let size = 0
    for (const entries of this.#spaces.values()) {
      for (const [key, value] of entries) {
        size += ENTRY_HEAD_BYTES_MAX + key.length + (value?.bytes.length ?? 0)
      }
    }
    return size
  }

  get count(): number {
    let count = 0
    for (const entries of this.#spaces.values()) count += entries.size
    return count
  }

  /** Writes the batch (its format is write-buffer.ts's) at `start` and returns its end. */
  writeTo(target: Buffer, start: number): number {
    let at = start
    for (const [namespaceId, entries] of this.#spaces) {
      for (const [key, value] of entries) {
        const expiresAt = value?.expiresAt
        target[at] = kindOf(value)
        at = writeVarint(target, at + 1, namespaceId)
        at = writeVarint(target, at, key.length)
        at += target.write(key, at, 'latin1')
        if (value === undefined) continue
        const extra = expiresAt === undefined ? 0 : EXPIRY_BYTES
        at = writeVarint(target, at, value.bytes.length + extra)
        if (expiresAt !== undefined) at = target.writeBigUInt64LE(BigInt(expiresAt), at)
        target.set(value.bytes, at)
        at += value.bytes.length
      }
    }
    return at
  }
}

function kindOf(value: OwnValue | undefined): number {
  if (value === undefined) return ENTRY_KIND.delete
  return value.expiresAt === undefined ? ENTRY_KIND.put : ENTRY_KIND.putExpiring
}

function alive(value: OwnValue | undefined): Buffer | undefined {
  const { bytes, expiresAt } = value ?? {}
  return expiresAt !== undefined && expiresAt <= unixTimeMs() ? undefined : bytes
}

function containment({ lower, upper, flags }: ByteBounds): (text: string) => boolean {
  const from = lower && Buffer.from(lower).toString('latin1')
  const to = upper && Buffer.from(upper).toString('latin1')
  const fromItself = (flags & RANGE.lowerExclusive) === 0
  const toItself = (flags & RANGE.upperExclusive) === 0
  return (text) =>
    (from === undefined || text > from || (fromItself && text === from)) &&
    (to === undefined || text < to || (toItself && text === to))
}
