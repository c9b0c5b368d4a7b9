// The files of a closed store, for tests that change some of their bytes.
// Formats: docs/format/file-header.md and docs/format/manifest.md.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32c } from './crc32c.js'

const VERSION_AT = 10
const FEATURES_AT = 12
const HEADER_CHECKSUM_AT = 44
const CURRENT_CHECKSUM_AT = 56

/** The name of the newest file with this ending. */
export function newestFile(folder: string, ending: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending))
  const newest = names.sort().at(-1)
  if (newest === undefined) throw new Error(`${folder} holds no file *${ending}`)
  return newest
}

export function edit(folder: string, name: string, change: (bytes: Buffer) => Buffer | void): void {
  const file = join(folder, name)
  const bytes = readFileSync(file)
  writeFileSync(file, change(bytes) ?? bytes)
}

/** Changes the header of a file, and makes its checksums right again. */
export function forgeHeader(
  folder: string,
  name: string,
  header: { version?: number; features?: number },
): void {
  edit(folder, name, (bytes) => {
    if (header.version !== undefined) bytes.writeUInt16LE(header.version, VERSION_AT)
    if (header.features !== undefined) bytes.writeUInt32LE(header.features, FEATURES_AT)
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, HEADER_CHECKSUM_AT)), HEADER_CHECKSUM_AT)
    if (name !== 'CURRENT') return
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, CURRENT_CHECKSUM_AT)), CURRENT_CHECKSUM_AT)
  })
}
