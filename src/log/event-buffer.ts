// The shared buffer that the events of one append are encoded into.
//
//   events := (size: varint, event)*
//
// 1. A size is written after its event. Room for it is left by guess, the width the last one
//    needed, and the bytes are moved when the guess was wrong.
// 2. The buffer grows as needed; a large one is given up behind its append.

import { invalidArgument } from '../base/errors.js'
import { varintWidth, writeVarint } from '../base/varint.js'
import { SUBMIT_BYTES_MAX } from '../binding/constants.js'
import type { AnyValueCodec } from '../codec/registry.js'

const INITIAL_BYTES = 64 * 1024
const KEPT_BYTES_MAX = 4 * 1024 * 1024
const GROWTH = 4
const SIZE_BYTES_MAX = 5

export class EventBuffer {
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  length = 0
  #sizeWidth = 1
  readonly #initial = this.bytes

  /** Takes the place of what the buffer held. Nothing of a failed encoding is left. */
  fill(codec: AnyValueCodec, events: readonly unknown[]): void {
    this.length = 0
    for (const event of events) this.#add(codec, event)
  }

  /** Behind an append. */
  clear(): void {
    this.length = 0
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = this.#initial
  }

  #add(codec: AnyValueCodec, event: unknown): void {
    const at = this.length
    while (this.bytes.length - at < SIZE_BYTES_MAX) this.#grow()
    const width = this.#sizeWidth
    const start = at + width
    const end = this.#encode(codec, event, start)
    const size = end - start
    const needed = varintWidth(size)
    if (needed !== width) {
      while (end + needed - width > this.bytes.length) this.#grow()
      this.bytes.copyWithin(at + needed, start, end)
      this.#sizeWidth = needed
    }
    writeVarint(this.bytes, at, size)
    this.length = end + needed - width
  }

  #encode(codec: AnyValueCodec, event: unknown, start: number): number {
    for (;;) {
      const end = codec.encodeInto(event as never, this.bytes, start)
      if (end >= start && end <= this.bytes.length) return end
      if (end !== -1) throw invalidArgument(`The codec '${codec.name}' wrote outside of its room`)
      this.#grow()
    }
  }

  #grow(): void {
    const old = this.bytes
    if (old.length >= SUBMIT_BYTES_MAX) {
      throw invalidArgument(`One append holds at most ${SUBMIT_BYTES_MAX} bytes`)
    }
    this.bytes = Buffer.allocUnsafeSlow(Math.min(old.length * GROWTH, SUBMIT_BYTES_MAX))
    this.bytes.set(old)
  }
}

/** An array is a list of events; anything else is one event. */
export function listOf(events: unknown): readonly unknown[] {
  if (!Array.isArray(events)) return [events]
  if (events.length === 0) throw invalidArgument('append() takes at least one event')
  return events
}
