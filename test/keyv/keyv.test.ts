// What KeyvLedgerstone does beyond Keyv's own suite: persistence, lifetimes, durability, isolation.

import { Keyv } from 'keyv'
import { Keyv as Keyv5 } from 'keyv-5'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Store, open, openMemory } from '../../src/index.js'
import { KeyvLedgerstone } from '../../src/keyv.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('keyv')
const failures: unknown[] = []
let store: Store

beforeEach(async () => {
  store = await openMemory()
})

afterEach(async () => {
  vi.useRealTimers()
  await store.close()
  expect(failures.splice(0)).toEqual([])
})

function keyvOn(adapter: KeyvLedgerstone, namespace?: string): Keyv {
  const keyv = new Keyv({ store: adapter, namespace })
  keyv.on('error', (error: unknown) => failures.push(error))
  return keyv
}

function entries(): [unknown, unknown][] {
  return [...store.namespace('keyv').range()]
}

async function collect(keyv: Keyv): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const entry of keyv.iterator()) all.push(entry)
  return all
}

describe('KeyvLedgerstone on a path', () => {
  test('keeps entries over disconnect, and goes on when it is used again', async () => {
    const path = folder()
    const keyv = keyvOn(new KeyvLedgerstone(path), 'rates')
    expect(await keyv.set('USD/CNY', { bid: 7.1201 })).toBe(true)
    await keyv.disconnect()
    const other = keyvOn(new KeyvLedgerstone(path), 'rates')
    expect(await other.get('USD/CNY')).toEqual({ bid: 7.1201 })
    await other.disconnect()
    expect(await keyv.get('USD/CNY')).toEqual({ bid: 7.1201 })
    await keyv.disconnect()
  })

  test('reports through Keyv that another has the store, and works when it has not', async () => {
    const path = folder()
    const owner = await open(path)
    const keyv = keyvOn(new KeyvLedgerstone(path))
    expect(await keyv.set('a', 1)).toBe(false)
    expect(failures.splice(0)).toMatchObject([{ code: 'LOCKED' }])
    await owner.close()
    expect(await keyv.set('a', 1)).toBe(true)
    await keyv.disconnect()
  })

  test('writes as safely as asked, to disk by default', async () => {
    const path = folder()
    const onDisk = await open(path)
    const safe = new KeyvLedgerstone(onDisk)
    const quick = new KeyvLedgerstone(onDisk, { durability: 'os' })
    await quick.set('warm', 1)
    const counts = () => {
      const { disk, os } = onDisk.stats().writes.batchesByDurability
      return [disk, os] as const
    }
    const before = counts()
    await safe.set('a', 1)
    await quick.setMany([{ key: 'b', value: 1 }])
    await quick.delete('b')
    expect(counts()).toEqual([before[0] + 1, before[1] + 2])
    await onDisk.close()
  })
})

