// The event log in memory: the interface of the native one, for tests. It loses everything with its
// process and knows no damage.
//
// 1. What is appended in one turn of the event loop is one record. It is settled in the next turn.
// 2. Segments are lists of records; archiving one only marks it.
// 3. The chain is cut from the SHA-256 of the chain before and the record's bytes.

import { createHash } from 'node:crypto'
import { unixTimeMs } from '../base/clock.js'
import { LedgerstoneError, closed, invalidArgument } from '../base/errors.js'
import type {
  EventLogReport,
  NativeEventLog,
  NativeSegment,
  OnSettled,
} from '../binding/log-types.js'
import type { NativeFailure } from '../binding/native-types.js'
import { MemoryLogCursor } from './memory-log-cursor.js'
import { type MemoryRecord, eventsOf } from './memory-record.js'

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024
const NO_BYTES = Buffer.alloc(0)

interface Segment {
  number: number
  records: MemoryRecord[]
  bytes: number
  finished: boolean
  archive: string
}

type Settle = () => void

export class MemoryEventLog implements NativeEventLog {
  readonly #onSettled: OnSettled
  readonly #segmentBytes: number
  readonly #segments: Segment[] = [newSegment(1)]
  readonly #records: MemoryRecord[] = []
  #buffer: Buffer = NO_BYTES
  #ticket = 0
  #last = 0
  #durable = 0
  #epoch = 0
  #micros = 0
  #group: { events: Buffer[]; settle: Settle[] } | undefined
  #closed = false

  /** A segment is finished when it has grown to `segmentBytes`; 0 for the default. */
  constructor(onSettled: OnSettled, segmentBytes: number) {
    this.#onSettled = onSettled
    this.#segmentBytes = segmentBytes === 0 ? DEFAULT_SEGMENT_BYTES : segmentBytes
  }

  openReport(): EventLogReport {
    return {
      ...{ created: true, cleanClose: true, segments: 1 },
      ...{ cutBytes: 0, validBeyondCut: false, cutFile: '', cutOffset: 0 },
      ...{ indexEntriesDropped: 0, indexEntriesRebuilt: 0, micros: 0 },
    }
  }

  logId(): string {
    return '0'.repeat(32)
  }

