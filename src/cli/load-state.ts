// How far a file is loaded: one entry of the namespace `ledgerstone.load`, written in the batch
// that holds the rows it speaks of.
//
//   key    [namespace, bytes of the file, digest of its first 64 KiB]
//   value  LoadState as MessagePack
//
// 1. A file is the same file when both are the same, wherever it lies; and what was read of it has
//    to be there still, byte for byte, before a load goes on or is called done.

import { msgpack, tuple } from '../codec/registry.js'
import type { Namespace, Store } from '../store/store.js'
import { CommandError } from './failure.js'
import { beginsWith, type Prefix, type SourceFile } from './source-file.js'
import { OWN_PREFIX } from './target.js'

export type FileKey = readonly [namespace: string, bytes: number, digest: string]

export interface LoadState {
  /** Format, delimiter and key columns: what decides what a row becomes. */
  settings: string
  /** Rows read, bad ones included. */
  records: number
  bad: number
  /** Length of the file of bad rows, and its absolute path. */
  badBytes: number
  badPath?: string
  /** The line that the last of the rows begins on. */
  line: number
  finished: boolean
  /** What was read of the file for these rows: the beginning of it, or all. */
  read: Prefix
}

export type LoadNamespace = Namespace<FileKey, LoadState>

export function loadNamespace(store: Store): LoadNamespace {
  return store.namespace(`${OWN_PREFIX}load`, {
    key: tuple<FileKey>(),
    value: msgpack<LoadState>(),
  })
}

const NOTHING_READ: Prefix = { bytes: 0, digest: '' }

function startState(settings: string): LoadState {
  const nothing = { records: 0, bad: 0, badBytes: 0, line: 0, finished: false }
  return { settings, ...nothing, read: NOTHING_READ }
}

/** Where to go on; with other settings, or when the file was changed, there is no going on. */
export async function resumedState(
  found: LoadState | undefined,
  settings: string,
  source: SourceFile,
): Promise<LoadState> {
  if (found === undefined) return startState(settings)
  if (found.settings !== settings) {
    throw new CommandError(
      'MISMATCH',
      `This file was loaded with ${found.settings}, not with ${settings}`,
      ['Use the same settings to go on, or --restart to load it from its first row.'],
    )
  }
  if (found.read.bytes === 0 || (await beginsWith(source.path, found.read))) return { ...found }
  const rows = found.finished ? 'was loaded' : `was loaded up to line ${found.line}`
  throw new CommandError(
    'FILE_CHANGED',
    `A file of the size and beginning of ${source.path} ${rows}, and this one holds other rows`,
    ['To load this one from its first row, use --restart; rows with other keys stay.'],
  )
}
