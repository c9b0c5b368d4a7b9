// Explicit snapshots: what db.snapshot() gives, around a snapshot of the store.

import { AbstractSnapshot } from 'abstract-level'
import { InvalidTypeError } from '../base/errors.js'
import type { StoreParts } from '../store/namespace-handle.js'
import { SnapshotHandle } from '../store/snapshot.js'

// Its constructor is undocumented for users, not for implementations.
const Base = AbstractSnapshot as new (options: object) => AbstractSnapshot

export class LevelSnapshot extends Base {
  readonly #handle: SnapshotHandle

  constructor(native: StoreParts['native'], options: object) {
    super(options)
    this.#handle = new SnapshotHandle(native)
  }

  /** The engine's id for a read of the store behind `native`. */
  idFor(native: StoreParts['native']): number {
    return this.#handle.idFor(native)
  }

  async _close(): Promise<void> {
    this.#handle.release()
  }
}

const NEWEST = 0

export function snapshotIdOf(snapshot: unknown, native: StoreParts['native']): number {
  if (snapshot === undefined || snapshot === null) return NEWEST
  if (snapshot instanceof LevelSnapshot) return snapshot.idFor(native)
  throw new InvalidTypeError('The snapshot must come from the snapshot() of a LedgerstoneLevel')
}
