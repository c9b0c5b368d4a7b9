// What the engine does in the background, as typed events.

import type { Finding } from '../binding/finding.js'
import type { NativeEvent } from '../binding/native-types.js'

interface EventBase {
  /** The event in one line, for people. */
  text: string
}

/** The store is open; recovery is over. */
export interface OpenedEvent extends EventBase {
  kind: 'opened'
  /** Replayed from the log. */
  bytes: number
  micros: number
}

/** Opening cut an unsynced tail from the log or the manifest. */
export interface TailCutEvent extends EventBase {
  kind: 'tailCut'
  bytes: number
  file: string
}

/** The memtables of a generation are full and wait for their flush; a new log segment began. */
export interface GenerationFullEvent extends EventBase {
  kind: 'generationFull'
  /** Of memtables. */
  bytes: number
  /** The log segment with the same writes. */
  file: string
}

/** A table of level 0 was written from a memtable. */
export interface FlushedEvent extends EventBase {
  kind: 'flushed'
  namespace: string
  file: string
  bytes: number
  /** Of the whole flush, which may have written several tables. */
  micros: number
}

interface DownEvent extends EventBase {
  namespace: string
  inputLevel: number
  outputLevel: number
  /** Tables of the input level. */
  inputTables: number
  /** Tables of the output level that were merged with them. */
  metTables: number
  /** Tables that they became. */
  outputTables: number
  /** Written; 0 for a move. */
  bytes: number
  micros: number
}

/** Tables of one level were merged into the next. */
export interface CompactedEvent extends DownEvent {
  kind: 'compacted'
}

/** Tables of one level went into the next as they are, since they met nothing there. */
export interface MovedEvent extends DownEvent {
  kind: 'moved'
}

/** What writers wait for: a flush that makes room in memory, or a compaction of level 0. */
export type StallCause = 'flush' | 'compaction'

/** Writers wait from now on. */
export interface StallBeganEvent extends EventBase {
  kind: 'stallBegan'
  cause: StallCause
}

/** Writers go on. */
export interface StallEndedEvent extends EventBase {
  kind: 'stallEnded'
  cause: StallCause
  micros: number
}

/** A table that nobody needs any more was removed. */
export interface TableDeletedEvent extends EventBase {
  kind: 'tableDeleted'
  file: string
}

/** A flush or a compaction failed, and will be tried again. */
export interface BackgroundErrorEvent extends EventBase {
  kind: 'backgroundError'
  error: Error
}

/** The log or the manifest could not be written: the store is read-only until it is reopened. */
export interface FailStopEvent extends EventBase {
  kind: 'failStop'
  error: Error
}

/** A pass of the background scrub is over. */
export interface ScrubbedEvent extends EventBase {
  kind: 'scrubbed'
  /** Read to their ends. */
  files: number
  bytes: number
  /** With the waits that the rate makes. */
  micros: number
  /** What is damaged, by file; empty when all is whole. */
  findings: Finding[]
  /** Why the pass ended early; the next one begins in its time. */
  error: Error | undefined
}

/** The store is closed; with an error when closing failed. */
export interface ClosedEvent extends EventBase {
  kind: 'closed'
  error: Error | undefined
}

export type StoreEvent =
  | OpenedEvent
  | TailCutEvent
  | GenerationFullEvent
  | FlushedEvent
  | CompactedEvent
  | MovedEvent
  | StallBeganEvent
  | StallEndedEvent
  | TableDeletedEvent
  | BackgroundErrorEvent
  | FailStopEvent
  | ScrubbedEvent
  | ClosedEvent

// Those of the engine.
type Kind = Exclude<StoreEvent['kind'], 'scrubbed'>

// Which fields each kind has, besides `kind` and `text`.
const FIELDS: { readonly [K in Kind]: readonly (keyof NativeEvent)[] } = {
  opened: ['bytes', 'micros'],
  tailCut: ['bytes', 'file'],
  generationFull: ['bytes', 'file'],
  flushed: ['namespace', 'file', 'bytes', 'micros'],
  compacted: [
    ...(['namespace', 'inputLevel', 'outputLevel', 'inputTables', 'metTables'] as const),
    ...(['outputTables', 'bytes', 'micros'] as const),
  ],
  moved: [
    ...(['namespace', 'inputLevel', 'outputLevel', 'inputTables', 'metTables'] as const),
    ...(['outputTables', 'bytes', 'micros'] as const),
  ],
  stallBegan: ['cause'],
  stallEnded: ['cause', 'micros'],
  tableDeleted: ['file'],
  backgroundError: ['error'],
  failStop: ['error'],
  closed: ['error'],
}

export const EVENT_KINDS = Object.keys(FIELDS) as Kind[]

/** The engine names kinds in words ('tail cut'). */
export function eventOf(native: NativeEvent): StoreEvent {
  const kind = native.kind.replace(/[ -](.)/g, (_, letter: string) => letter.toUpperCase()) as Kind
  const fields = FIELDS[kind].map((name) => [name, native[name]] as const)
  return { kind, text: native.text, ...Object.fromEntries(fields) } as StoreEvent
}
