// Options as any function takes them: unknown names and wrong types are refused.

import { resolve } from 'node:path'
import { InvalidTypeError, invalidArgument, kindOf } from './errors.js'

/** `options` as an object whose every name is in `names`. */
export function checkedOptions<T extends object>(
  what: string,
  options: T | undefined,
  names: readonly string[],
): Partial<T> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidTypeError(`${what} takes its options as an object, not ${kindOf(options)}`)
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    throw invalidArgument(`${what} has no option '${name}'; there are ${names.join(', ')}`)
  }
  return options
}

export function flag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value === 'boolean') return value
  throw new InvalidTypeError(`${name} must be true or false, not ${kindOf(value)}`)
}

export function count(name: string, value: unknown, otherwise: number, max: number): number {
  if (value === undefined) return otherwise
  if (typeof value !== 'number') {
    throw new InvalidTypeError(`${name} must be a number, not ${kindOf(value)}`)
  }
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return value
  throw invalidArgument(`${name} must be a whole number in 0 … ${max}; found ${value}`)
}

export function choice(
  name: string,
  value: unknown,
  choices: Readonly<Record<string, number>>,
  otherwise?: number,
): number {
  if (value === undefined && otherwise !== undefined) return otherwise
  const chosen = typeof value === 'string' && Object.hasOwn(choices, value) && choices[value]
  if (typeof chosen === 'number') return chosen
  throw invalidArgument(`${name} must be one of ${Object.keys(choices).join(', ')}`)
}

export function signalOf(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new InvalidTypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`)
}

/** The absolute path of a folder; `owner` is whose, for an error. */
export function folderPath(owner: string, path: unknown): string {
  if (typeof path !== 'string') {
    throw new InvalidTypeError(`${owner}'s path must be a string, not ${kindOf(path)}`)
  }
  if (path === '' || path.includes('\0')) throw invalidArgument('No folder has this path')
  return resolve(path)
}
