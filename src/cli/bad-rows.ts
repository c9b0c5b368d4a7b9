// The file that --skip-bad names: one JSON object a line, with line, reason and text.
//
// 1. What is appended is synced before the batch that counts it is written, and on going on the
//    file is cut to what the last such batch counted: no bad row is lost or listed twice.

import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { BadRow } from './rows.js'

export class BadRowFile {
  readonly path: string
  readonly #file: number
  #bytes: number
  #isSynced = true

  constructor(path: string, bytes: number) {
    this.path = path
    this.#file = openSync(path, bytes === 0 ? 'w' : 'r+')
    ftruncateSync(this.#file, bytes)
    this.#bytes = bytes
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
