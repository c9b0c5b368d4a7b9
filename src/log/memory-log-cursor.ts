// Fills chunks from the log in memory, in the form of NativeLogCursor. A turn of the event loop
// passes first, as it does when a pool does the work.

import { closed } from '../base/errors.js'
import type { NativeLogCursor } from '../binding/log-types.js'
import type { MemoryRecord } from './memory-record.js'

const HEAD_BYTES = 24
const SIZE_BYTES = 4

export class MemoryLogCursor implements NativeLogCursor {
  readonly #records: readonly MemoryRecord[]
  readonly #to: number
  readonly #isClosed: () => boolean
  #record: number
  #next: number

  /** From position `from`, which lies in `records[record]`. */
  constructor(
    records: readonly MemoryRecord[],
    record: number,
    from: number,
    to: number,
    isClosed: () => boolean,
  ) {
    this.#records = records
    this.#record = record
    this.#next = from
    this.#to = to
    this.#isClosed = isClosed
  }

  async fill(chunk: Uint8Array): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#isClosed()) throw closed('The event log')
    const target = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let length = 0
    while (this.#next <= this.#to) {
      const record = this.#records[this.#record]
      if (record === undefined) break
      const events = this.#fitting(record, target.length - length)
      if (events.length === 0) {
        const [event] = this.#rest(record)
        return length > 0 ? length : -(HEAD_BYTES + SIZE_BYTES + event!.length)
      }
      length = writeRun(target, length, this.#next, record.micros, events)
      this.#next += events.length
      if (this.#next === record.first + record.events.length) this.#record++
    }
    return length
  }

  close(): void {
    this.#next = Infinity
  }

  #rest({ first, events }: MemoryRecord): readonly Buffer[] {
    return events.slice(this.#next - first, Math.min(this.#to - first + 1, events.length))
  }

  #fitting(record: MemoryRecord, room: number): readonly Buffer[] {
    const rest = this.#rest(record)
    let bytes = HEAD_BYTES
    const end = rest.findIndex((event) => (bytes += SIZE_BYTES + event.length) > room)
    return end < 0 ? rest : rest.slice(0, end)
  }
}

function writeRun(
  target: Buffer,
  at: number,
  first: number,
  micros: number,
  events: readonly Buffer[],
): number {
  const sizes = at + HEAD_BYTES
  let end = sizes + SIZE_BYTES * events.length
  for (const [i, event] of events.entries()) {
    target.writeUInt32LE(event.length, sizes + SIZE_BYTES * i)
    target.set(event, end)
    end += event.length
  }
  target.writeDoubleLE(first, at)
  target.writeDoubleLE(micros, at + 8)
  target.writeUInt32LE(events.length, at + 16)
  target.writeUInt32LE(end - sizes - SIZE_BYTES * events.length, at + 20)
  return end
}
