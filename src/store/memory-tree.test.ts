import { describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import { Random, seedFromEnvironment } from '../base/random.js'
import {
  type Tree,
  treeAfter,
  treeBefore,
  treeDelete,
  treeGet,
  treePut,
  treeSize,
} from './memory-tree.js'

function entries(tree: Tree): string[] {
  const found: string[] = []
  let node = treeAfter(tree, undefined, true)
  for (; node !== undefined; node = treeAfter(tree, node.key, false)) {
    found.push(`${node.key.toString()}=${node.value.toString()}`)
  }
  return found
}

describe('the tree', () => {
  const seed = seedFromEnvironment()
  it(`holds what a map holds, and older roots stay as they were (LEDGERSTONE_SEED=${seed})`, () => {
    const random = new Random(seed)
    const model = new Map<string, string>()
    const past: [Tree, string[]][] = []
    let tree: Tree
    for (let step = 0; step < 3000; step++) {
      const key = `k${random.below(200)}`
      if (random.oneIn(3)) {
        tree = treeDelete(tree, Buffer.from(key))
        model.delete(key)
      } else {
        tree = treePut(tree, Buffer.from(key), Buffer.from(`${step}`))
        model.set(key, `${step}`)
      }
      expect(treeSize(tree)).toBe(model.size)
      if (random.oneIn(300)) past.push([tree, entries(tree)])
    }
    const expected = [...model].map(([key, value]) => `${key}=${value}`)
    expect(entries(tree)).toEqual(expected.sort((a, b) => compareBytes(keyOf(a), keyOf(b))))
    for (const [root, was] of past) expect(entries(root)).toEqual(was)
  })

  it('finds neighbours on both sides', () => {
    let tree: Tree
    for (const key of ['b', 'd', 'f']) tree = treePut(tree, Buffer.from(key), Buffer.alloc(0))
    const at = (node: Tree): string | undefined => node?.key.toString()
    const d = Buffer.from('d')
    expect([at(treeAfter(tree, d, true)), at(treeAfter(tree, d, false))]).toEqual(['d', 'f'])
    expect([at(treeBefore(tree, d, true)), at(treeBefore(tree, d, false))]).toEqual(['d', 'b'])
    expect(at(treeBefore(tree, undefined, true))).toBe('f')
    expect(at(treeAfter(tree, Buffer.from('f'), false))).toBeUndefined()
    expect(treeGet(tree, Buffer.from('c'))).toBeUndefined()
  })
})

function keyOf(entry: string): Buffer {
  return Buffer.from(entry.slice(0, entry.indexOf('=')))
}
