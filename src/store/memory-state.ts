// The contents of a store in memory: namespaces, the newest state and the snapshots.
//
// 1. A state is an immutable root per namespace; a snapshot or iterator keeps the roots it began
//    with.
// 2. A batch is checked before any of it is applied.

import { LedgerstoneError, closed, invalidArgument } from '../base/errors.js'
import type { NativeNamespaceInfo, NativeNamespaceOptions } from '../binding/native-types.js'
import type { BatchEntry } from './memory-batch.js'
import { type Tree, treeDelete, treePut } from './memory-tree.js'

interface State {
  sequence: bigint
  roots: ReadonlyMap<number, Tree>
}

export const NEWEST = 0

export class MemoryState {
  readonly #namespaces = new Map<number, NativeNamespaceInfo>()
  readonly #snapshots = new Map<number, State>()
  #newest: State = { sequence: 0n, roots: new Map() }
  #namespaceIds = 0
  #snapshotIds = 0
  #closed = false

  requireOpen(): void {
    if (this.#closed) throw closed('The store')
  }

  close(): void {
    this.#closed = true
    this.#snapshots.clear()
    this.#newest = { sequence: this.#newest.sequence, roots: new Map() }
  }

  namespace(name: string, options: NativeNamespaceOptions): number {
    this.requireOpen()
    for (const info of this.#namespaces.values()) if (info.name === name) return info.id
    const id = ++this.#namespaceIds
    this.#namespaces.set(id, { id, name, ...options })
    return id
  }

  namespaces(): NativeNamespaceInfo[] {
    this.requireOpen()
    return [...this.#namespaces.values()]
  }

  drop(id: number): void {
    this.requireOpen()
    this.#namespaces.delete(id)
    const roots = new Map(this.#newest.roots)
    roots.delete(id)
    this.#newest = { sequence: this.#newest.sequence + 1n, roots }
  }

  snapshot(): number {
    this.requireOpen()
    this.#snapshots.set(++this.#snapshotIds, this.#newest)
    return this.#snapshotIds
  }

  release(id: number): void {
    this.#snapshots.delete(id)
  }

  view(snapshot: number): State {
    this.requireOpen()
    if (snapshot === NEWEST) return this.#newest
    const state = this.#snapshots.get(snapshot)
    if (state === undefined) throw new LedgerstoneError('CLOSED', 'The snapshot was released')
    return state
  }

  root(id: number, snapshot: number): Tree {
    return this.view(snapshot).roots.get(id)
  }

  apply(entries: readonly BatchEntry[], derived: boolean): void {
    this.requireOpen()
    for (const { namespaceId } of entries) {
      if (this.#namespaces.get(namespaceId)?.derived === derived) continue
      throw invalidArgument(`A batch entry for the unfit namespace ${namespaceId}`)
    }
    const roots = new Map(this.#newest.roots)
    for (const { namespaceId: id, key, value } of entries) {
      const root = roots.get(id)
      roots.set(id, value === undefined ? treeDelete(root, key) : treePut(root, key, value))
    }
    this.#newest = { sequence: this.#newest.sequence + BigInt(entries.length), roots }
  }

  get snapshots(): number {
    return this.#snapshots.size
  }
}
