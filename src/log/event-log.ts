// The event log: what openEventLog and openMemoryEventLog both return.
//
// 1. A function that returns a promise never throws: it rejects. The others throw.
// 2. After close(), every function but close() fails with CLOSED.
// 3. Nothing here waits for the disk on the JavaScript thread.
// 4. Positions start at 1 and rise by one for each event; they are never used again. Times are
//    milliseconds since 1970 with microseconds as their fraction, and never go backwards.

import type { Finding } from '../binding/finding.js'
import type { EventLogReport } from '../binding/log-types.js'

export type { EventLogReport, Finding }

export interface LogAppendOptions {
  /**
   * The position of the last event the caller knows of; 0 for an empty log. When the log has gone
   * on, nothing is appended: POSITION_MISMATCH, whose `position` is that of the log's last event.
   */
  expected?: number | undefined
  /**
   * The writer's epoch. Below the log's, nothing is appended: STALE_EPOCH, whose `epoch` is the
   * log's. Above it, the log's is raised.
   */
  epoch?: number | undefined
}

export interface Appended {
  /** Positions of the first and the last event; those between are in the order given. */
  first: number
  last: number
  /** The time of all of them. */
  time: number
}

export interface LogReadOptions {
  /** First position. Default: the first there is. */
  from?: number | undefined
  /** Last position. Default: the last durable one when reading begins; none with `live`. */
  to?: number | undefined
  /** At most so many events. */
  limit?: number | undefined
  /** At most so many events in each batch. Default: as they were read, some thousands. */
  batch?: number | undefined
  /** At the end, wait for new events. The wait does not keep the process alive. */
  live?: boolean | undefined
  /** Ends the reading with the signal's reason as its error, also while it waits. */
  signal?: AbortSignal | undefined
}

export interface LoggedEvent<T> {
  position: number
  time: number
  data: T
}

/** Events that follow each other, from position `first` on, and have one time. */
export interface LoggedEvents<T> {
  first: number
  last: number
  time: number
  /** At least one. */
  events: T[]
}

/** What read() returns: a description that each `for await` walks anew, from its own `from`. */
export interface LogReading<T> extends AsyncIterable<LoggedEvent<T>> {
  [Symbol.asyncIterator](): AsyncIterableIterator<LoggedEvent<T>>
  /** The same events in batches, which cost less. */
  batches(): AsyncIterableIterator<LoggedEvents<T>>
  toArray(): Promise<LoggedEvent<T>[]>
}

export interface LogSegment {
  number: number
  /** Positions; 0 while it has no events, and then it has no times. */
  first: number
  last: number
  firstTime?: number
  lastTime?: number
  /** Of its file of records. */
  bytes: number
  /** Nothing more is appended to it. */
  finished: boolean
  /** Where it was moved to, when it is in an archive. */
  archive?: string
  /** Of its last record: 8 hexadecimal digits. */
  chain: string
  /** Of its file of records, once a finished segment was read back: 32 hexadecimal digits. */
  digest?: string
}

export interface LogChain {
  /** 8 hexadecimal digits. Two copies of one log that agree here agree up to `last`. */
  chain: string
  last: number
}

export interface LogStats {
  /** Since the log was opened. */
  appends: number
  events: number
  /** Of the events, each with the size in front of it. */
  bytes: number
  /** Appends that were refused or failed. */
  failures: number
}

export interface EventLog<Out = Buffer, In = Out> {
  readonly path: string
  /** 32 hexadecimal digits, for the log's whole life. */
  readonly id: string
  readonly report: EventLogReport
  readonly closed: boolean

  /**
   * Appends one event, or all of an array or none. When it fulfils they are on the disk and readers
   * see them. Appends are in the order of the calls; do not wait in between.
   */
  append(events: In | readonly In[], options?: LogAppendOptions): Promise<Appended>
  read(options?: LogReadOptions): LogReading<Out>

  /** 0: empty. */
  readonly firstPosition: number
  /** Of the last event that is on the disk; 0: empty. */
  readonly durablePosition: number
  readonly epoch: number
  /**
   * The first position whose time is at or after `time`, a Date or milliseconds since 1970; one
   * past the last when there is none.
   */
  positionAt(time: Date | number): Promise<number>
  /**
   * Raises the epoch, durably: appends that name a smaller one are refused from then on.
   * STALE_EPOCH unless it is above the log's, so of two who ask for one epoch, one gets it.
   */
  fence(epoch: number): Promise<void>
  /** The checksum of the record that holds `position`, which chains all records before it. */
  chain(position: number): Promise<LogChain>

  segments(): LogSegment[]
  /** Finishes the segment under way, so that it can be archived; nothing when it is empty. */
  roll(): Promise<void>
  /**
   * Moves finished segments that hold no event behind `through` (default: the last) into `folder`,
   * oldest first, and gives their number. Each is whole in at least one place whatever happens.
   * They are read from there as ever.
   */
  archive(folder: string, options?: { through?: number | undefined }): Promise<number>
  /** Reads everything, live and archived; empty when all is whole. */
  verify(): Promise<Finding[]>
  stats(): LogStats
  /** Settles the appends before it. Reading under way ends with CLOSED. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
