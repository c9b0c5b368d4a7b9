// The key codec `tuple`: an array of elements whose bytes sort as the elements do.
//
// 1. Order of types: null, false, true, number, bigint, Date, string, bytes, array. Numbers by
//    value, strings by code point, bytes as unsigned bytes, arrays element by element and the
//    shorter one first.
// 2. One tuple has one encoding, and what decodes encodes to the same bytes.
// 3. An element's bytes end where its own grammar says, so a tuple's bytes begin the bytes of
//    exactly those tuples it is a prefix of.
// The byte grammar is in tuple-format.ts and docs/format/tuple-key.md.

import { InvalidTypeError, kindOf } from '../base/errors.js'
import type { KeyCodec } from './codec.js'
import { decodeTuple } from './tuple-decode.js'
import { encodeElement } from './tuple-encode.js'

export type TupleElement =
  | null
  | boolean
  | number
  | bigint
  | Date
  | string
  | Uint8Array
  | readonly TupleElement[]

export type Tuple = readonly TupleElement[]

export const tupleCodec: KeyCodec<Tuple> = {
  name: 'tuple',
  prefixes: true,
  encodeInto(key, target, offset) {
    if (!Array.isArray(key)) {
      throw new InvalidTypeError(`The codec 'tuple' takes an array, not ${kindOf(key)}`)
    }
    const elements = key as Tuple
    let at = offset
    for (let i = 0; i < elements.length; i++) {
      at = encodeElement(elements[i], target, at, 0)
      if (at < 0) return -1
    }
    return at
  },
  decode: decodeTuple,
}
