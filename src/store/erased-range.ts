// From checked bounds to what a range delete erases: [begin, end), where an empty end is open.
// Pure.
//
// 1. `key, 00` is the first key behind `key`. Behind one of the largest size there is no such key:
//    the next one there can be is the first that does not begin with it.

import { compareBytes } from '../base/bytes.js'
import { invalidArgument } from '../base/errors.js'
import { KEY_BYTES_MAX, RANGE } from '../binding/constants.js'
import { type ByteBounds, afterPrefix } from './bounds.js'

export interface ErasedRange {
  /** Empty: from the first key on. */
  begin: Uint8Array
  /** Empty: up to the last key. */
  end: Uint8Array
}

const OPEN = new Uint8Array(0)
const ZERO = Uint8Array.of(0)

/** Undefined when no key can lie between the bounds. Bounds that are crossed are refused. */
export function erasedRange({ lower, upper, flags, empty }: ByteBounds): ErasedRange | undefined {
  if (lower !== undefined && upper !== undefined && compareBytes(lower, upper) > 0) {
    throw invalidArgument('The bounds of a range delete are crossed: the lower is above the upper')
  }
  if (empty) return undefined
  const begin = (flags & RANGE.lowerExclusive) === 0 ? lower : behind(lower)
  if (begin === undefined && lower !== undefined) return undefined
  const end = (flags & RANGE.upperExclusive) === 0 ? behind(upper) : upper
  if (begin !== undefined && end !== undefined && compareBytes(begin, end) >= 0) return undefined
  return { begin: begin ?? OPEN, end: end ?? OPEN }
}

// The first key behind `key`; undefined when there is none.
function behind(key: Uint8Array | undefined): Uint8Array | undefined {
  if (key === undefined) return undefined
  return key.length < KEY_BYTES_MAX ? Buffer.concat([key, ZERO]) : afterPrefix(key)
}
