// The contents of a store in memory: namespaces, the newest state and the snapshots.
//
// 1. A state is an immutable root per namespace; a snapshot or iterator keeps the roots it began
//    with.
// 2. A batch is checked before any of it is applied.
// 3. Values are made when they are read: of the versions of a key, at the moment of the read.

import { LedgerstoneError, closed, conflict, invalidArgument, notRetained } from '../base/errors.js'
import { ENTRY_KIND, LOG_KIND, MERGE_OPERATOR } from '../binding/constants.js'
import type { NativeNamespaceInfo, NativeNamespaceOptions } from '../binding/native-types.js'
import { type KeyVersions, valueOf, versionsAfter } from './key-versions.js'
import { type BatchEntry, type ParsedBatch, namespaceEntry } from './memory-batch.js'
import { MemoryHistory, type Retention } from './memory-history.js'
import { type Read, holdsKey, meetsRange } from './memory-read-set.js'
import { encodeNamespaceOptions } from './namespace-options.js'
import { type Tree, treeDelete, treeDeleteRange, treeGet, treePut } from './memory-tree.js'

interface VersionedKey extends KeyVersions {
  /** The sequence of the last write of the key. */
  readonly version: bigint
}

type Root = Tree<VersionedKey>

export interface FoundEntry {
  value: Buffer
  version: bigint
}

// What was written, or erased; undefined for a namespace that was dropped.
interface RecentWrite {
  namespaceId: number
  entry: BatchEntry | undefined
  sequence: bigint
}

interface State {
  sequence: bigint
  roots: ReadonlyMap<number, Root>
}

/** One namespace as of one state. */
export interface NamespaceView {
  readonly root: Root
  valueOf(versions: KeyVersions): Buffer | undefined
}

export const NEWEST = 0

