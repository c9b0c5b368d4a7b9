// The file that --skip-bad names: one JSON object a line, with line, reason and text.
//
// 1. What is appended is synced before the batch that counts it is written, and on going on the
//    file is cut to what the last such batch counted: no bad row is lost or listed twice.
// 2. Only a file that this load made itself is ever cut: a new one must not be there, or be empty,
//    and the path of the one in use is recorded before the first row goes into it.

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOf, CommandError } from './failure.js'
import type { LoadState } from './load-state.js'
import type { BadRow } from './rows.js'
import { type FileIdentity, isSameFile } from './source-file.js'

export class BadRowFile {
  readonly #file: number
  #bytes: number
  #isSynced = true

  /** `source` is the file that is loaded; this must be another one. */
  constructor(path: string, from: LoadState, source: FileIdentity) {
    const full = resolve(path)
    const isOwn = from.badPath === full
    if (!isOwn && from.badBytes > 0) throw otherFile(path, from)
    this.#file = isOwn ? openSync(full, 'r+') : openNew(full)
    this.#bytes = from.badBytes
    try {
      const { size, ...identity } = fstatSync(this.#file, { bigint: true })
      if (isSameFile(identity, source)) throw refusal(`${path} is the file that is loaded`)
      if (!isOwn && size > 0n) throw refusal(`${path} is there already and is not empty`)
      if (size < this.#bytes) {
        throw refusal(`${path} has ${size} bytes, fewer than the ${this.#bytes} set aside in it`)
      }
      ftruncateSync(this.#file, this.#bytes)
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  add(row: BadRow): void {
    const { line, reason, text } = row
    const bytes = Buffer.from(`${JSON.stringify({ line, reason, text })}\n`)
    for (let written = 0; written < bytes.length; ) {
      const left = bytes.length - written
      const more = writeSync(this.#file, bytes, written, left, this.#bytes)
      written += more
      this.#bytes += more
    }
    this.#isSynced = false
  }

  sync(): void {
    if (!this.#isSynced) fsyncSync(this.#file)
    this.#isSynced = true
  }

  close(): void {
    closeSync(this.#file)
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx')
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return openSync(path, 'r+')
    throw error
  }
}

function refusal(message: string): CommandError {
  return new CommandError('BAD_ROW_FILE', message, [
    'Nothing in it was changed. Name another file with --skip-bad, or move this one away.',
  ])
}

function otherFile(path: string, { badPath }: LoadState): CommandError {
  return new CommandError('BAD_ROW_FILE', `The bad rows so far are in ${badPath}, not in ${path}`, [
    'Name that file with --skip-bad to go on, or use --restart to begin at the first row.',
  ])
}
