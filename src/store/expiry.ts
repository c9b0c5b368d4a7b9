// When a put expires: from `ttl` and `expiresAt` to the moment the engine keeps. Pure but for the
// clock.

import { unixTimeMs } from '../base/clock.js'
import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import type { Expiry } from './store.js'

/**
 * Milliseconds since 1970 from which on readers find nothing; undefined for never. `standing` is
 * the namespace's own ttl.
 */
export function expiryOf(
  { ttl, expiresAt }: Expiry,
  standing: number | undefined,
): number | undefined {
  if (expiresAt === undefined) return ttl === undefined ? after(standing) : after(ttlOf(ttl))
  if (ttl === undefined) return momentOf(expiresAt)
  throw invalidArgument('A put takes ttl or expiresAt, not both')
}

/** A ttl as callers give it: milliseconds, or undefined for never. */
export function ttlOf(ttl: unknown): number | undefined {
  if (typeof ttl !== 'number') {
    throw new InvalidTypeError(`ttl must be a number of milliseconds, not ${kindOf(ttl)}`)
  }
  if (ttl === Infinity) return undefined
  if (Number.isSafeInteger(ttl) && ttl > 0) return ttl
  throw invalidArgument(
    `ttl must be a whole number of milliseconds above 0, or Infinity; found ${ttl}`,
  )
}

function after(ttl: number | undefined): number | undefined {
  return ttl === undefined ? undefined : Math.min(unixTimeMs() + ttl, Number.MAX_SAFE_INTEGER)
}

// A moment before 1970 is as past as any other.
function momentOf(expiresAt: unknown): number | undefined {
  const isDate = expiresAt instanceof Date
  if (!isDate && typeof expiresAt !== 'number') {
    throw new InvalidTypeError(
      `expiresAt must be a Date or a number of milliseconds, not ${kindOf(expiresAt)}`,
    )
  }
  const moment = isDate ? expiresAt.getTime() : expiresAt
  if (moment === Infinity) return undefined
  if (Number.isSafeInteger(moment)) return Math.max(moment, 0)
  throw invalidArgument(
    `expiresAt must be a valid Date, whole milliseconds since 1970, or Infinity; found ${moment}`,
  )
}
