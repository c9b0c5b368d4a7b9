// How far a file is loaded: one entry of the namespace `ledgerstone.load`, written in the batch
// that holds the rows it speaks of.
//
//   key    [namespace, bytes of the file, digest of its first 64 KiB]
//   value  LoadState as MessagePack
//
// A file is the same file when both are the same, wherever it lies.

import { createHash } from 'node:crypto'
import { open as openFile } from 'node:fs/promises'
import { msgpack, tuple } from '../codec/registry.js'
import type { Namespace, Store } from '../store/store.js'
import { CommandError } from './failure.js'
import { OWN_PREFIX } from './target.js'

export type FileKey = readonly [namespace: string, bytes: number, digest: string]

export interface LoadState {
  /** Format, delimiter and key columns: what decides what a row becomes. */
  settings: string
  /** Rows read, bad ones included. */
  records: number
  bad: number
  /** Length of the file of bad rows. */
  badBytes: number
  /** The line that the last of the rows begins on. */
  line: number
  finished: boolean
}

export type LoadNamespace = Namespace<FileKey, LoadState>

const HEAD_BYTES = 64 * 1024
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

export interface SourceFile {
  readonly bytes: number
  readonly digest: string
  readonly isGzip: boolean
}

export async function identify(path: string): Promise<SourceFile> {
  const file = await openFile(path)
  try {
    const status = await file.stat()
    if (!status.isFile()) {
      throw new CommandError('NOT_A_FILE', `${path} is not a file; only a file can be resumed`)
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    return {
      bytes: status.size,
      digest: createHash('sha256').update(head).digest('hex').slice(0, 32),
      isGzip: head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC),
    }
  } finally {
    await file.close()
  }
}

export function loadNamespace(store: Store): LoadNamespace {
  return store.namespace(`${OWN_PREFIX}load`, {
    key: tuple<FileKey>(),
    value: msgpack<LoadState>(),
  })
}

export function startState(settings: string): LoadState {
  return { settings, records: 0, bad: 0, badBytes: 0, line: 0, finished: false }
}

/** Where to go on; a load begun with other settings cannot be gone on with. */
export function resumedState(found: LoadState | undefined, settings: string): LoadState {
  if (found === undefined) return startState(settings)
  if (found.settings === settings) return { ...found }
  throw new CommandError(
    'MISMATCH',
    `This file was loaded with ${found.settings}, not with ${settings}`,
    ['Use the same settings to go on, or --restart to load it from its first row.'],
  )
}
