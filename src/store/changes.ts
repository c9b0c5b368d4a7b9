// store.changes(): the engine's feed as an async iterator.
//
// 1. One chunk is read at a time, on the engine's pool, when its changes are asked for; what was
//    read and not yet given is all there is in memory.
// 2. Calls of next() are answered in their order. Ending it twice is as good as once.
// 3. Waiting for a commit holds nothing open: neither process nor log.

import { InvalidTypeError, closed, invalidArgument, kindOf } from '../base/errors.js'
import { signalOf } from '../base/options.js'
import { FILL } from '../binding/constants.js'
import type { NativeChanges, NativeStore } from '../binding/native-types.js'
import type { Change, Changes, ChangesOptions } from './change.js'
import { ChangeParser } from './change-parser.js'
import { ChangeSpaces } from './change-spaces.js'
import { handleOf } from './namespace-handle.js'
import type { Namespaces } from './namespaces.js'
import { checkedOptions, flag } from './options.js'

const OPTIONS = ['after', 'until', 'namespaces', 'durable', 'raw', 'signal']
const CHUNK_BYTES = 256 * 1024
const END: IteratorResult<never, undefined> = { done: true, value: undefined }

export interface ChangesSource {
  readonly native: NativeStore
  readonly closed: boolean
  readonly readOnly: boolean
}

export function openChanges(
  store: ChangesSource,
  namespaces: Namespaces,
  options: ChangesOptions | undefined,
): Changes {
  const given = checkedOptions('changes', options, OPTIONS)
  const after = sequenceOf('after', given.after) ?? store.native.sequence()
  const until = sequenceOf('until', given.until)
  const wanted = namesOf(given.namespaces)
  const raw = flag('raw', given.raw, false)
  const durable = flag('durable', given.durable, false)
  const signal = signalOf(given.signal)
  if (store.readOnly && until !== undefined && until > store.native.sequence()) {
    throw invalidArgument('until is above what a store opened with readOnly will ever show')
  }
  const feed = store.native.changes(after, durable)
  const spaces = new ChangeSpaces(store.native, namespaces, wanted)
  return new ChangesHandle(store, feed, new ChangeParser(spaces, raw), { after, until, signal })
}

interface Course {
  after: bigint
  until: bigint | undefined
  signal: AbortSignal | undefined
}