describe('A store that is given to KeyvLedgerstone', () => {
  test('stays open at disconnect', async () => {
    const keyv = keyvOn(new KeyvLedgerstone(store))
    await keyv.set('a', 1)
    await keyv.disconnect()
    expect(store.closed).toBe(false)
    expect(await keyv.get('a')).toBe(1)
  })

  test('holds namespaces apart, also that of no name and those that look alike', async () => {
    const names = [undefined, 'a', 'a:b', 'a\0', 'b'] as const
    const keyvs = names.map((name) => keyvOn(new KeyvLedgerstone(store), name))
    for (const [i, keyv] of keyvs.entries()) await keyv.set('b:k', i)
    expect(await Promise.all(keyvs.map((keyv) => keyv.get('b:k')))).toEqual([0, 1, 2, 3, 4])
    await keyvs[1]?.clear()
    await keyvs[0]?.clear()
    const left = [undefined, undefined, 2, 3, 4]
    expect(await Promise.all(keyvs.map((keyv) => keyv.get('b:k')))).toEqual(left)
    expect(await Promise.all(keyvs.map(collect))).toEqual(
      left.map((value) => (value === undefined ? [] : [['b:k', value]])),
    )
  })

  test('keeps what was set under the namespace that Keyv had then', async () => {
    const adapter = new KeyvLedgerstone(store, { namespace: 'before' })
    const written = adapter.set('k', 1)
    adapter.namespace = 'after'
    await written
    expect(await adapter.get('k')).toBeUndefined()
    adapter.namespace = 'before'
    expect(await adapter.get('k')).toBe(1)
  })

  test('holds values of every kind that Keyv hands down', async () => {
    const keyv = new Keyv({ store: new KeyvLedgerstone(store), serialization: false })
    const values = { text: 'x', bytes: Buffer.from([1, 2]), nested: { list: [1, null, 2n ** 70n] } }
    for (const [key, value] of Object.entries(values)) await keyv.set(key, value)
    expect(await keyv.getMany(Object.keys(values))).toEqual(Object.values(values))
  })

  test('writes many entries in one batch', async () => {
    const adapter = new KeyvLedgerstone(store)
    await adapter.get('open')
    const before = store.sequence
    const given = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: i }))
    expect(await adapter.setMany(given)).toEqual(given.map(() => true))
    expect(await adapter.hasMany(['k0', 'k49', 'k50'])).toEqual([true, true, false])
    expect(await adapter.deleteMany(['k0', 'k50'])).toEqual([true, false])
    expect(store.sequence - before).toBe(51n)
    const wrong = [...given, { key: 5 as unknown as string, value: 1 }]
    await expect(adapter.setMany(wrong)).rejects.toMatchObject({ code: 'INVALID_TYPE' })
    expect(store.sequence - before).toBe(51n)
  })
})

describe('A lifetime', () => {
  test.each([
    [6, (adapter: KeyvLedgerstone) => keyvOn(adapter)],
    [5, (adapter: KeyvLedgerstone) => new Keyv5({ store: adapter }) as unknown as Keyv],
  ] as const)('of Keyv %i ends, and the entry goes when it is met', async (keyv, make) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] })
    const cache = make(new KeyvLedgerstone(store, { keyv }))
    await cache.set('short', 1, 1000)
    await cache.setMany([
      { key: 'long', value: 2, ttl: 5000 },
      { key: 'ever', value: 3 },
    ])
    vi.advanceTimersByTime(999)
    expect(await cache.getMany(['short', 'long', 'ever'])).toEqual([1, 2, 3])
    vi.advanceTimersByTime(2)
    expect(await cache.getMany(['short', 'long', 'ever'])).toEqual([undefined, 2, 3])
    expect(await cache.has('short')).toBe(false)
    expect(entries()).toHaveLength(2)
    vi.advanceTimersByTime(5000)
    expect(await cache.get('long')).toBeUndefined()
    expect(await cache.get('ever')).toBe(3)
    expect(entries()).toHaveLength(1)
  })

  test('goes on while the store is closed', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] })
    const adapter = new KeyvLedgerstone(folder())
    await adapter.set('k', 'v', Date.now() + 1000)
    await adapter.disconnect()
    vi.advanceTimersByTime(1000)
    expect(await adapter.get('k')).toBeUndefined()
    await adapter.disconnect()
  })

  test('that is over at once removes what was there', async () => {
    const adapter = new KeyvLedgerstone(store)
    await adapter.set('k', 'old')
    expect(await adapter.set('k', 'new', Date.now() - 1)).toBe(true)
    expect(await adapter.get('k')).toBeUndefined()
    expect(entries()).toEqual([])
  })

  test('of a namespace is seen by its iterator, which removes what is over', async () => {
    const adapter = new KeyvLedgerstone(store)
    const past = Date.now() + 20
    await adapter.setMany([
      { key: 'a', value: 1, expires: past },
      { key: 'b', value: 2 },
    ])
    await vi.waitUntil(() => Date.now() > past)
    const seen: unknown[] = []
    for await (const entry of adapter.iterator()) seen.push(entry)
    expect(seen).toEqual([['b', 2]])
    expect(entries()).toHaveLength(1)
  })
})

test('A Keyv of no known version is refused', () => {
  expect(() => new KeyvLedgerstone('x', { keyv: 4 as 5 })).toThrow('keyv must be 5 or 6')
})
