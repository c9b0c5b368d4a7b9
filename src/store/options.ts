// Options as they come from callers: unknown names and wrong types are refused, defaults filled in.

import { type ByteSize, parseByteSize } from '../base/bytes.js'
import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { checkedOptions, choice, count, flag, folderPath } from '../base/options.js'
import { COMPRESSION, DURABILITY, LEVEL_COUNT } from '../binding/constants.js'
import type { NativeOpenOptions } from '../binding/native-types.js'
import type { StoreEvent } from './events.js'
import { type ScrubOptions, type ScrubPlan, scrubPlanOf } from './scrub.js'

export { checkedOptions, choice, count, flag }
export type { ByteSize }

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

/** How much of the past is kept; at least one of the two. */
export interface RetentionOptions {
  /** Segments of the log go, oldest first, when together they have more bytes. */
  bytes?: ByteSize
  /** They go so many milliseconds after their writes came into tables. */
  age?: number
}

export interface MemoryOptions {
  /** Default: none: no old snapshots, and changes only of what came last. */
  retention?: RetentionOptions
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
  /** Keeps the past for changes() and old snapshots. Default: nothing beyond need. */
  retention?: RetentionOptions
  /** Reads all files again and again in the background, and tells what is damaged. Default: not. */
  scrub?: ScrubOptions
  advanced?: AdvancedOptions
  /** Told what the engine does in the background; never keeps the process alive. */
  onEvent?: (event: StoreEvent) => void
}

const OPEN_OPTIONS = [
  'createIfMissing',
  'errorIfExists',
  'readOnly',
  'memoryBudget',
  'retention',
  'scrub',
  'advanced',
  'onEvent',
]
const SCRUB_OPTIONS = ['bytesPerSecond', 'every']
const RETENTION_OPTIONS = ['bytes', 'age']
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

function optionalFlag(name: string, value: unknown): boolean | undefined {
  return value === undefined ? undefined : flag(name, value, true)
}

export function durabilityOf(value: unknown): number {
  return choice('durability', value, DURABILITY, DURABILITY.disk)
}

export function compressionOf(name: string, value: unknown, otherwise: number): number {
  return choice(name, value, COMPRESSION, otherwise)
}

export function storePath(path: unknown): string {
  return folderPath('A store', path)
}

/** Bytes and milliseconds; 0 for no limit of that kind, both for no retention. */
export function retentionOf(options: RetentionOptions | undefined): {
  bytes: number
  age: number
} {
  if (options === undefined) return { bytes: 0, age: 0 }
  const { bytes, age } = checkedOptions('retention', options, RETENTION_OPTIONS)
  if (bytes === undefined && age === undefined) {
    throw invalidArgument('retention takes bytes, age or both')
  }
  const ageMs = count('age', age, 0, Number.MAX_SAFE_INTEGER)
  if (age !== undefined && ageMs === 0) {
    throw invalidArgument('age must be a number of milliseconds above 0')
  }
  return { bytes: bytes === undefined ? 0 : parseByteSize('bytes', bytes), age: ageMs }
}

/** Undefined for none. */
export function scrubOf(options: ScrubOptions | undefined): ScrubPlan | undefined {
  if (options === undefined) return undefined
  return scrubPlanOf(checkedOptions('scrub', options, SCRUB_OPTIONS))
}

export function nativeOpenOptions(options: OpenOptions | undefined): NativeOpenOptions {
  const given = checkedOptions('open', options, OPEN_OPTIONS)
  const advanced = checkedOptions('advanced', given.advanced, ADVANCED_OPTIONS)
  const bytes = (name: string, value: unknown): number =>
    value === undefined ? 0 : parseByteSize(name, value)
  if (given.onEvent !== undefined && typeof given.onEvent !== 'function') {
    throw new InvalidTypeError(`onEvent must be a function, not ${kindOf(given.onEvent)}`)
  }
  const retention = retentionOf(given.retention)
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
    retentionBytes: retention.bytes,
    retentionAge: retention.age,
    useBlockCache: optionalFlag('useBlockCache', advanced.useBlockCache),
    compactInBackground: optionalFlag('compactInBackground', advanced.compactInBackground),
  }
}
