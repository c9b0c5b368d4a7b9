// The iterators of a Level: entries, keys and values. Each is a Walk in the shape that the abstract
// classes ask for; they count, limit, decode and order the calls. The walk is made first: bounds
// that it refuses leave no half-made iterator with the database.

import {
  AbstractIterator,
  type AbstractIteratorOptions,
  AbstractKeyIterator,
  AbstractValueIterator,
} from 'abstract-level'
import { PART } from '../store/range-cursor.js'
import type { Formats } from './formats.js'
import type { FormatRangeOptions, LevelFormat } from './options.js'
import { Walk } from './walk.js'

interface SeekOptions {
  keyEncoding: LevelFormat
}

/** Options of iterator(), whose entries may go without keys or values. */
export interface FormatEntryOptions extends FormatRangeOptions {
  keys: boolean
  values: boolean
}

// The abstract class takes encodings from symbols of the options, and does without the bounds.
function forBase<K, V>(options: FormatRangeOptions): AbstractIteratorOptions<K, V> {
  return options as unknown as AbstractIteratorOptions<K, V>
}

type Entry = [unknown, unknown]

export class LevelIterator<TDatabase, K, V> extends AbstractIterator<TDatabase, K, V> {
  readonly #walk: Walk<unknown>
  readonly #toEntry: (item: unknown) => Entry

  constructor(db: TDatabase, formats: Formats, options: FormatEntryOptions) {
    const part = !options.values ? PART.keys : options.keys ? PART.entries : PART.values
    const walk = new Walk(formats, options, part)
    super(db, forBase(options))
    this.#toEntry = ENTRY_OF[part]
    this.#walk = walk
  }

  async _next(): Promise<Entry | undefined> {
    const item = await this.#walk.next(this.limit - this.count)
    return item === undefined ? undefined : this.#toEntry(item)
  }

  async _nextv(size: number): Promise<Entry[]> {
    return (await this.#walk.many(size, this.limit - this.count)).map(this.#toEntry)
  }

  async _all(): Promise<Entry[]> {
    const remaining = this.limit - this.count
    return (await this.#walk.many(remaining, remaining)).map(this.#toEntry)
  }

  _seek(target: unknown, options: SeekOptions): void {
    this.#walk.seek(target, options.keyEncoding)
  }

  async _close(): Promise<void> {
    this.#walk.close()
  }
}

const ENTRY_OF = {
  [PART.entries]: (entry: unknown) => entry as Entry,
  [PART.keys]: (key: unknown): Entry => [key, undefined],
  [PART.values]: (value: unknown): Entry => [undefined, value],
}

export class LevelKeyIterator<TDatabase, K> extends AbstractKeyIterator<TDatabase, K> {
  readonly #walk: Walk<unknown>

  constructor(db: TDatabase, formats: Formats, options: FormatRangeOptions) {
    const walk = new Walk(formats, options, PART.keys)
    super(db, forBase(options))
    this.#walk = walk
  }

  _next(): Promise<unknown> {
    return this.#walk.next(this.limit - this.count)
  }

  _nextv(size: number): Promise<unknown[]> {
    return this.#walk.many(size, this.limit - this.count)
  }

  _all(): Promise<unknown[]> {
    const remaining = this.limit - this.count
    return this.#walk.many(remaining, remaining)
  }

  _seek(target: unknown, options: SeekOptions): void {
    this.#walk.seek(target, options.keyEncoding)
  }

  async _close(): Promise<void> {
    this.#walk.close()
  }
}

export class LevelValueIterator<TDatabase, K, V> extends AbstractValueIterator<TDatabase, K, V> {
  readonly #walk: Walk<unknown>

  constructor(db: TDatabase, formats: Formats, options: FormatRangeOptions) {
    const walk = new Walk(formats, options, PART.values)
    super(db, forBase(options))
    this.#walk = walk
  }

  _next(): Promise<unknown> {
    return this.#walk.next(this.limit - this.count)
  }

  _nextv(size: number): Promise<unknown[]> {
    return this.#walk.many(size, this.limit - this.count)
  }

  _all(): Promise<unknown[]> {
    const remaining = this.limit - this.count
    return this.#walk.many(remaining, remaining)
  }

  _seek(target: unknown, options: SeekOptions): void {
    this.#walk.seek(target, options.keyEncoding)
  }

  async _close(): Promise<void> {
    this.#walk.close()
  }
}
