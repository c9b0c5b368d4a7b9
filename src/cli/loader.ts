// Rows into a namespace, in batches that also hold how far the file is.
//
// 1. Rows go in in the order of the file. A batch is acknowledged after all before it, so what is
//    in the store is always the first so many rows of the file.
// 2. A row that the store refuses (such as an empty or too long key) is a bad row.
// 3. A bad row goes to the file of bad rows. Without one it ends the load: the rows before it go
//    in, and nothing behind it.

import type { Durability, Namespace, Store } from '../store/store.js'
import type { TupleElement } from '../codec/tuple.js'
import type { BadRowFile } from './bad-rows.js'
import { codeOf, CommandError } from './failure.js'
import type { FileKey, LoadNamespace, LoadState } from './load-state.js'
import { type BadRow, isBad, type ParsedRow, type Row } from './rows.js'
import type { SourceReader } from './source-file.js'

const BATCHES_IN_FLIGHT_MAX = 8
const BATCH_BYTES_MAX = 4 * 1024 * 1024

export type RowNamespace = Namespace<readonly TupleElement[], unknown>

export interface LoaderOptions {
  readonly store: Store
  readonly rows: RowNamespace
  readonly states: LoadNamespace
  readonly fileKey: FileKey
  readonly keyColumns: readonly string[]
  readonly batchRows: number
  readonly durability: Durability
  readonly badRows: BadRowFile | undefined
  readonly reader: SourceReader
}

export class Loader {
  readonly #options: LoaderOptions
  readonly #inFlight: Promise<void>[] = []
  #waiting: ParsedRow[] = []
  #waitingBytes = 0
  #submitted: LoadState
  #acknowledged: LoadState
  #failure: Error | undefined

  constructor(options: LoaderOptions, from: LoadState) {
    this.#options = options
    this.#submitted = from
    this.#acknowledged = from
  }

  /** The last state that is as safe as the durability asked for. */
  get acknowledged(): LoadState {
    return this.#acknowledged
  }

  /** Takes the next row of the file. What it returns, if anything, must be waited for. */
  add(row: ParsedRow): Promise<void> | undefined {
    this.#waiting.push(row)
    this.#waitingBytes += row.bytes
    const isFull =
      this.#waiting.length >= this.#options.batchRows || this.#waitingBytes >= BATCH_BYTES_MAX
    if (!isFull) return undefined
    this.#submit()
    return this.#room()
  }

  /** Writes what waits and settles all; `finished` when the file has no more rows. */
  async finish(finished: boolean): Promise<void> {
    this.#submit(finished)
    await Promise.all(this.#inFlight)
    this.#throwFailure()
  }

  async #room(): Promise<void> {
    if (this.#inFlight.length >= BATCHES_IN_FLIGHT_MAX) await this.#inFlight.shift()
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #submit(finished = false): void {
    if (this.#failure !== undefined) return
    const { store, states, fileKey, durability, badRows, reader } = this.#options
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    const state: LoadState = { ...this.#submitted }
    if (reader.bytesRead > state.read.bytes) state.read = reader.prefix
    const written = store.write(
      (batch) => {
        const stop = this.#fill(waiting, state, (key, value) =>
          batch.put(this.#options.rows, key, value),
        )
        if (stop !== undefined) this.#failure = badRowError(stop)
        state.finished = finished && stop === undefined
        badRows?.sync()
        batch.put(states, fileKey, { ...state })
      },
      { durability },
    )
    this.#submitted = state
    this.#inFlight.push(written.then(...this.#settlers(state)))
  }

  #settlers(state: LoadState): [() => void, (error: Error) => void] {
    const succeeded = (): void => {
      this.#acknowledged = state
    }
    const failed = (error: Error): void => {
      this.#failure = isBadRow(this.#failure) ? error : (this.#failure ?? error)
    }
    return [succeeded, failed]
  }

  // Gives the bad row at which the load must end.
  #fill(
    rows: readonly ParsedRow[],
    state: LoadState,
    put: (key: readonly TupleElement[], value: unknown) => void,
  ): BadRow | undefined {
    const { badRows } = this.#options
    for (const row of rows) {
      const bad = isBad(row) ? row : this.#putRow(row, state.records + 1, put)
      if (bad !== undefined) {
        if (badRows === undefined) return bad
        badRows.add(bad)
        state.bad++
        state.badBytes = badRows.bytes
      }
      state.records++
      state.line = row.line
    }
    return undefined
  }

  #putRow(
    row: Row,
    number: number,
    put: (key: readonly TupleElement[], value: unknown) => void,
  ): BadRow | undefined {
    try {
      put(this.#keyOf(row.value, number), row.value)
      return undefined
    } catch (error) {
      if (!REFUSALS.includes(codeOf(error))) throw error
      const reason = error instanceof Error ? error.message : String(error)
      return { line: row.line, bytes: row.bytes, reason, text: JSON.stringify(row.value) }
    }
  }

  #keyOf(value: unknown, number: number): readonly TupleElement[] {
    const { keyColumns } = this.#options
    if (keyColumns.length === 0) return [number]
    return keyColumns.map((column) => keyElement(value, column))
  }
}

const REFUSALS: readonly (string | undefined)[] = ['BAD_ROW', 'INVALID_ARGUMENT', 'INVALID_TYPE']

function keyElement(row: unknown, column: string): TupleElement {
  const isObject = typeof row === 'object' && row !== null && !Array.isArray(row)
  if (!isObject || !Object.hasOwn(row, column)) {
    throw new CommandError('BAD_ROW', `it has no field '${column}' for the key`)
  }
  const element = (row as Record<string, unknown>)[column]
  if (typeof element === 'object' && element !== null) {
    throw new CommandError('BAD_ROW', `its field '${column}' is for the key and holds an object`)
  }
  return element as TupleElement
}

function badRowError(row: BadRow): CommandError {
  return new CommandError('BAD_ROW', `Line ${row.line} cannot be loaded: ${row.reason}`, [
    'Mend the row and load the file anew, or add --skip-bad FILE to go on behind it.',
  ])
}

function isBadRow(failure: unknown): boolean {
  return codeOf(failure) === 'BAD_ROW'
}
