// Appends and the other calls that the engine settles by ticket.
//
// 1. An append is encoded and handed over in its own call, so the order is that of the calls.
// 2. Each ticket is settled once. Whoever waits for new events is woken behind it.

import type { LedgerstoneError } from '../base/errors.js'
import type { NativeEventLog, OnSettled } from '../binding/log-types.js'
import type { AnyValueCodec } from '../codec/registry.js'
import { EventBuffer, listOf } from './event-buffer.js'
import type { Appended, LogStats } from './event-log.js'
import { millisecondsOf, optionalPosition } from './places.js'

interface Waiting {
  resolve(appended: Appended): void
  reject(error: Error): void
}

/** The tickets that are open; made before the engine, which settles them. */
export class Tickets {
  readonly #waiting = new Map<number, Waiting>()
  readonly #woken: (() => void)[] = []
  failures = 0

  readonly onSettled: OnSettled = (ticket, error, first, last, micros, epoch) => {
    const waiting = this.#waiting.get(ticket)
    this.#waiting.delete(ticket)
    if (error === undefined) {
      waiting?.resolve({ first, last, time: millisecondsOf(micros) })
    } else {
      this.failures++
      waiting?.reject(refusal(error, last, epoch))
    }
    this.wake()
  }

  add(ticket: number): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(ticket, { resolve, reject })
    })
  }

  /** Fulfils when any ticket is settled, or the log is closed. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#woken.push(resolve)
    })
  }

  wake(): void {
    for (const resolve of this.#woken.splice(0)) resolve()
  }
}

// An error with what the log has in place of what was expected.
function refusal(error: Error, position: number, epoch: number): Error {
  const { code } = error as LedgerstoneError
  if (code === 'POSITION_MISMATCH') return Object.assign(error, { position })
  return code === 'STALE_EPOCH' ? Object.assign(error, { epoch }) : error
}

export class Appender {
  readonly #native: NativeEventLog
  readonly #tickets: Tickets
  readonly #codec: AnyValueCodec
  readonly #buffer = new EventBuffer()
  #told: Uint8Array | undefined
  #appends = 0
  #events = 0
  #bytes = 0

  constructor(native: NativeEventLog, tickets: Tickets, codec: AnyValueCodec) {
    this.#native = native
    this.#tickets = tickets
    this.#codec = codec
  }

  append(given: unknown, expected: unknown, epoch: unknown): Promise<Appended> {
    const follows = optionalPosition('expected', expected)
    const under = optionalPosition('epoch', epoch)
    const events = listOf(given)
    this.#buffer.fill(this.#codec, events)
    this.#tellBuffer()
    const { length } = this.#buffer
    const ticket = this.#native.append(length, events.length, follows, under)
    this.#buffer.clear()
    this.#appends++
    this.#events += events.length
    this.#bytes += length
    return this.#tickets.add(ticket)
  }

  stats(): LogStats {
    return {
      appends: this.#appends,
      events: this.#events,
      bytes: this.#bytes,
      failures: this.#tickets.failures,
    }
  }

  #tellBuffer(): void {
    if (this.#told === this.#buffer.bytes) return
    this.#native.setWriteBuffer(this.#buffer.bytes)
    this.#told = this.#buffer.bytes
  }
}
