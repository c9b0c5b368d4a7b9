// Reads back the batch format that write-buffer.ts writes; its grammar is there.

import { invalidArgument } from '../base/errors.js'
import { ENTRY_KIND } from '../binding/constants.js'

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
  const reader = new BatchReader(Buffer.from(bytes))
  const entries: BatchEntry[] = []
  while (!reader.atEnd()) entries.push(reader.entry())
  if (entries.length !== entryCount) {
    throw invalidArgument(`A batch of ${entryCount} entries holds ${entries.length}`)
  }
  return entries
}

class BatchReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  entry(): BatchEntry {
    const kind = this.#byte()
    if (!KINDS.has(kind)) {
      throw invalidArgument(`A batch entry of the unknown kind ${kind}`)
    }
    const namespaceId = this.#varint()
    const key = this.#sized()
    return { kind, namespaceId, key, value: kind === ENTRY_KIND.delete ? NOTHING : this.#sized() }
  }

  #sized(): Buffer {
    const size = this.#varint()
    const start = this.#at
    if (size > this.#bytes.length - start) throw cutShort()
    this.#at += size
    return this.#bytes.subarray(start, this.#at)
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw cutShort()
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw cutShort()
    return byte
  }
}

function cutShort(): Error {
  return invalidArgument('A batch entry is cut short')
}
