// A view of the whole store as of one sequence. It holds back the engine's garbage until released;
// one that was forgotten is released when it is collected.

import { InvalidTypeError, LedgerstoneError, invalidArgument, kindOf } from '../base/errors.js'
import type { NativeStore } from '../binding/native-types.js'
import type { SnapshotOptions } from './change.js'
import { checkedOptions } from './options.js'
import type { ReadOptions, Snapshot } from './store.js'

interface Held {
  native: NativeStore
  id: number
}

const forgotten = new FinalizationRegistry<Held>(release)

function release({ native, id }: Held): void {
  try {
    native.releaseSnapshot(id)
  } catch {
    // The store was closed first and took the snapshot with it.
  }
}

export class SnapshotHandle implements Snapshot {
  readonly sequence: bigint
  readonly #native: NativeStore
  readonly #id: number
  #released = false

  /** `id`: the engine's, this handle's to release. Default: of a snapshot of the newest state. */
  constructor(native: NativeStore, id: number = native.snapshot()) {
    this.#native = native
    this.#id = id
    this.sequence = native.snapshotSequence(this.#id)
    forgotten.register(this, { native, id: this.#id }, this)
  }

  /** The engine's id for a read of the store behind `native`. */
  idFor(native: NativeStore): number {
    if (native !== this.#native) throw invalidArgument('The snapshot is of another store')
    if (this.#released) throw new LedgerstoneError('CLOSED', 'The snapshot was released')
    return this.#id
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    forgotten.unregister(this)
    release({ native: this.#native, id: this.#id })
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** The engine's snapshot of an old sequence. */
export async function snapshotAt(
  engine: () => NativeStore,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const native = engine()
  const { at } = checkedOptions('snapshot', options, ['at'])
  if (typeof at !== 'bigint') throw new InvalidTypeError(`at must be a bigint, not ${kindOf(at)}`)
  if (at < 0n || at >= 2n ** 64n) throw invalidArgument(`at must be a sequence; found ${at}`)
  const id = await native.snapshotAt(at)
  return new SnapshotHandle(engine(), id)
}

const NEWEST = 0

export function snapshotIdOf(options: ReadOptions | undefined, native: NativeStore): number {
  if (options === undefined) return NEWEST
  const snapshot: unknown = options.snapshot
  if (snapshot === undefined) return NEWEST
  if (snapshot instanceof SnapshotHandle) return snapshot.idFor(native)
  throw new InvalidTypeError(`snapshot must come from store.snapshot(), not be ${kindOf(snapshot)}`)
}
