// Reads back the batch format that write-buffer.ts writes; its grammar is there.

import { invalidArgument } from '../base/errors.js'
import { ENTRY_KIND } from '../binding/constants.js'
import { ByteReader } from './byte-reader.js'

export interface BatchEntry {
  /** One of ENTRY_KIND. */
  kind: number
  namespaceId: number
  /** Of a range delete: where it begins. */
  key: Buffer
  /** As the kind has it; empty for a delete. */
  value: Buffer
}

const KINDS: ReadonlySet<number> = new Set(Object.values(ENTRY_KIND))
const NOTHING = Buffer.alloc(0)

/** The entries of `bytes`, which are copied. */
export function parseBatch(bytes: Uint8Array, entryCount: number): BatchEntry[] {
  const reader = new ByteReader(Buffer.from(bytes), 'A batch entry')
  const entries: BatchEntry[] = []
  while (!reader.atEnd()) entries.push(entryFrom(reader))
  if (entries.length !== entryCount) {
    throw invalidArgument(`A batch of ${entryCount} entries holds ${entries.length}`)
  }
  return entries
}

function entryFrom(reader: ByteReader): BatchEntry {
  const kind = reader.byte()
  if (!KINDS.has(kind)) throw invalidArgument(`A batch entry of the unknown kind ${kind}`)
  const namespaceId = reader.varint()
  const key = reader.sized()
  return { kind, namespaceId, key, value: kind === ENTRY_KIND.delete ? NOTHING : reader.sized() }
}
