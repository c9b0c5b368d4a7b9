// What the parent tells the booking process to do, and what that one tells back.

import type { OpenReport } from 'ledgerstone'

export interface Job {
  store: string
  /** A file, or undefined for the sample. */
  file: string | undefined
  sampleRows: number
  source: string
  /** End like a power cut when this many rows are handed over; undefined: finish. */
  dieAtRow: number | undefined
}

export interface Written {
  syncs: number
  logBytes: number
  flushBytes: number
  compactionBytes: number
}

export type Message =
  | { kind: 'opened'; report: OpenReport; rows: number }
  | { kind: 'acknowledged'; rows: number; seconds: number; written: Written }
  | { kind: 'done'; rows: number; seconds: number; written: Written }
  | { kind: 'failed'; message: string }
