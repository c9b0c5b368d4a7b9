// Reads back the read sets that read-set.ts writes; their grammar is there.

import { compareBytes } from '../base/bytes.js'
import { ByteReader } from './byte-reader.js'
import { invalidArgument } from '../base/errors.js'
import { SHAPE } from './read-set.js'

export interface Read {
  namespaceId: number
  shape: number
  lower: Buffer | undefined
  upper: Buffer | undefined
}

/** The reads of `bytes`, which are copied. */
export function parseReadSet(bytes: Uint8Array): Read[] {
  const reader = new ByteReader(Buffer.from(bytes), 'A read set')
  const reads: Read[] = []
  while (!reader.atEnd()) {
    const namespaceId = reader.varint()
    const shape = reader.byte()
    if (shape > SHAPE.singleKey) throw invalidArgument(`A read of the unknown shape ${shape}`)
    const single = shape === SHAPE.singleKey
    const lower = single || (shape & SHAPE.hasLower) !== 0 ? reader.sized() : undefined
    const upper = (shape & SHAPE.hasUpper) !== 0 ? reader.sized() : undefined
    reads.push({ namespaceId, shape, lower, upper: single ? lower : upper })
  }
  return reads
}

/** Whether it may hold a key of [begin, end); an empty `end` is open. */
export function meetsRange({ shape, lower, upper }: Read, begin: Buffer, end: Buffer): boolean {
  if (end.length > 0 && lower !== undefined && compareBytes(end, lower) <= 0) return false
  if (upper === undefined) return true
  const order = compareBytes(begin, upper)
  return order < 0 || (order === 0 && (shape & SHAPE.upperExclusive) === 0)
}

export function holdsKey({ shape, lower, upper }: Read, key: Uint8Array): boolean {
  if (lower !== undefined) {
    const order = compareBytes(key, lower)
    if (order < 0 || (order === 0 && (shape & SHAPE.lowerExclusive) !== 0)) return false
  }
  if (upper === undefined) return true
  const order = compareBytes(key, upper)
  return order < 0 || (order === 0 && (shape & SHAPE.upperExclusive) === 0)
}