  setWriteBuffer(bytes: Uint8Array): void {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  append(
    length: number,
    count: number,
    expected: number | undefined,
    epoch: number | undefined,
  ): number {
    const ticket = ++this.#ticket
    if (epoch !== undefined && epoch < this.#epoch) return this.#refuseEpoch(ticket, epoch)
    if (expected !== undefined && expected !== this.#last) {
      return this.#refusePosition(ticket, expected)
    }
    this.#epoch = Math.max(this.#epoch, epoch ?? 0)
    const first = this.#last + 1
    this.#last += count
    const last = this.#last
    const events = eventsOf(this.#buffer.subarray(0, length))
    this.#enqueue(events, () => {
      this.#onSettled(ticket, undefined, first, last, this.#micros, this.#epoch)
    })
    return ticket
  }

  fence(epoch: number): number {
    const ticket = ++this.#ticket
    if (epoch <= this.#epoch) return this.#refuseEpoch(ticket, epoch)
    this.#epoch = epoch
    this.#done(ticket)
    return ticket
  }

  roll(): number {
    const ticket = ++this.#ticket
    this.#commit()
    if (this.#segment().records.length > 0) this.#finish()
    this.#done(ticket)
    return ticket
  }

  firstPosition(): number {
    return this.#durable === 0 ? 0 : 1
  }

  durablePosition(): number {
    return this.#durable
  }

  epoch(): number {
    return this.#epoch
  }

  async chain(position: number): Promise<{ chain: number; last: number }> {
    const record = this.#records[this.#recordAt(position)]
    if (position < 1 || record === undefined) {
      throw invalidArgument(`The log has no event at ${position}; it ends at ${this.#durable}`)
    }
    return { chain: record.chain, last: record.first + record.events.length - 1 }
  }

  async seekTime(micros: number): Promise<number> {
    const record = this.#records.find((each) => each.micros >= micros)
    return record?.first ?? this.#durable + 1
  }

  read(from: number, to: number): MemoryLogCursor {
    const at = this.#recordAt(from)
    return new MemoryLogCursor(this.#records, at, from, to, () => this.#closed)
  }

  segments(): NativeSegment[] {
    return this.#segments.map(segmentFacts)
  }

  async archive(directory: string, through: number): Promise<number> {
    let moved = 0
    for (const segment of this.#segments) {
      const { last } = segmentFacts(segment)
      if (!segment.finished || last > through) break
      if (segment.archive !== '') continue
      segment.archive = directory
      moved++
    }
    return moved
  }

  async verify(): Promise<NativeFailure[]> {
    return []
  }

  async close(): Promise<void> {
    this.#commit()
    this.#closed = true
  }

  #enqueue(events: readonly Buffer[], settle: Settle): void {
    if (this.#group === undefined) {
      this.#group = { events: [], settle: [] }
      setImmediate(() => {
        this.#commit()
      })
    }
    for (const event of events) this.#group.events.push(event)
    this.#group.settle.push(settle)
  }

  #commit(): void {
    const group = this.#group
    if (group === undefined) return
    this.#group = undefined
    if (group.events.length > 0) this.#write(group.events)
    for (const settle of group.settle) settle()
  }

  #write(events: readonly Buffer[]): void {
    this.#micros = Math.max(this.#micros, Math.floor(unixTimeMs() * 1000))
    const before = this.#records.at(-1)?.chain ?? 0
    const hash = createHash('sha256').update(String(before))
    for (const event of events) hash.update(`${event.length}:`).update(event)
    const chain = hash.digest().readUInt32LE(0)
    const record = { first: this.#durable + 1, micros: this.#micros, chain, events }
    this.#records.push(record)
    const segment = this.#segment()
    segment.records.push(record)
    segment.bytes += events.reduce((bytes, event) => bytes + event.length, 0)
    this.#durable += events.length
    if (segment.bytes >= this.#segmentBytes) this.#finish()
  }

  #segment(): Segment {
    return this.#segments.at(-1)!
  }

  #finish(): void {
    this.#segment().finished = true
    this.#segments.push(newSegment(this.#segments.length + 1))
  }

  #done(ticket: number): void {
    this.#enqueue([], () => {
      this.#onSettled(ticket, undefined, 0, 0, 0, this.#epoch)
    })
  }

  #refusePosition(ticket: number, expected: number): number {
    const found = this.#last
    return this.#refuse(ticket, 'POSITION_MISMATCH', 'the log has gone on', expected, found)
  }

  #refuseEpoch(ticket: number, epoch: number): number {
    const message = 'a newer writer has the log'
    return this.#refuse(ticket, 'STALE_EPOCH', message, epoch, this.#epoch)
  }

  #refuse(
    ticket: number,
    code: 'POSITION_MISMATCH' | 'STALE_EPOCH',
    message: string,
    given: number,
    own: number,
  ): number {
    const [last, epoch] = [this.#last, this.#epoch]
    const places = { expected: `${given}`, found: `${own}` }
    this.#enqueue([], () => {
      const text = `${message} (expected ${given}, found ${own})`
      this.#onSettled(ticket, new LedgerstoneError(code, text, places), 0, last, 0, epoch)
    })
    return ticket
  }

  /** Index of the record that holds `position`, or of the one behind the last. */
  #recordAt(position: number): number {
    if (this.#closed) throw closed('The event log')
    let [low, high] = [0, this.#records.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const { first, events } = this.#records[middle]!
      if (first + events.length <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}

function newSegment(number: number): Segment {
  return { number, records: [], bytes: 0, finished: false, archive: '' }
}

function segmentFacts({ number, records, bytes, finished, archive }: Segment): NativeSegment {
  const [first, last] = [records[0], records.at(-1)]
  return {
    ...{ number, bytes, finished, directory: archive, archived: archive !== '' },
    first: first?.first ?? 0,
    last: last === undefined ? 0 : last.first + last.events.length - 1,
    firstMicros: first?.micros ?? 0,
    lastMicros: last?.micros ?? 0,
    chain: last?.chain ?? 0,
    digest: finished ? digestOf(records) : '',
  }
}

function digestOf(records: readonly MemoryRecord[]): string {
  const hash = createHash('sha256')
  for (const { chain } of records) hash.update(`${chain} `)
  return hash.digest('hex').slice(0, 32)
}
