// The promises of writes that were handed to the engine, in ticket order.
//
// 1. One entry per ticket. An entry is settled once, in order, when the engine says so.
// 2. All callers of one submit share its promise; a failure is told to each of them.
// 3. The loop lingers: while a write that need not wait for the disk is under way, it turns instead
//    of sleeping, for a moment. The engine's word comes within some 30 µs, and waking a thread that
//    sleeps costs more than that. What else the loop has to do is done meanwhile.

import { availableParallelism } from 'node:os'
import { systemClock } from '../base/clock.js'

/** From the last such write on. */
const LINGER_MS = 0.1

export interface Deferred {
  promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

export function deferred(): Deferred {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

interface Waiting {
  ticket: number
  result: Deferred
}

export class CommitQueue {
  // With one processor the engine could not get on meanwhile.
  readonly #mayLinger = availableParallelism() > 1
  #waiting: Waiting[] = []
  #lingering = false
  #lingerEndMs = 0

  add(ticket: number, result: Deferred): void {
    this.#waiting.push({ ticket, result })
  }

  /** After adding what is settled without waiting for the disk. */
  linger(): void {
    if (!this.#mayLinger) return
    this.#lingerEndMs = systemClock.nowMs() + LINGER_MS
    if (this.#lingering) return
    this.#lingering = true
    setImmediate(this.#turn)
  }

  readonly onCommitted = (ticket: number, error: Error | undefined): void => {
    const later = this.#waiting.findIndex((waiting) => waiting.ticket > ticket)
    const settled = this.#waiting.splice(0, later < 0 ? this.#waiting.length : later)
    for (const { result } of settled) {
      if (error === undefined) result.resolve()
      else result.reject(error)
    }
  }

  readonly #turn = (): void => {
    this.#lingering = this.#waiting.length > 0 && systemClock.nowMs() < this.#lingerEndMs
    if (this.#lingering) setImmediate(this.#turn)
  }

  /** Fulfils when everything added so far is settled, well or not. */
  async settled(): Promise<void> {
    await this.#waiting.at(-1)?.result.promise.catch(() => undefined)
  }
}
