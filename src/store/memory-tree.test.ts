import { describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import { Random, seedFromEnvironment } from '../base/random.js'
import {
  type Tree,
  treeAfter,
  treeBefore,
  treeDelete,
  treeDeleteRange,
  treeGet,
  treePut,
  treeSize,
} from './memory-tree.js'

function entries(tree: Tree<Buffer>): string[] {
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
    const past: [Tree<Buffer>, string[]][] = []
    let tree: Tree<Buffer>
    for (let step = 0; step < 3000; step++) {
      const key = `k${random.below(200)}`
      if (random.oneIn(60)) {
        const [begin, end] = [`k${random.below(200)}`, `k${random.below(200)}`].sort()
        tree = treeDeleteRange(tree, Buffer.from(begin!), Buffer.from(end!))
        for (const known of model.keys()) if (known >= begin! && known < end!) model.delete(known)
      } else if (random.oneIn(3)) {
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

  it('loses a range from its begin up to its end, either of which may be open', () => {
    let tree: Tree<Buffer>
    for (const key of ['a', 'b', 'c', 'd']) tree = treePut(tree, Buffer.from(key), Buffer.alloc(0))
    const without = (begin: string, end: string): string =>
      entries(treeDeleteRange(tree, Buffer.from(begin), Buffer.from(end))).join('')
    expect(without('b', 'd')).toBe('a=d=')
    expect(without('aa', 'c0')).toBe('a=d=')
    expect(without('', 'b')).toBe('b=c=d=')
    expect(without('c', '')).toBe('a=b=')
    expect(without('', '')).toBe('')
    expect(without('x', '')).toBe('a=b=c=d=')
  })

  it('finds neighbours on both sides', () => {
    let tree: Tree<Buffer>
    for (const key of ['b', 'd', 'f']) tree = treePut(tree, Buffer.from(key), Buffer.alloc(0))
    const at = (node: Tree<Buffer>): string | undefined => node?.key.toString()
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
