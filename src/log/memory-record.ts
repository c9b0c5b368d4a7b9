// A record of the log in memory, and how its events come out of an append's bytes.

import { invalidArgument } from '../base/errors.js'

export interface MemoryRecord {
  /** Position of the first event. */
  first: number
  micros: number
  chain: number
  events: readonly Buffer[]
}

/** Copies of the events in `(size: varint, event)*`. */
export function eventsOf(bytes: Buffer): Buffer[] {
  const events: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    let size = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw invalidArgument('The events are cut short')
      size += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    events.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return events
}
