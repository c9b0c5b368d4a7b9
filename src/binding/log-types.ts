// The event log of the add-on as TypeScript sees it. The log in memory implements NativeEventLog
// too, so everything above this file is the same code for both.
//
// 1. Positions, epochs and microseconds are whole numbers below 2^53.
// 2. `onSettled(ticket, error, first, last, micros, epoch)` comes once for each ticket, in order of
//    position for what was appended. Without an error it was appended, or done. `last` and `epoch`
//    are the log's when the error is POSITION_MISMATCH or STALE_EPOCH. Numbers that do not apply
//    are 0.
// 3. The buffer given to setWriteBuffer stays in use until it is replaced; append is done with it
//    when it returns.

import type { NativeFailure } from './native-types.js'

export type OnSettled = (
  ticket: number,
  error: Error | undefined,
  first: number,
  last: number,
  micros: number,
  epoch: number,
) => void

export interface NativeLogOptions {
  createIfMissing: boolean
  errorIfExists: boolean
  readOnly: boolean
  /** 0: the default. */
  segmentBytes: number
  /** '': nowhere. */
  archiveDirectory: string
}

export interface EventLogReport {
  /** Whether this open made the log. */
  created: boolean
  /** Whether its last owner closed it. */
  cleanClose: boolean
  segments: number
  /** Bytes of an unsynced tail that were cut. */
  cutBytes: number
  /** Whether whole records stood behind the cut. */
  validBeyondCut: boolean
  cutFile: string
  cutOffset: number
  /** Entries of the index that were damaged, or ahead of the records. */
  indexEntriesDropped: number
  indexEntriesRebuilt: number
  micros: number
}

export interface NativeSegment {
  number: number
  /** 0: no events. */
  first: number
  last: number
  firstMicros: number
  lastMicros: number
  bytes: number
  finished: boolean
  archived: boolean
  /** Of its last record. */
  chain: number
  /** Of an archived segment: where it is; else ''. */
  directory: string
  /** Of a finished segment that was read back: 32 hexadecimal digits; else ''. */
  digest: string
}

/**
 * Reads a run of positions into chunks.
 *
 *   chunk := run*
 *   run   := first: f64, micros: f64, count: u32, bytes: u32, size: u32 × count, event × count
 *
 * Little-endian. Events of a run follow each other from position `first` on, and were appended at
 * the same time; `bytes` are those of the events.
 */
export interface NativeLogCursor {
  /**
   * Gives the bytes written, 0 at the end, or a negative number when the next event alone needs
   * that many bytes. Called again only when it is settled.
   */
  fill(chunk: Uint8Array): Promise<number>
  close(): void
}

export interface NativeEventLog {
  openReport(): EventLogReport
  /** 32 hexadecimal digits. */
  logId(): string

  setWriteBuffer(bytes: Uint8Array): void
  /** `length` bytes: `count` times a varint size and that many bytes. Gives a ticket. */
  append(
    length: number,
    count: number,
    expected: number | undefined,
    epoch: number | undefined,
  ): number
  fence(epoch: number): number
  roll(): number

  /** 0: empty. */
  firstPosition(): number
  durablePosition(): number
  epoch(): number
  chain(position: number): Promise<{ chain: number; last: number }>
  seekTime(micros: number): Promise<number>
  /** Both ends included; both are positions of the log. */
  read(from: number, to: number): NativeLogCursor
  segments(): NativeSegment[]
  archive(directory: string, through: number): Promise<number>
  verify(): Promise<NativeFailure[]>
  close(): Promise<void>
}
