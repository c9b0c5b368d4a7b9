// Options of a Level: what the ecosystem knows, and what Ledgerstone adds.

import type {
  AbstractBatchOptions,
  AbstractClearOptions,
  AbstractDatabaseOptions,
  AbstractDelOptions,
  AbstractPutOptions,
  AbstractSnapshot,
} from 'abstract-level'
import { LedgerstoneError } from '../base/errors.js'
import { open } from '../store/open.js'
import { type OpenOptions, flag } from '../store/options.js'
import type { Durability, Store } from '../store/store.js'

/** How keys and values reach the engine, below the encodings. */
export type LevelFormat = 'utf8' | 'buffer' | 'view'

export interface LevelWriteOptions {
  /** How safe the write is when its promise fulfils. Default: the Level's, else 'disk'. */
  durability?: Durability | undefined
  /** The same in other words: true is 'disk', false is 'os'. `durability` goes before it. */
  sync?: boolean | undefined
}

export interface LevelOptions<K, V> extends AbstractDatabaseOptions<K, V> {
  /** For writes that do not say. Default: 'disk'. */
  durability?: Durability | undefined
  /** Default: false. */
  readOnly?: OpenOptions['readOnly'] | undefined
  /** Default: '256MiB'. */
  memoryBudget?: OpenOptions['memoryBudget'] | undefined
  advanced?: OpenOptions['advanced'] | undefined
  onEvent?: OpenOptions['onEvent'] | undefined
}

export interface LevelPutOptions<K, V> extends AbstractPutOptions<K, V>, LevelWriteOptions {}
export interface LevelDelOptions<K> extends AbstractDelOptions<K>, LevelWriteOptions {}
export interface LevelBatchOptions<K, V> extends AbstractBatchOptions<K, V>, LevelWriteOptions {}
export interface LevelClearOptions<K> extends AbstractClearOptions<K>, LevelWriteOptions {}

export type LevelKeyRangeOptions<K> = Pick<AbstractDelOptions<K>, 'keyEncoding'>

/** What the abstract class hands down for a read: encodings are formats by then. */
export interface FormatOptions {
  keyEncoding: LevelFormat
  valueEncoding: LevelFormat
  snapshot?: AbstractSnapshot | undefined
}

/** The same for a range; bounds are encoded, and a limit of -1 is none. */
export interface FormatRangeOptions extends FormatOptions {
  gt?: unknown
  gte?: unknown
  lt?: unknown
  lte?: unknown
  reverse: boolean
  limit: number
  signal?: AbortSignal | null | undefined
}

export function durabilityOf(
  options: LevelWriteOptions,
  otherwise: Durability | undefined,
): Durability | undefined {
  if (options.durability !== undefined) return options.durability
  if (options.sync === undefined) return otherwise
  return flag('sync', options.sync, true) ? 'disk' : 'os'
}

const OPEN_OPTIONS = [
  'createIfMissing',
  'errorIfExists',
  'readOnly',
  'memoryBudget',
  'advanced',
  'onEvent',
] as const satisfies readonly (keyof OpenOptions)[]

/** Opens the store of a Level. Options that are not the store's are the abstract class's own. */
export async function openStore(
  location: string,
  options: LevelOptions<unknown, unknown>,
): Promise<Store> {
  const given: Record<string, unknown> = {}
  for (const name of OPEN_OPTIONS) if (options[name] !== undefined) given[name] = options[name]
  try {
    return await open(location, given)
  } catch (error) {
    throw inLevelWords(location, error)
  }
}

// The ecosystem tells these two by words of the message.
function inLevelWords(location: string, error: unknown): unknown {
  if (!(error instanceof LedgerstoneError)) return error
  if (error.code === 'NOT_FOUND') {
    return new LedgerstoneError('NOT_FOUND', `The store '${location}' does not exist`, {
      cause: error,
    })
  }
  if (error.code === 'INVALID_ARGUMENT' && error.message.endsWith('already')) {
    return new LedgerstoneError('INVALID_ARGUMENT', `The store '${location}' exists already`, {
      cause: error,
    })
  }
  return error
}