export class MemoryState {
  readonly #namespaces = new Map<number, NativeNamespaceInfo>()
  readonly #snapshots = new Map<number, State>()
  readonly #transactions = new Set<number>()
  // What was written since the oldest open transaction began, at least.
  #recent: RecentWrite[] = []
  #newest: State = { sequence: 0n, roots: new Map() }
  readonly history: MemoryHistory<State>
  #namespaceIds = 0
  #snapshotIds = 0
  #closed = false
  readonly #now: () => number

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number, retention: Retention) {
    this.#now = now
    this.history = new MemoryHistory(retention, now, this.#newest)
  }

  newest(): bigint {
    return this.#newest.sequence
  }

  requireOpen(): void {
    if (this.#closed) throw closed('The store')
  }

  close(): void {
    this.#closed = true
    this.#snapshots.clear()
    this.#newest = { sequence: this.#newest.sequence, roots: new Map() }
    this.history.wake()
  }

  namespace(name: string, options: NativeNamespaceOptions): number {
    this.requireOpen()
    for (const info of this.#namespaces.values()) if (info.name === name) return info.id
    const id = ++this.#namespaceIds
    this.#namespaces.set(id, { id, name, ...options })
    const encoded = encodeNamespaceOptions(options)
    this.#advance(
      this.#newest.roots,
      1,
      namespaceEntry(LOG_KIND.createNamespace, id, name, encoded),
    )
    return id
  }

  namespaces(): NativeNamespaceInfo[] {
    this.requireOpen()
    return [...this.#namespaces.values()]
  }

  drop(id: number): void {
    this.requireOpen()
    const name = this.#namespaces.get(id)?.name ?? ''
    this.#namespaces.delete(id)
    const roots = new Map(this.#newest.roots)
    roots.delete(id)
    this.#advance(roots, 1, namespaceEntry(LOG_KIND.dropNamespace, id, name))
    this.#remember(id, undefined, this.#newest.sequence)
  }

  beginTransaction(): number {
    const id = this.snapshot()
    this.#transactions.add(id)
    return id
  }

  /** Fails with CONFLICT when a read was written since the transaction began. Ends it. */
  endTransaction(id: number, reads: readonly Read[]): void {
    const { sequence } = this.view(id)
    const written = this.#recent.some(
      (write) => write.sequence > sequence && reads.some((read) => touches(write, read)),
    )
    this.release(id)
    if (written) throw conflict('What was read has been written since')
  }

  snapshot(): number {
    this.requireOpen()
    this.#snapshots.set(++this.#snapshotIds, this.#newest)
    return this.#snapshotIds
  }

  /** A snapshot after the batch that the sequence is in. */
  snapshotAt(sequence: bigint): number {
    this.requireOpen()
    const newest = this.newest()
    if (sequence > newest) {
      throw invalidArgument(`A snapshot of ${sequence}, which is above the newest, ${newest}`)
    }
    if (sequence < newest && !this.history.keepsStates) throw notRetained(sequence, newest)
    const state = sequence === newest ? this.#newest : this.history.stateAt(sequence)
    this.#snapshots.set(++this.#snapshotIds, state)
    return this.#snapshotIds
  }

  release(id: number): void {
    this.#snapshots.delete(id)
    if (this.#transactions.delete(id) && this.#transactions.size === 0) this.#recent = []
  }

  view(snapshot: number): State {
    this.requireOpen()
    if (snapshot === NEWEST) return this.#newest
    const state = this.#snapshots.get(snapshot)
    if (state === undefined) throw new LedgerstoneError('CLOSED', 'The snapshot was released')
    return state
  }

  namespaceView(id: number, snapshot: number): NamespaceView {
    const root = this.view(snapshot).roots.get(id)
    const merge = this.#mergeOf(id)
    return { root, valueOf: (versions) => valueOf(versions, merge, this.#now()) }
  }

  find(id: number, snapshot: number, key: Uint8Array): FoundEntry | undefined {
    const versions = treeGet(this.view(snapshot).roots.get(id), key)
    if (versions === undefined) return undefined
    const value = valueOf(versions, this.#mergeOf(id), this.#now())
    return value && { value, version: versions.version }
  }

  apply(batches: readonly ParsedBatch[], derived: boolean): void {
    this.requireOpen()
    for (const { entries } of batches) {
      for (const entry of entries) this.#requireFit(entry, derived)
    }
    for (const { entries, bytes } of batches) {
      const roots = new Map(this.#newest.roots)
      let { sequence } = this.#newest
      for (const entry of entries) {
        sequence++
        roots.set(entry.namespaceId, changed(roots.get(entry.namespaceId), entry, sequence))
        this.#remember(entry.namespaceId, entry, sequence)
      }
      this.#advance(roots, entries.length, derived ? undefined : bytes)
    }
  }

  #requireFit({ namespaceId, kind }: BatchEntry, derived: boolean): void {
    const isFit =
      this.#namespaces.get(namespaceId)?.derived === derived &&
      (kind !== ENTRY_KIND.merge || this.#mergeOf(namespaceId) !== MERGE_OPERATOR.none)
    if (!isFit) throw invalidArgument(`A batch entry for the unfit namespace ${namespaceId}`)
  }

  #advance(roots: State['roots'], count: number, entries: Uint8Array | undefined): void {
    const first = this.#newest.sequence + 1n
    const last = this.#newest.sequence + BigInt(count)
    this.#newest = { sequence: last, roots }
    this.history.add({ first, last, count, entries, state: this.#newest })
  }

  #remember(namespaceId: number, entry: BatchEntry | undefined, sequence: bigint): void {
    if (this.#transactions.size > 0) this.#recent.push({ namespaceId, entry, sequence })
  }

  get snapshots(): number {
    return this.#snapshots.size
  }

  #mergeOf(id: number): number {
    return this.#namespaces.get(id)?.merge ?? MERGE_OPERATOR.none
  }
}

function touches({ namespaceId, entry }: RecentWrite, read: Read): boolean {
  if (namespaceId !== read.namespaceId) return false
  if (entry === undefined) return true
  const { kind, key, value } = entry
  return kind === ENTRY_KIND.deleteRange ? meetsRange(read, key, value) : holdsKey(read, key)
}

function changed(root: Root, entry: BatchEntry, version: bigint): Root {
  const { kind, key, value } = entry
  if (kind === ENTRY_KIND.deleteRange) return treeDeleteRange(root, key, value)
  const versions = versionsAfter(treeGet(root, key), entry)
  if (versions === undefined) return treeDelete(root, key)
  return treePut(root, key, { ...versions, version })
}
