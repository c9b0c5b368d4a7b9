// What operands, range deletes and expiries come to after the store was closed and opened again.

import { afterAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Namespace, type Store, open } from '../../src/index.js'
import { expectThrow } from './expect-error.js'

const root = mkdtempSync(join(tmpdir(), 'ledgerstone-kept-'))
const HOUR_MS = 3_600_000
let stores = 0

afterAll(() => {
  rmSync(root, { recursive: true })
})

type Counters = Namespace<string, bigint, string, bigint | number>

function counters(store: Store): Counters {
  return store.namespace('counters', { key: 'utf8', value: 'i64', merge: 'add' })
}

describe.each([
  ['in the log', false],
  ['in tables', true],
])('kept %s', (_, flushed) => {
  async function reopened(fill: (store: Store) => Promise<unknown>): Promise<Store> {
    const path = join(root, `${stores++}`)
    const store = await open(path)
    await fill(store)
    if (flushed) await store.flush()
    await store.close()
    return open(path)
  }

  it('are counters with many operands, over several lives', async () => {
    const path = join(root, `${stores++}`)
    for (let life = 0; life < 4; life++) {
      const store = await open(path)
      const space = counters(store)
      const steps = Array.from({ length: 500 }, (_, i) => i)
      await Promise.all(steps.map((i) => space.merge(`k${i % 7}`, 1n)))
      if (flushed) await store.flush()
      if (flushed && life === 2) await store.compact(space)
      await store.close()
    }
    const store = await open(path, { readOnly: true })
    const values = [...counters(store).range().values()]
    expect(values).toHaveLength(7)
    expect(values.reduce((sum, value) => sum + value, 0n)).toBe(2000n)
    await store.close()
  })

  it('is a range delete, and what was put before and after it', async () => {
    const store = await reopened(async (first) => {
      const space = first.namespace('numbers', { key: 'u64', value: 'json' })
      await Promise.all(Array.from({ length: 2000 }, (_, i) => space.put(i, i)))
      await space.deleteRange({ gte: 10, lt: 1990 })
      await space.put(500, 'after')
    })
    const space = store.namespace('numbers', { key: 'u64', value: 'json' })
    const values = [...space.range().values()]
    expect(values).toHaveLength(21)
    expect(values.slice(9, 12)).toEqual([9, 'after', 1990])
    await store.close()
  })

  it('is the moment an entry expires', async () => {
    const store = await reopened(async (first) => {
      const space = first.namespace('sessions', { key: 'utf8', value: 'utf8', ttl: HOUR_MS })
      await Promise.all([space.put('a', '1'), space.put('b', '2', { expiresAt: 1 })])
    })
    expect([...store.namespace('sessions').range().values()]).toEqual(['1'])
    await store.close()
  })

  it('is the operator, which cannot be another', async () => {
    const store = await reopened(async (first) => counters(first).merge('a', 1))
    expectThrow('MISMATCH', () => store.namespace('counters', { merge: 'min' }))
    const space = store.namespace('counters') as unknown as Counters
    await space.merge('a', 2)
    expect(space.getSync('a')).toBe(3n)
    expect(store.namespaces()[0]).toMatchObject({ value: 'i64', merge: 'add' })
    await store.close()
  })
})