class ChangesHandle implements Changes {
  readonly #store: ChangesSource
  readonly #feed: NativeChanges
  readonly #parser: ChangeParser
  readonly #until: bigint | undefined
  readonly #signal: AbortSignal | undefined
  #position: bigint
  // Everything up to here was read: what #ready does not hold was given or left out.
  #through: bigint
  #ready: Change[] = []
  #next = 0
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  #ended = false
  #pending: Promise<unknown> | undefined
  #wake: (() => void) | undefined
  readonly #stopWaiting = (): void => {
    this.#wake?.()
  }

  constructor(
    store: ChangesSource,
    feed: NativeChanges,
    parser: ChangeParser,
    { after, until, signal }: Course,
  ) {
    this.#store = store
    this.#feed = feed
    this.#parser = parser
    this.#position = this.#through = after
    this.#until = until
    this.#signal = signal
  }

  get position(): bigint {
    return this.#next === this.#ready.length ? this.#through : this.#position
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Change, undefined>> {
    if (this.#pending === undefined && this.#next < this.#ready.length) {
      return Promise.resolve({ done: false, value: this.#take() })
    }
    return this.#inOrder(async () => {
      return (await this.#fill()) ? { done: false, value: this.#take() } : END
    })
  }

  batches(): AsyncIterableIterator<Change[]> {
    const next = (): Promise<IteratorResult<Change[], undefined>> =>
      this.#inOrder(async () => {
        return (await this.#fill()) ? { done: false, value: this.#takeAll() } : END
      })
    const iterator: AsyncIterableIterator<Change[]> = {
      next,
      return: async () => {
        await this.return()
        return END
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  return(): Promise<IteratorResult<Change, undefined>> {
    this.#end()
    return Promise.resolve(END)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
  }

  #take(): Change {
    const change = this.#ready[this.#next++]!
    this.#position = change.sequence
    return change
  }

  #takeAll(): Change[] {
    const changes = this.#next === 0 ? this.#ready : this.#ready.slice(this.#next)
    this.#ready = []
    this.#next = 0
    return changes
  }

  #end(): void {
    if (this.#ended) return
    this.#position = this.position
    this.#through = this.#position
    this.#ended = true
    this.#ready = []
    this.#next = 0
    this.#feed.close()
    this.#stopWaiting()
  }

  #inOrder<R>(step: () => Promise<R>): Promise<R> {
    const result = this.#pending === undefined ? step() : this.#pending.then(step)
    const settled: Promise<unknown> = result.then(noop, noop).then(() => {
      if (this.#pending === settled) this.#pending = undefined
    })
    this.#pending = settled
    return result
  }

  // Whether there is a change to give; false at the end.
  async #fill(): Promise<boolean> {
    try {
      while (this.#next === this.#ready.length && !this.#ended) {
        this.#signal?.throwIfAborted()
        if (this.#until !== undefined && this.#through >= this.#until) this.#end()
        else if (this.#store.closed) this.#endWithStore()
        else if (!(await this.#read())) this.#end()
      }
      return !this.#ended
    } catch (error) {
      this.#end()
      throw error
    }
  }

  // Reads a chunk, or waits for there to be one; false when none will come.
  async #read(): Promise<boolean> {
    const length = await this.#readChunk()
    if (this.#ended || length === undefined) return true
    if (length === FILL.tooSmall) {
      this.#chunk = Buffer.allocUnsafeSlow(this.#feed.needed())
      return true
    }
    const through = this.#feed.through()
    const changes = length === 0 ? [] : this.#parser.parse(this.#chunk, length)
    const stands = length === 0 && through === this.#through
    this.#ready = this.#upToEnd(changes)
    this.#next = 0
    this.#through = this.#until !== undefined && through > this.#until ? this.#until : through
    if (!stands) return true
    if (this.#store.readOnly) return false
    await this.#wait()
    return true
  }

  // Undefined when the store was closed meanwhile.
  async #readChunk(): Promise<number | undefined> {
    try {
      return await this.#feed.read(this.#chunk)
    } catch (error) {
      if (this.#ended || this.#store.closed) return undefined
      throw error
    }
  }

  #upToEnd(changes: Change[]): Change[] {
    const until = this.#until
    if (until === undefined || (changes.at(-1)?.sequence ?? 0n) <= until) return changes
    return changes.filter((change) => change.sequence <= until)
  }

  // Until there may be more, or the walk ends.
  async #wait(): Promise<void> {
    if (this.#signal?.aborted === true) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#signal?.addEventListener('abort', this.#stopWaiting, { once: true })
      void this.#feed.wait().then(resolve)
    })
    this.#wake = undefined
    this.#signal?.removeEventListener('abort', this.#stopWaiting)
  }

  // Done says that everything asked for was given, and with `until` it was not.
  #endWithStore(): void {
    this.#end()
    if (this.#until !== undefined) throw closed('The store')
  }
}

function noop(): void {
  return undefined
}

function sequenceOf(name: string, value: unknown): bigint | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'bigint') {
    throw new InvalidTypeError(`${name} must be a bigint, not ${kindOf(value)}`)
  }
  if (value >= 0n && value < 2n ** 64n) return value
  throw invalidArgument(`${name} must be a sequence; found ${value}`)
}

function namesOf(namespaces: unknown): ReadonlySet<string> | undefined {
  if (namespaces === undefined) return undefined
  if (!Array.isArray(namespaces)) {
    throw new InvalidTypeError(`namespaces must be an array, not ${kindOf(namespaces)}`)
  }
  return new Set(
    namespaces.map((each: unknown) => (typeof each === 'string' ? each : handleOf(each).name)),
  )
}
