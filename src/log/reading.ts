// What log.read() returns, and the walks that a `for await` makes of it.
//
// 1. Nothing is read before a walk starts. Each walk begins at the reading's own `from`.
// 2. A live walk that has come to the end waits until an append is settled, or the log closes.
//    Only this log's own appends make it grow, so nothing else needs to be waited for.
// 3. Leaving a loop early, or by an error of the walk's own, closes its cursor.
// 4. Calls of next() are answered in their order.

import { rejected } from '../base/errors.js'
import type { NativeEventLog } from '../binding/log-types.js'
import type { AnyValueCodec } from '../codec/registry.js'
import type { Tickets } from './appender.js'
import type { LoggedEvent, LoggedEvents, LogReading } from './event-log.js'
import { RunReader } from './run-reader.js'

export interface LogSource {
  readonly native: NativeEventLog
  readonly codec: AnyValueCodec
  readonly tickets: Tickets
  requireOpen(): void
}

export interface ReadingPlan {
  from: number
  /** Infinity: no end, or what is durable when the walk begins. */
  to: number
  limit: number
  batch: number
  live: boolean
  signal: AbortSignal | undefined
}

export class PlannedReading<T> implements LogReading<T> {
  readonly #source: LogSource
  readonly #plan: ReadingPlan

  constructor(source: LogSource, plan: ReadingPlan) {
    this.#source = source
    this.#plan = plan
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<LoggedEvent<T>> {
    return new EventIterator<T>(this.#walk())
  }

  batches(): AsyncIterableIterator<LoggedEvents<T>> {
    return new BatchIterator<T>(this.#walk())
  }

  async toArray(): Promise<LoggedEvent<T>[]> {
    const all: LoggedEvent<T>[] = []
    for await (const { first, time, events } of this.batches()) {
      for (const [i, data] of events.entries()) all.push({ position: first + i, time, data })
    }
    return all
  }

  #walk(): Walk {
    this.#source.requireOpen()
    return new Walk(this.#source, this.#plan)
  }
}

class Walk {
  readonly #source: LogSource
  readonly #plan: ReadingPlan
  readonly #to: number
  #next: number
  #left: number
  #reader: RunReader | undefined
  #ended = false

  constructor(source: LogSource, plan: ReadingPlan) {
    const { native } = source
    const durable = native.durablePosition()
    this.#source = source
    this.#plan = plan
    this.#next = Math.max(plan.from, 1)
    this.#left = plan.limit
    this.#to = plan.live ? plan.to : Math.min(plan.to, durable)
  }

  /** What is there without waiting; undefined when only next() can tell. */
  ready(): LoggedEvents<unknown> | undefined {
    if (this.#ended || this.#left === 0) return undefined
    this.check()
    const events = this.#reader?.take(Math.min(this.#left, this.#plan.batch))
    if (events === undefined) return undefined
    this.#next = events.last + 1
    this.#left -= events.events.length
    return events
  }

  /** undefined at the end. */
  async next(): Promise<LoggedEvents<unknown> | undefined> {
    try {
      while (!this.#ended && this.#left > 0) {
        const events = this.ready()
        if (events !== undefined) return events
        if (await this.#abortable(this.#advance())) continue
        break
      }
    } catch (error) {
      if (this.#ended) return undefined
      this.close()
      throw error
    }
    this.close()
    return undefined
  }

  close(): void {
    if (this.#ended) return
    this.#ended = true
    this.#reader?.close()
    this.#reader = undefined
    if (this.#plan.live) this.#source.tickets.wake()
  }

  /** CLOSED, or the signal's reason. */
  check(): void {
    this.#source.requireOpen()
    this.#plan.signal?.throwIfAborted()
  }

  // Waits for more; false at the end.
  async #advance(): Promise<boolean> {
    if (this.#reader !== undefined) {
      if (await this.#reader.advance()) return true
      this.#reader = undefined
    }
    if (this.#ended || this.#next > this.#to) return false
    this.check()
    const { native, codec, tickets } = this.#source
    const end = Math.min(this.#to, native.durablePosition())
    if (this.#next > end) {
      if (!this.#plan.live) return false
      await tickets.next()
      return true
    }
    this.#reader = new RunReader(native, codec, this.#next, end)
    return true
  }

  // The same promise, given up when the signal says so.
  async #abortable<R>(promise: Promise<R>): Promise<R> {
    const { signal } = this.#plan
    if (signal === undefined) return promise
    let onAbort!: () => void
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([promise, aborted])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

abstract class WalkIterator<R> implements AsyncIterableIterator<R> {
  protected readonly walk: Walk
  // The last of the calls that did not finish at once, with its failure taken away.
  #pending: Promise<void> | undefined
  #underWay = 0

  constructor(walk: Walk) {
    this.walk = walk
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<R, undefined>> {
    if (this.#pending === undefined) {
      try {
        const value = this.ready()
        if (value !== undefined) return Promise.resolve({ done: false, value })
      } catch (error) {
        this.end()
        return rejected(error)
      }
    }
    return this.#inOrder(async () => {
      const value = await this.more()
      if (value === undefined) return { done: true, value: undefined }
      return { done: false, value: value as R }
    })
  }

  // Ends a call of next() that waits, too.
  return(): Promise<IteratorResult<R, undefined>> {
    this.end()
    return this.#inOrder(async () => ({ done: true, value: undefined }))
  }

  protected abstract ready(): R | undefined
  protected abstract more(): Promise<R | undefined>

  protected end(): void {
    this.walk.close()
  }

  // Nothing is pending any more before the last result is told, so that the next call can be quick.
  #inOrder<S>(step: () => Promise<S>): Promise<S> {
    const inTurn = async (): Promise<S> => {
      try {
        return await step()
      } finally {
        if (--this.#underWay === 0) this.#pending = undefined
      }
    }
    this.#underWay++
    const result = this.#pending === undefined ? inTurn() : this.#pending.then(inTurn)
    this.#pending = result.then(noop, noop)
    return result
  }
}

class BatchIterator<T> extends WalkIterator<LoggedEvents<T>> {
  protected ready(): LoggedEvents<T> | undefined {
    return this.walk.ready() as LoggedEvents<T> | undefined
  }

  protected more(): Promise<LoggedEvents<T> | undefined> {
    return this.walk.next() as Promise<LoggedEvents<T> | undefined>
  }
}

class EventIterator<T> extends WalkIterator<LoggedEvent<T>> {
  #batch: LoggedEvents<T> | undefined
  #at = 0

  protected ready(): LoggedEvent<T> | undefined {
    if (this.#batch === undefined) this.#take(this.walk.ready())
    else this.walk.check()
    return this.#event()
  }

  protected async more(): Promise<LoggedEvent<T> | undefined> {
    if (this.#batch === undefined) this.#take(await this.walk.next())
    else this.walk.check()
    return this.#event()
  }

  protected override end(): void {
    this.#batch = undefined
    super.end()
  }

  #take(batch: LoggedEvents<unknown> | undefined): void {
    this.#batch = batch as LoggedEvents<T> | undefined
    this.#at = 0
  }

  #event(): LoggedEvent<T> | undefined {
    const batch = this.#batch
    if (batch === undefined) return undefined
    const i = this.#at++
    if (this.#at === batch.events.length) this.#batch = undefined
    return { position: batch.first + i, time: batch.time, data: batch.events[i]! }
  }
}

function noop(): void {
  return undefined
}
