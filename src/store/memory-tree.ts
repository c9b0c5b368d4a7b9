// A sorted map of bytes that is never changed: every change gives a new root and shares the rest.
// A treap whose priorities are hashes of the keys, so that its shape does not depend on the order
// of insertion. All functions are pure.

import { compareBytes } from '../base/bytes.js'

export interface TreeNode<V> {
  readonly key: Buffer
  readonly value: V
  readonly priority: number
  readonly size: number
  readonly left: Tree<V>
  readonly right: Tree<V>
}

export type Tree<V> = TreeNode<V> | undefined

export function treeSize(tree: Tree<unknown>): number {
  return tree?.size ?? 0
}

export function treeGet<V>(tree: Tree<V>, key: Uint8Array): V | undefined {
  let node = tree
  while (node !== undefined) {
    const order = compareBytes(key, node.key)
    if (order === 0) return node.value
    node = order < 0 ? node.left : node.right
  }
  return undefined
}

export function treePut<V>(tree: Tree<V>, key: Buffer, value: V): TreeNode<V> {
  const [less, more] = split(treeDelete(tree, key), key)
  const single = node(key, value, priorityOf(key), undefined, undefined)
  return join(join(less, single), more)!
}

export function treeDelete<V>(tree: Tree<V>, key: Uint8Array): Tree<V> {
  if (tree === undefined) return undefined
  const order = compareBytes(key, tree.key)
  if (order === 0) return join(tree.left, tree.right)
  const { left, right } = tree
  const child = order < 0 ? left : right
  const changed = treeDelete(child, key)
  if (changed === child) return tree
  const less = order < 0 ? changed : left
  return node(tree.key, tree.value, tree.priority, less, order < 0 ? right : changed)
}

/** Without the keys in [begin, end); an empty `end` is open. */
export function treeDeleteRange<V>(tree: Tree<V>, begin: Uint8Array, end: Uint8Array): Tree<V> {
  const [less, rest] = split(tree, begin)
  return end.length === 0 ? less : join(less, split(rest, end)[1])
}

/** The first node behind `key` (or at it, with `inclusive`); of all without a key. */
export function treeAfter<V>(
  tree: Tree<V>,
  key: Uint8Array | undefined,
  inclusive: boolean,
): Tree<V> {
  let found: Tree<V>
  let at = tree
  while (at !== undefined) {
    const order = key === undefined ? -1 : compareBytes(key, at.key)
    if (order < 0 || (order === 0 && inclusive)) {
      found = at
      at = at.left
    } else {
      at = at.right
    }
  }
  return found
}

/** The last node before `key` (or at it, with `inclusive`); of all without a key. */
export function treeBefore<V>(
  tree: Tree<V>,
  key: Uint8Array | undefined,
  inclusive: boolean,
): Tree<V> {
  let found: Tree<V>
  let at = tree
  while (at !== undefined) {
    const order = key === undefined ? 1 : compareBytes(key, at.key)
    if (order > 0 || (order === 0 && inclusive)) {
      found = at
      at = at.right
    } else {
      at = at.left
    }
  }
  return found
}

function node<V>(
  key: Buffer,
  value: V,
  priority: number,
  left: Tree<V>,
  right: Tree<V>,
): TreeNode<V> {
  return { key, value, priority, left, right, size: treeSize(left) + treeSize(right) + 1 }
}

// Into the keys below `key` and the others.
function split<V>(tree: Tree<V>, key: Uint8Array): [Tree<V>, Tree<V>] {
  if (tree === undefined) return [undefined, undefined]
  const { left, right, priority } = tree
  if (compareBytes(key, tree.key) <= 0) {
    const [less, more] = split(left, key)
    return [less, node(tree.key, tree.value, priority, more, right)]
  }
  const [less, more] = split(right, key)
  return [node(tree.key, tree.value, priority, left, less), more]
}

// Every key of `less` is below every key of `more`.
function join<V>(less: Tree<V>, more: Tree<V>): Tree<V> {
  if (less === undefined) return more
  if (more === undefined) return less
  if (less.priority > more.priority) {
    return node(less.key, less.value, less.priority, less.left, join(less.right, more))
  }
  return node(more.key, more.value, more.priority, join(less, more.left), more.right)
}

function priorityOf(key: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
