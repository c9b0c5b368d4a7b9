// What merge operators do, on the bytes of the value codecs: the engine's rules
// (native/base/merge_operator.h) once more, for the store in memory. Pure.

import { compareBytes } from '../base/bytes.js'
import { LedgerstoneError } from '../base/errors.js'
import { MERGE_OPERATOR, VALUE_BYTES_MAX } from '../binding/constants.js'
import type { KeyCodec } from '../codec/codec.js'
import { i128, i64 } from '../codec/signed-codecs.js'
import { mergePatch } from './json-merge-patch.js'

/** The operands, at least one, oldest first, on top of `base`; undefined is nothing. */
export function fold(merge: number, base: Buffer | undefined, operands: readonly Buffer[]): Buffer {
  let value = base
  for (const operand of operands) value = foldOne(merge, value, operand)
  return value!
}

function foldOne(merge: number, value: Buffer | undefined, operand: Buffer): Buffer {
  if (merge === MERGE_OPERATOR.jsonMergePatch) return limited(patched(value, operand))
  if (value === undefined) return operand
  switch (merge) {
    case MERGE_OPERATOR.addI64:
      return sum(i64, value, operand)
    case MERGE_OPERATOR.addI128:
      return sum(i128, value, operand)
    case MERGE_OPERATOR.append:
      return limited(Buffer.concat([value, operand]))
    case MERGE_OPERATOR.max:
      return compareBytes(value, operand) < 0 ? operand : value
    case MERGE_OPERATOR.min:
      return compareBytes(operand, value) < 0 ? operand : value
    default:
      throw failed('the namespace has no merge operator')
  }
}

function sum(codec: KeyCodec<bigint>, a: Buffer, b: Buffer): Buffer {
  const total = codec.decode(a, 0, a.length) + codec.decode(b, 0, b.length)
  const bytes = Buffer.allocUnsafe(a.length)
  try {
    codec.encodeInto(total, bytes, 0)
  } catch (cause) {
    throw failed(`the sum is beyond ${codec.name}`, cause)
  }
  return bytes
}

function patched(value: Buffer | undefined, operand: Buffer): Buffer {
  try {
    return mergePatch(value, operand)
  } catch (cause) {
    throw failed('the value is not JSON, or nested too deep', cause)
  }
}

function limited(bytes: Buffer): Buffer {
  if (bytes.length <= VALUE_BYTES_MAX) return bytes
  throw failed(`the value grows beyond ${VALUE_BYTES_MAX} bytes`)
}

function failed(why: string, cause?: unknown): LedgerstoneError {
  return new LedgerstoneError('MERGE_FAILED', `The value cannot be merged: ${why}`, { cause })
}
