// namespace.ingest(): sorted entries, encoded into two buffers by turns. While the engine makes
// tables of one on its pool, the other is filled.
//
// 1. Nothing is visible before all of it is, and a failure, an abort or the closing of the store
//    leaves nothing behind; the promise fails when that is so.
// 2. Of a source that is not read to its end, `return` is called, as by `for … of`.

import { InvalidTypeError, LedgerstoneError, kindOf } from '../base/errors.js'
import { checkedOptions, signalOf } from '../base/options.js'
import type { Ingested, NativeIngestion } from '../binding/native-types.js'
import { expiryOf } from './expiry.js'
import type { NamespaceHandle } from './namespace-handle.js'
import { WriteBuffer } from './write-buffer.js'

export interface IngestOptions {
  /** Ends it with the signal's reason as its error. */
  signal?: AbortSignal | undefined
}

export type IngestSource<K, V> = Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>

const OPTIONS = ['signal']
const NO_EXPIRY = {}
const ADD_AT_BYTES = 512 * 1024
// So that the event loop gets its turn while a source has everything at hand.
const ENTRIES_A_TURN = 10_000

export async function ingest(
  to: NamespaceHandle,
  entries: IngestSource<unknown, unknown>,
  options: IngestOptions | undefined,
): Promise<Ingested> {
  const signal = signalOf(checkedOptions('ingest', options, OPTIONS).signal)
  const isAsync = requireSource(entries)
  signal?.throwIfAborted()
  to.requireOpen()
  const native = to.native.ingestion(to.id)
  const feeder = new Feeder(to, native, signal)
  try {
    if (isAsync) await feeder.takeAsync(entries as AsyncIterable<unknown>)
    else await feeder.takeSync(entries as Iterable<unknown>)
    return await native.commit()
  } finally {
    await feeder.end()
    await native.close()
  }
}

/** Whether it is an asynchronous one. */
function requireSource(entries: unknown): boolean {
  const source = entries as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined
  if (typeof source?.[Symbol.asyncIterator] === 'function') return true
  if (typeof source?.[Symbol.iterator] === 'function') return false
  throw new InvalidTypeError(
    `ingest() takes an iterable of [key, value] entries, not ${kindOf(entries)}`,
  )
}

class Feeder {
  readonly #to: NamespaceHandle
  readonly #native: NativeIngestion
  readonly #signal: AbortSignal | undefined
  #filling = new WriteBuffer()
  #spare = new WriteBuffer()
  // What became of the last buffer handed over.
  #adding: Promise<void> = Promise.resolve()
  #giveUp: (() => void) | undefined
  readonly #onAbort = (): void => {
    this.#giveUp?.()
  }

  constructor(to: NamespaceHandle, native: NativeIngestion, signal: AbortSignal | undefined) {
    this.#to = to
    this.#native = native
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async takeSync(entries: Iterable<unknown>): Promise<void> {
    for (const entry of entries) if (this.#put(entry)) await this.#turn()
    await this.#finish()
  }

  // An abort ends it while the source keeps it waiting, too.
  async takeAsync(entries: AsyncIterable<unknown>): Promise<void> {
    const iterator = entries[Symbol.asyncIterator]()
    for (;;) {
      const next = await this.#orAbort(iterator.next(), iterator)
      if (next.done === true) break
      try {
        if (this.#put(next.value)) await this.#turn()
      } catch (error) {
        await leave(iterator)
        throw error
      }
    }
    await this.#finish()
  }

  /** When nothing is on its way to the engine any more. */
  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    await this.#adding.catch(() => undefined)
  }

  // Whether it is time for a turn.
  #put(entry: unknown): boolean {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new InvalidTypeError(`An entry to ingest is [key, value], not ${kindOf(entry)}`)
    }
    const [key, value] = entry as [unknown, unknown]
    const buffer = this.#filling
    buffer.put(this.#to, key, value, expiryOf(NO_EXPIRY, this.#to.ttl))
    return buffer.length >= ADD_AT_BYTES || buffer.entryCount >= ENTRIES_A_TURN
  }

  // Hands over what is filled, once what was handed over before is taken.
  async #turn(): Promise<void> {
    await this.#adding
    this.#signal?.throwIfAborted()
    this.#to.requireOpen()
    const full = this.#filling
    if (full.entryCount === 0) return
    this.#filling = this.#spare
    this.#filling.clear()
    this.#spare = full
    this.#adding = this.#add(full)
    this.#adding.catch(() => undefined)
  }

  async #finish(): Promise<void> {
    await this.#turn()
    await this.#adding
    this.#signal?.throwIfAborted()
  }

  async #add(full: WriteBuffer): Promise<void> {
    try {
      await this.#native.add(full.bytes, full.length, full.entryCount)
    } catch (error) {
      if (!(error instanceof LedgerstoneError) || error.code !== 'INVALID_ARGUMENT') throw error
      const position = this.#native.entries()
      throw new LedgerstoneError(error.code, error.message, { position, cause: error })
    }
  }

  #orAbort<T>(promise: Promise<T>, iterator: AsyncIterator<unknown>): Promise<T> {
    const signal = this.#signal
    if (signal === undefined) return promise
    return new Promise<T>((resolve, reject) => {
      this.#giveUp = () => {
        void leave(iterator)
        reject(signal.reason as Error)
      }
      promise.then(resolve, reject)
      if (signal.aborted) this.#giveUp()
    })
  }
}

// What the source has to say about its end is not told: there is another error to be told.
async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    return
  }
}
