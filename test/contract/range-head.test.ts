// A short range is one call of the engine, and makes no iterator.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { RANGE } from '../../src/binding/constants.js'
import type { NativeIterator } from '../../src/binding/native-types.js'
import { type Store, open, openMemory } from '../../src/index.js'
import { NamespaceHandle } from '../../src/store/namespace-handle.js'

const root = mkdtempSync(join(tmpdir(), 'ledgerstone-head-'))

afterAll(() => {
  rmSync(root, { recursive: true })
})

const engines: [name: string, make: () => Promise<Store>][] = [
  ['native', () => open(join(root, 'store'))],
  ['memory', openMemory],
]

describe.each(engines)('the head of a range, %s', (_, make) => {
  it('is the whole range where that ends in it, else an iterator stands behind it', async () => {
    await using store = await make()
    const entries = store.namespace('entries', { key: 'u64', value: 'utf8' })
    await store.write((batch) => {
      for (let key = 0; key < 10; key++) batch.put(entries, key, 'value')
    })
    if (!(entries instanceof NamespaceHandle)) throw new Error('not a handle')
    const { native, id } = entries
    const chunk = Buffer.alloc(4096)
    const head = (flags: number, bytes: Buffer, most: number) =>
      native.rangeHead(id, 0, flags, undefined, undefined, bytes, most)

    expect(head(0, chunk, 16)).toBe(10)
    expect(head(RANGE.endsAtMax, chunk, 4)).toBe(4)
    const rest = (most: number, bytes = chunk): number[] => {
      const iterator = head(0, bytes, most) as NativeIterator
      const counts = [iterator.headSize(), iterator.fillSync(chunk, 16)]
      iterator.close()
      return counts
    }
    expect(rest(4)).toEqual([4, 6])
    expect(rest(16, chunk.subarray(0, 50))).toEqual([2, 8])
    expect(rest(16, chunk.subarray(0, 5))).toEqual([0, 10])
  })
})
