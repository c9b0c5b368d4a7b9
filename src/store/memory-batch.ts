// Reads back the batch format that write-buffer.ts writes; its grammar is there.

import { invalidArgument } from '../base/errors.js'
import { encodeVarint } from '../base/varint.js'
import { ENTRY_KIND, LOG_KIND } from '../binding/constants.js'
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

export interface ParsedBatch {
  entries: BatchEntry[]
  /** The same as bytes. */
  bytes: Buffer
}

/** The batches of `bytes`, which are copied; a boundary stands between each two. */
export function parseBatches(bytes: Uint8Array, entryCount: number): ParsedBatch[] {
  const copy = Buffer.from(bytes)
  const reader = new ByteReader(copy, 'A batch entry')
  const batches: ParsedBatch[] = []
  let parsed = 0
  while (!reader.atEnd()) {
    if (batches.length > 0) reader.byte()
    const start = reader.position
    const entries = [entryFrom(reader)]
    while (!reader.atEnd() && reader.peek() !== LOG_KIND.batchBoundary) {
      entries.push(entryFrom(reader))
    }
    batches.push({ entries, bytes: copy.subarray(start, reader.position) })
    parsed += entries.length
  }
  if (parsed !== entryCount) {
    throw invalidArgument(`A batch of ${entryCount} entries holds ${parsed}`)
  }
  return batches
}

function entryFrom(reader: ByteReader): BatchEntry {
  const kind = reader.byte()
  if (!KINDS.has(kind)) throw invalidArgument(`A batch entry of the unknown kind ${kind}`)
  const namespaceId = reader.varint()
  const key = reader.sized()
  return { kind, namespaceId, key, value: kind === ENTRY_KIND.delete ? NOTHING : reader.sized() }
}

/** An entry by which the store itself tells of a namespace. */
export function namespaceEntry(kind: number, id: number, name: string, options?: Buffer): Buffer {
  const key = Buffer.from(name)
  const parts = [Buffer.of(kind), encodeVarint(id), encodeVarint(key.length), key]
  if (options !== undefined) parts.push(encodeVarint(options.length), options)
  return Buffer.concat(parts)
}
