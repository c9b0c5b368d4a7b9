// Walks one namespace of memory-state.ts and fills chunks the way the engine's iterator does. A
// value that cannot be made ends the walk: what stands before it is given out, then the error.

import { closed } from '../base/errors.js'
import { compareBytes } from '../base/bytes.js'
import { FILL, RANGE } from '../binding/constants.js'
import type { NativeBound, NativeIterator } from '../binding/native-types.js'
import type { KeyVersions } from './key-versions.js'
import type { NamespaceView } from './memory-state.js'
import { type Tree, treeAfter, treeBefore } from './memory-tree.js'

const HEAD_BYTES = 8

interface Entry {
  key: Buffer
  value: Buffer
}

export class MemoryIterator implements NativeIterator {
  readonly #view: NamespaceView
  readonly #flags: number
  readonly #lower: NativeBound
  readonly #upper: NativeBound
  #next: Entry | undefined
  #failure: Error | undefined
  #closed = false
  #head = 0

  constructor(view: NamespaceView, flags: number, lower: NativeBound, upper: NativeBound) {
    this.#view = view
    this.#flags = flags
    this.#lower = (flags & RANGE.hasLower) !== 0 ? lower : undefined
    this.#upper = (flags & RANGE.hasUpper) !== 0 ? upper : undefined
    const reverse = (flags & RANGE.reverse) !== 0
    const exclusive = reverse ? RANGE.upperExclusive : RANGE.lowerExclusive
    const from = reverse ? this.#upper : this.#lower
    this.#seek(from, (flags & exclusive) === 0)
  }

  /** NativeStore.rangeHead, of which `chunk` and `entriesMax` are. */
  readHead(chunk: Uint8Array, entriesMax: number): number | this {
    try {
      this.#head = Math.max(0, this.fillMemory(chunk, entriesMax))
    } catch {
      this.#head = 0 // The next call tells it again.
    }
    const endsHere = this.#head === entriesMax && (this.#flags & RANGE.endsAtMax) !== 0
    const isAtEnd = this.#next === undefined && this.#failure === undefined
    return endsHere || isAtEnd ? this.#head : this
  }

  headSize(): number {
    return this.#head
  }

  fillSync(chunk: Uint8Array, entriesMax: number): number {
    if (this.#closed) throw closed('The iterator')
    const target = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let filled = 0
    let at = 0
    while (this.#next !== undefined && filled < entriesMax) {
      const size = this.#sizeOf(this.#next)
      if (size > target.length - at) return filled === 0 ? FILL.tooSmall : filled
      at = this.#write(this.#next, target, at)
      this.#advance()
      filled++
    }
    if (filled === 0 && this.#failure !== undefined) throw this.#failure
    return filled
  }

  fillMemory(chunk: Uint8Array, entriesMax: number): number {
    return this.fillSync(chunk, entriesMax)
  }

  async fill(chunk: Uint8Array, entriesMax: number): Promise<number> {
    return this.fillSync(chunk, entriesMax)
  }

  needed(): number {
    return this.#next === undefined ? 0 : this.#sizeOf(this.#next)
  }

  close(): void {
    this.#closed = true
  }

  /** How many entries are left, at most `limit`. */
  count(limit: number): number {
    let count = 0
    while (this.#next !== undefined && count < limit) {
      this.#advance()
      count++
    }
    if (this.#failure !== undefined && count < limit) throw this.#failure
    return count
  }

  #advance(): void {
    this.#seek(this.#next?.key, false)
  }

  // To the first entry from there on that a reader finds.
  #seek(from: NativeBound, inclusive: boolean): void {
    const reverse = (this.#flags & RANGE.reverse) !== 0
    const { root } = this.#view
    this.#next = undefined
    let node = this.#within(step(root, reverse, from, inclusive))
    for (; node !== undefined; node = this.#within(step(root, reverse, node.key, false))) {
      try {
        const value = this.#view.valueOf(node.value)
        if (value === undefined) continue
        this.#next = { key: node.key, value }
      } catch (error) {
        this.#failure = error as Error
      }
      return
    }
  }

  #within(node: Tree<KeyVersions>): Tree<KeyVersions> {
    if (node === undefined) return undefined
    if (this.#lower !== undefined) {
      const order = compareBytes(node.key, this.#lower)
      if (order < 0 || (order === 0 && (this.#flags & RANGE.lowerExclusive) !== 0)) return undefined
    }
    if (this.#upper !== undefined) {
      const order = compareBytes(node.key, this.#upper)
      if (order > 0 || (order === 0 && (this.#flags & RANGE.upperExclusive) !== 0)) return undefined
    }
    return node
  }

  #sizeOf(entry: Entry): number {
    const { key, value } = this.#parts(entry)
    return HEAD_BYTES + key.length + value.length
  }

  #parts(entry: Entry): Entry {
    return {
      key: (this.#flags & RANGE.omitKeys) !== 0 ? NOTHING : entry.key,
      value: (this.#flags & RANGE.omitValues) !== 0 ? NOTHING : entry.value,
    }
  }

  #write(entry: Entry, target: Buffer, at: number): number {
    const { key, value } = this.#parts(entry)
    target.writeUInt32LE(key.length, at)
    target.writeUInt32LE(value.length, at + 4)
    target.set(key, at + HEAD_BYTES)
    target.set(value, at + HEAD_BYTES + key.length)
    return at + HEAD_BYTES + key.length + value.length
  }
}

const NOTHING = Buffer.alloc(0)

function step(
  root: Tree<KeyVersions>,
  reverse: boolean,
  from: NativeBound,
  inclusive: boolean,
): Tree<KeyVersions> {
  return reverse ? treeBefore(root, from, inclusive) : treeAfter(root, from, inclusive)
}
