// What the versions of one key come to, the same as in the engine (native/store/key_versions.h).
// Pure.
//
// 1. An operand stands on the newest put, delete or range delete below it. A put that has expired
//    counts as a delete, and what was merged onto it remains, by itself.
// 2. Folding begins with the put's value, or with nothing: then the first operand is the value (of
//    a JSON merge patch, what it makes of an empty target).

import { LedgerstoneError } from '../base/errors.js'
import { ENTRY_KIND } from '../binding/constants.js'
import { fold } from './fold.js'
import type { BatchEntry } from './memory-batch.js'

export interface KeyVersions {
  /** The newest put; undefined where there is none since the last delete. */
  readonly base: Buffer | undefined
  /** From this moment on the base is gone. */
  readonly expiresAt: number
  /** The operands behind the base. */
  readonly newest: Operand | undefined
}

export interface Operand {
  readonly bytes: Buffer
  readonly older: Operand | undefined
}

const EXPIRY_BYTES = 8

/** The versions of a key after one more entry for it; undefined when it is deleted. */
export function versionsAfter(
  versions: KeyVersions | undefined,
  { kind, value }: BatchEntry,
): KeyVersions | undefined {
  switch (kind) {
    case ENTRY_KIND.put:
      return { base: value, expiresAt: Infinity, newest: undefined }
    case ENTRY_KIND.putExpiring:
      return {
        base: value.subarray(EXPIRY_BYTES),
        expiresAt: Number(value.readBigUInt64LE()),
        newest: undefined,
      }
    case ENTRY_KIND.merge: {
      const { base, expiresAt, newest } = versions ?? { base: undefined, expiresAt: Infinity }
      return { base, expiresAt, newest: { bytes: value, older: newest } }
    }
    case ENTRY_KIND.delete:
      return undefined
    default:
      throw new LedgerstoneError('NOT_SUPPORTED', `An entry of kind ${kind} is not of one key`)
  }
}

/** What a reader finds at `nowMs`; MERGE_FAILED when the operands cannot be folded. */
export function valueOf(
  { base, expiresAt, newest }: KeyVersions,
  merge: number,
  nowMs: number,
): Buffer | undefined {
  const alive = nowMs < expiresAt ? base : undefined
  if (newest === undefined) return alive
  const operands: Buffer[] = []
  for (let at: Operand | undefined = newest; at !== undefined; at = at.older) {
    operands.push(at.bytes)
  }
  return fold(merge, alive, operands.reverse())
}
