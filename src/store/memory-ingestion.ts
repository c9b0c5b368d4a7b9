// Ingestions of a store in memory: entries are kept aside until the commit.

import { LedgerstoneError, closed, conflict, invalidArgument } from '../base/errors.js'
import { compareBytes } from '../base/bytes.js'
import type { Ingested, NativeIngestion } from '../binding/native-types.js'
import { type BatchEntry, parseBatches } from './memory-batch.js'
import type { MemoryState } from './memory-state.js'

const NOTHING = Buffer.alloc(0)

export class MemoryIngestions {
  readonly #state: MemoryState
  #busy = false

  constructor(state: MemoryState) {
    this.#state = state
  }

  begin(id: number): NativeIngestion {
    const info = this.#state.namespaces().find((each) => each.id === id)
    if (info === undefined) throw invalidArgument(`Namespace ${id} does not exist (dropped?)`)
    if (info.derived) throw notSupported('a derived namespace')
    if (this.#state.history.keepsStates) throw notSupported('a store with retention')
    if (this.#busy) throw conflict('Another ingestion is under way')
    this.#busy = true
    return new MemoryIngestion(this.#state, () => {
      this.#busy = false
    })
  }
}

class MemoryIngestion implements NativeIngestion {
  readonly #state: MemoryState
  readonly #ended: () => void
  readonly #entries: BatchEntry[] = []
  #bytes = 0
  #closed = false

  constructor(state: MemoryState, ended: () => void) {
    this.#state = state
    this.#ended = ended
  }

  async add(bytes: Uint8Array, length: number, entryCount: number): Promise<void> {
    this.#requireOpen()
    for (const { entries } of parseBatches(bytes.subarray(0, length), entryCount)) {
      for (const entry of entries) this.#take(entry)
    }
  }

  entries(): number {
    return this.#entries.length
  }

  async commit(): Promise<Ingested> {
    this.#requireOpen()
    if (this.#entries.length > 0) {
      this.#state.apply([{ entries: this.#entries, bytes: NOTHING }], false)
      this.#state.history.passBy()
    }
    const sequence = this.#state.newest()
    return { entries: this.#entries.length, bytes: this.#bytes, sequence }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#ended()
  }

  #take(entry: BatchEntry): void {
    const last = this.#entries.at(-1)
    if (last !== undefined && compareBytes(last.key, entry.key) >= 0) {
      throw invalidArgument(`Entry ${this.#entries.length} of an ingestion does not rise`)
    }
    this.#entries.push(entry)
    this.#bytes += entry.key.length + entry.value.length
  }

  #requireOpen(): void {
    this.#state.requireOpen()
    if (this.#closed) throw closed('The ingestion')
  }
}

function notSupported(what: string): LedgerstoneError {
  return new LedgerstoneError('NOT_SUPPORTED', `Nothing is ingested into ${what}`)
}
