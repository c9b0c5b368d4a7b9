// Merge operators by the names callers use: which value codecs each takes, and the engine's number
// for the pair.

import { LedgerstoneError, invalidArgument } from '../base/errors.js'
import { MERGE_OPERATOR } from '../binding/constants.js'
import type { MergeName } from './store.js'

const everyCodecOf = <T>(codecs: readonly string[], number: T): Readonly<Record<string, T>> =>
  Object.fromEntries(codecs.map((codec) => [codec, number]))

// Of codecs whose bytes sort as their values do; for binary the bytes are the value.
const SORTED = ['i64', 'i128', 'u64', 'utf8', 'binary']

const NUMBERS: Readonly<Record<MergeName, Readonly<Record<string, number>>>> = {
  add: { i64: MERGE_OPERATOR.addI64, i128: MERGE_OPERATOR.addI128 },
  append: everyCodecOf(['utf8', 'binary'], MERGE_OPERATOR.append),
  max: everyCodecOf(SORTED, MERGE_OPERATOR.max),
  min: everyCodecOf(SORTED, MERGE_OPERATOR.min),
  'json-merge-patch': everyCodecOf(['json'], MERGE_OPERATOR.jsonMergePatch),
}

/** The engine's number for an operator on values of a codec. */
export function mergeNumber(merge: unknown, valueCodec: string): number {
  if (typeof merge !== 'string' || !Object.hasOwn(NUMBERS, merge)) {
    throw invalidArgument(`merge must be one of ${Object.keys(NUMBERS).join(', ')}`)
  }
  const byCodec = NUMBERS[merge as MergeName]
  const number = Object.hasOwn(byCodec, valueCodec) ? byCodec[valueCodec] : undefined
  if (number !== undefined) return number
  const fit = Object.keys(byCodec).join(', ')
  throw invalidArgument(
    `merge '${merge}' is for values of the codecs ${fit}; these are of '${valueCodec}'`,
  )
}

/** The name behind an engine's number; undefined where nothing can be merged. */
export function mergeName(number: number): MergeName | undefined {
  if (number === MERGE_OPERATOR.none) return undefined
  for (const [name, byCodec] of Object.entries(NUMBERS)) {
    if (Object.values(byCodec).includes(number)) return name as MergeName
  }
  throw new LedgerstoneError('NOT_SUPPORTED', `Unknown merge operator ${number}`)
}
