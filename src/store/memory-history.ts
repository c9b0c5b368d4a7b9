// The past of a store in memory: the batches that changes() gives, and the states behind them.
//
// 1. What is kept is the end of the history, within retention; without it only so much as readers
//    at work need, and no states.
// 2. `floor` is the newest sequence of what was let go: everything after it is here.

import { notRetained } from '../base/errors.js'

const BYTES_WITHOUT_RETENTION = 4 * 1024 * 1024

export interface Retention {
  bytes: number
  age: number
}

export interface PastBatch<State> {
  first: bigint
  last: bigint
  count: number
  /** As the log has them; undefined for derived namespaces, which are not in the log. */
  entries: Uint8Array | undefined
  /** After it. */
  state: State
}

interface Kept<State> extends PastBatch<State> {
  committedMs: number
}

export class MemoryHistory<State> {
  floor = 0n
  readonly #retention: Retention
  readonly #now: () => number
  // From #start on; those before it were let go and wait to be cut off.
  #batches: Kept<State>[] = []
  #start = 0
  #bytes = 0
  #floorState: State
  #waiting: (() => void)[] = []

  /** `state`: before everything. */
  constructor(retention: Retention, now: () => number, state: State) {
    this.#floorState = state
    this.#retention = retention
    this.#now = now
  }

  get keepsStates(): boolean {
    return this.#retention.bytes > 0 || this.#retention.age > 0
  }

  add(batch: PastBatch<State>): void {
    this.#batches.push({ ...batch, committedMs: this.#now() })
    this.#bytes += batch.entries?.length ?? 0
    this.#trim()
    this.wake()
  }

  /** The first batch that ends above `sequence`. NOT_RETAINED below the floor. */
  next(sequence: bigint): PastBatch<State> | undefined {
    this.#trim()
    if (sequence < this.floor) throw notRetained(sequence, this.floor)
    let low = this.#start
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.last > sequence) high = middle
      else low = middle + 1
    }
    return this.#batches[low]
  }

  /** The state after the batch that the sequence is in. NOT_RETAINED below the floor. */
  stateAt(sequence: bigint): State {
    this.#trim()
    if (sequence === this.floor) return this.#floorState
    const batch = this.next(sequence - 1n)
    if (batch === undefined) throw notRetained(sequence, this.floor)
    return batch.state
  }

  /** Nothing up to the last batch can be asked for any more: something came past the log. */
  passBy(): void {
    const last = this.#batches.at(-1)
    if (last === undefined) return
    this.floor = last.last
    this.#floorState = last.state
    this.#batches = []
    this.#start = this.#bytes = 0
  }

  /** Fulfils when a batch was added, or by wake(). */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  wake(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const ready of waiting) ready()
  }

  #trim(): void {
    const { age } = this.#retention
    const bytes = this.keepsStates ? this.#retention.bytes : BYTES_WITHOUT_RETENTION
    const oldestMs = this.#now() - age
    for (; this.#start < this.#batches.length; this.#start++) {
      const batch = this.#batches[this.#start]!
      const tooMany = bytes > 0 && this.#bytes > bytes
      if (!tooMany && (age === 0 || batch.committedMs >= oldestMs)) break
      this.#bytes -= batch.entries?.length ?? 0
      this.floor = batch.last
      this.#floorState = batch.state
    }
    if (this.#start * 2 > this.#batches.length + 16) {
      this.#batches = this.#batches.slice(this.#start)
      this.#start = 0
    }
  }
}
