// Walks one root of memory-tree.ts and fills chunks the way the engine's iterator does.

import { closed } from '../base/errors.js'
import { compareBytes } from '../base/bytes.js'
import { FILL, RANGE } from '../binding/constants.js'
import type { NativeBound, NativeIterator } from '../binding/native-types.js'
import { type Tree, type TreeNode, treeAfter, treeBefore } from './memory-tree.js'

const HEAD_BYTES = 8

export class MemoryIterator implements NativeIterator {
  readonly #root: Tree
  readonly #flags: number
  readonly #lower: NativeBound
  readonly #upper: NativeBound
  #next: Tree
  #closed = false

  constructor(root: Tree, flags: number, lower: NativeBound, upper: NativeBound) {
    this.#root = root
    this.#flags = flags
    this.#lower = (flags & RANGE.hasLower) !== 0 ? lower : undefined
    this.#upper = (flags & RANGE.hasUpper) !== 0 ? upper : undefined
    const reverse = (flags & RANGE.reverse) !== 0
    const exclusive = reverse ? RANGE.upperExclusive : RANGE.lowerExclusive
    const from = reverse ? this.#upper : this.#lower
    this.#next = this.#within(step(root, reverse, from, (flags & exclusive) === 0))
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
    return count
  }

  #advance(): void {
    const reverse = (this.#flags & RANGE.reverse) !== 0
    this.#next = this.#within(step(this.#root, reverse, this.#next?.key, false))
  }

  #within(node: Tree): Tree {
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

  #sizeOf(node: TreeNode): number {
    const { key, value } = this.#parts(node)
    return HEAD_BYTES + key.length + value.length
  }

  #parts(node: TreeNode): { key: Buffer; value: Buffer } {
    return {
      key: (this.#flags & RANGE.omitKeys) !== 0 ? NOTHING : node.key,
      value: (this.#flags & RANGE.omitValues) !== 0 ? NOTHING : node.value,
    }
  }

  #write(node: TreeNode, target: Buffer, at: number): number {
    const { key, value } = this.#parts(node)
    target.writeUInt32LE(key.length, at)
    target.writeUInt32LE(value.length, at + 4)
    target.set(key, at + HEAD_BYTES)
    target.set(value, at + HEAD_BYTES + key.length)
    return at + HEAD_BYTES + key.length + value.length
  }
}

const NOTHING = Buffer.alloc(0)

function step(root: Tree, reverse: boolean, from: NativeBound, inclusive: boolean): Tree {
  return reverse ? treeBefore(root, from, inclusive) : treeAfter(root, from, inclusive)
}
