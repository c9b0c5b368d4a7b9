// A reader of the changes of a store in memory.

import { closed } from '../base/errors.js'
import { FILL } from '../binding/constants.js'
import type { NativeChanges } from '../binding/native-types.js'
import type { MemoryHistory, PastBatch } from './memory-history.js'

const HEAD_BYTES = 16

export interface MemoryFeed {
  readonly history: MemoryHistory<unknown>
  requireOpen(): void
  /** The newest sequence. */
  newest(): bigint
}

export class MemoryChanges implements NativeChanges {
  readonly #feed: MemoryFeed
  #through: bigint
  #needed = 0
  #closed = false

  constructor(feed: MemoryFeed, after: bigint) {
    this.#feed = feed
    this.#through = after
  }

  async read(chunk: Uint8Array): Promise<number> {
    if (this.#closed) throw closed('The reader of changes')
    this.#feed.requireOpen()
    const target = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let at = 0
    for (;;) {
      const batch = this.#feed.history.next(this.#through)
      if (batch === undefined) {
        this.#through = this.#feed.newest()
        return at
      }
      const size = batch.entries === undefined ? 0 : HEAD_BYTES + batch.entries.length
      if (size > target.length - at) {
        this.#needed = size
        return at > 0 ? at : FILL.tooSmall
      }
      write(batch, target, at)
      at += size
      this.#through = batch.last
    }
  }

  needed(): number {
    return this.#needed
  }

  through(): bigint {
    return this.#through
  }

  async wait(): Promise<void> {
    if (this.#closed || this.#feed.newest() > this.#through) return
    await this.#feed.history.change()
  }

  close(): void {
    this.#closed = true
  }
}

// In the format of store/change-parser.ts.
function write(batch: PastBatch<unknown>, target: Buffer, at: number): void {
  if (batch.entries === undefined) return
  target.writeUInt32LE(batch.entries.length, at)
  target.writeUInt32LE(batch.count, at + 4)
  target.writeBigUInt64LE(batch.first, at + 8)
  target.set(batch.entries, at + HEAD_BYTES)
}
