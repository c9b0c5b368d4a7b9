// Options as they come from callers: unknown names and wrong types are refused, defaults filled in.

import { resolve } from 'node:path'
import { parseByteSize } from '../base/bytes.js'
import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { COMPRESSION, DURABILITY, LEVEL_COUNT } from '../binding/constants.js'
import type { NativeOpenOptions } from '../binding/native-types.js'
import type { StoreEvent } from './events.js'

/** A number of bytes, or text like '64MiB' (powers of 1024) or '256MB' (powers of 1000). */
export type ByteSize = number | string

export interface AdvancedOptions {
  /** Memory of one generation of memtables. Default: from the budget. */
  generationBytes?: ByteSize
  blockBytes?: ByteSize
  tableBytes?: ByteSize
  levelBaseBytes?: ByteSize
  levelFanout?: number
  l0CompactionTrigger?: number
  levelCount?: number
  useBlockCache?: boolean
  compactInBackground?: boolean
}

export interface OpenOptions {
  /** Default: true. */
  createIfMissing?: boolean
  /** Default: false. */
  errorIfExists?: boolean
  /** Default: false. */
  readOnly?: boolean
  /** One budget for memtables, indexes, filters and cached blocks. Default: '256MiB'. */
  memoryBudget?: ByteSize
  advanced?: AdvancedOptions
  /** Told what the engine does in the background; never keeps the process alive. */
  onEvent?: (event: StoreEvent) => void
}

const OPEN_OPTIONS = [
  'createIfMissing',
  'errorIfExists',
  'readOnly',
  'memoryBudget',
  'advanced',
  'onEvent',
]
const ADVANCED_OPTIONS = [
  'generationBytes',
  'blockBytes',
  'tableBytes',
  'levelBaseBytes',
  'levelFanout',
  'l0CompactionTrigger',
  'levelCount',
  'useBlockCache',
  'compactInBackground',
]

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

export function durabilityOf(value: unknown): number {
  return choice('durability', value, DURABILITY, DURABILITY.disk)
}

export function compressionOf(name: string, value: unknown, otherwise: number): number {
  return choice(name, value, COMPRESSION, otherwise)
}

export function storePath(path: unknown): string {
  if (typeof path !== 'string') {
    throw new InvalidTypeError(`A store's path must be a string, not ${kindOf(path)}`)
  }
  if (path === '' || path.includes('\0')) throw invalidArgument('No folder has this path')
  return resolve(path)
}

export function nativeOpenOptions(options: OpenOptions | undefined): NativeOpenOptions {
  const given = checkedOptions('open', options, OPEN_OPTIONS)
  const advanced = checkedOptions('advanced', given.advanced, ADVANCED_OPTIONS)
  const bytes = (name: string, value: unknown): number =>
    value === undefined ? 0 : parseByteSize(name, value)
  if (given.onEvent !== undefined && typeof given.onEvent !== 'function') {
    throw new InvalidTypeError(`onEvent must be a function, not ${kindOf(given.onEvent)}`)
  }
  return {
    createIfMissing: flag('createIfMissing', given.createIfMissing, true),
    errorIfExists: flag('errorIfExists', given.errorIfExists, false),
    readOnly: flag('readOnly', given.readOnly, false),
    memoryBudget: bytes('memoryBudget', given.memoryBudget),
    generationBytes: bytes('generationBytes', advanced.generationBytes),
    blockBytes: bytes('blockBytes', advanced.blockBytes),
    tableBytes: bytes('tableBytes', advanced.tableBytes),
    levelBaseBytes: bytes('levelBaseBytes', advanced.levelBaseBytes),
    levelFanout: count('levelFanout', advanced.levelFanout, 0, 1000),
    l0CompactionTrigger: count('l0CompactionTrigger', advanced.l0CompactionTrigger, 0, 1000),
    levelCount: count('levelCount', advanced.levelCount, 0, LEVEL_COUNT),
    useBlockCache: flag('useBlockCache', advanced.useBlockCache, true),
    compactInBackground: flag('compactInBackground', advanced.compactInBackground, true),
  }
}
