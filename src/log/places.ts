// Positions and times as callers give them, checked, and as the engine has them.
//
//   position, epoch   a whole number from 0 up to 2^53 - 1
//   time              microseconds since 1970 there, milliseconds with a fraction here

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { count } from '../base/options.js'

export function optionalPosition(name: string, value: unknown): number | undefined {
  return value === undefined ? undefined : requiredPosition(name, value)
}

export function requiredPosition(name: string, value: unknown): number {
  if (value === undefined) throw new InvalidTypeError(`${name} must be a number, not undefined`)
  return count(name, value, 0, Number.MAX_SAFE_INTEGER)
}

export function millisecondsOf(micros: number): number {
  return micros / 1000
}

export function microsecondsOf(time: unknown): number {
  if (typeof time !== 'number' && !(time instanceof Date)) {
    throw new InvalidTypeError(`A time is a Date or milliseconds since 1970, not ${kindOf(time)}`)
  }
  const micros = Math.round(Number(time) * 1000)
  if (Number.isSafeInteger(micros) && micros >= 0) return micros
  throw invalidArgument(`A time is of the years 1970 to 2255; found ${Number(time)} milliseconds`)
}
