// Runs of events out of chunks that the engine fills on its pool (see NativeLogCursor).
//
// 1. While the runs of one chunk are taken, the next chunk is being filled, once the first has
//    shown that there are more.
// 2. Events are decoded when their run is taken, and hold nothing of the chunk.
// 3. close() may be called at any time, also while a fill is under way, and again.

import type { NativeEventLog, NativeLogCursor } from '../binding/log-types.js'
import type { AnyValueCodec } from '../codec/registry.js'
import type { LoggedEvents } from './event-log.js'
import { millisecondsOf } from './places.js'

const CHUNK_BYTES = 256 * 1024
const FIRST_CHUNK_BYTES = 16 * 1024
const HEAD_BYTES = 24
const NO_CHUNK = Buffer.alloc(0)

interface Filled {
  chunk: Buffer
  length: number
}

/** A run in the chunk, as far as it was taken. */
interface Run {
  position: number
  time: number
  left: number
  sizeAt: number
  at: number
}

export class RunReader {
  readonly #codec: AnyValueCodec
  readonly #to: number
  #cursor: NativeLogCursor | undefined
  #chunk: Buffer = NO_CHUNK
  #length = 0
  #at = 0
  #run: Run | undefined
  #spare: Buffer | undefined
  #ahead: Promise<Filled> | undefined

  /** From `from` to `to`, both of which the log has. */
  constructor(native: NativeEventLog, codec: AnyValueCodec, from: number, to: number) {
    this.#codec = codec
    this.#to = to
    this.#cursor = native.read(from, to)
  }

  /** The next events, at most `max`; undefined when the chunk has no more. */
  take(max: number): LoggedEvents<unknown> | undefined {
    const run = this.#run ?? this.#nextRun()
    if (run === undefined) return undefined
    const count = Math.min(run.left, max)
    const events = new Array<unknown>(count)
    const chunk = this.#chunk
    const codec = this.#codec
    let { sizeAt, at } = run
    for (let i = 0; i < count; i++) {
      const end = at + chunk.readUInt32LE(sizeAt)
      events[i] = codec.decode(chunk, at, end)
      at = end
      sizeAt += 4
    }
    const first = run.position
    run.position += count
    run.left -= count
    run.sizeAt = sizeAt
    run.at = at
    if (run.left === 0) {
      this.#run = undefined
      this.#at = at
    }
    return { first, last: first + count - 1, time: run.time, events }
  }

  /** Waits for the next chunk; false at the end. */
  async advance(): Promise<boolean> {
    const cursor = this.#cursor
    if (cursor === undefined) return false
    const { chunk, length } = await (this.#ahead ?? this.#fill(cursor, FIRST_CHUNK_BYTES))
    this.#ahead = undefined
    if (this.#cursor === undefined) return false
    this.#spare = this.#chunk.length === CHUNK_BYTES ? this.#chunk : undefined
    this.#chunk = chunk
    this.#length = length
    this.#at = 0
    if (length === 0 || this.#lastPosition() >= this.#to) this.#closeCursor()
    else this.#ahead = unheard(this.#fill(cursor, CHUNK_BYTES))
    return length > 0
  }

  close(): void {
    this.#closeCursor()
    this.#chunk = NO_CHUNK
    this.#run = undefined
    this.#length = this.#at = 0
  }

  async #fill(cursor: NativeLogCursor, bytes: number): Promise<Filled> {
    let chunk = this.#spare ?? Buffer.allocUnsafeSlow(bytes)
    this.#spare = undefined
    for (;;) {
      const length = await cursor.fill(chunk)
      if (length >= 0) return { chunk, length }
      chunk = Buffer.allocUnsafeSlow(-length)
    }
  }

  #nextRun(): Run | undefined {
    const at = this.#at
    if (at === this.#length) return undefined
    const chunk = this.#chunk
    const left = chunk.readUInt32LE(at + 16)
    const sizeAt = at + HEAD_BYTES
    this.#run = {
      position: chunk.readDoubleLE(at),
      time: millisecondsOf(chunk.readDoubleLE(at + 8)),
      left,
      sizeAt,
      at: sizeAt + 4 * left,
    }
    return this.#run
  }

  #lastPosition(): number {
    let last = 0
    for (let at = 0; at < this.#length; ) {
      const count = this.#chunk.readUInt32LE(at + 16)
      last = this.#chunk.readDoubleLE(at) + count - 1
      at += HEAD_BYTES + 4 * count + this.#chunk.readUInt32LE(at + 20)
    }
    return last
  }

  #closeCursor(): void {
    this.#cursor?.close()
    this.#cursor = undefined
    this.#ahead = undefined
  }
}

// Its failure is for whoever awaits it, if anybody still does.
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
