// Checked by the type checker as much as by the run: a wrong inference fails `tsc --noEmit`.

import { expect, it } from 'vitest'
import { json, msgpack, openMemory, tuple } from '../../src/index.js'

it('types of keys and values follow from the codecs', async () => {
  const store = await openMemory()
  const numbers = store.namespace('numbers', { key: 'u64', value: 'binary' })
  await numbers.put(1, Uint8Array.of(7))
  const key: bigint | undefined = [...numbers.range().keys()][0]
  const value: Buffer | undefined = numbers.getSync(1n)
  expect([key, value]).toEqual([1n, Buffer.of(7)])

  const rates = store.namespace('rates', {
    key: tuple<[string, number]>(),
    value: msgpack<{ bid: number }>(),
  })
  await rates.put(['a', 1], { bid: 2 })
  const bid: number | undefined = rates.getSync(['a', 1])?.bid
  expect(bid).toBe(2)
  expect(rates.range({ prefix: ['a'] }).countSync()).toBe(1)
  expect(rates.range({ gte: ['a'], lt: ['b'] }).countSync()).toBe(1)
  // @ts-expect-error: a bound of another type
  expect(rates.range({ gte: [1] }).countSync()).toBe(1)
  // @ts-expect-error: a key of another type
  expect(rates.hasSync(['a', 'b'])).toBe(false)
  // @ts-expect-error: a value of another type
  await rates.put(['a', 1], { bid: 'none' })
  // @ts-expect-error: a batch keeps the types
  await store.write((batch) => batch.put(rates, ['a', 1], 3))

  await rates.put(['a', 1], { bid: 2 }, { ttl: 1000 })
  await rates.deleteRange({ prefix: ['a'] })
  // @ts-expect-error: a bound of another type
  await rates.deleteRange({ prefix: ['a', 'b'] }).catch(() => undefined)

  const merge = 'json-merge-patch'
  const people = store.namespace('people', {
    key: 'utf8',
    value: json<{ name: string; address?: { city: string; zip: string } }>(),
    merge,
  })
  await people.merge('a', { name: 'Ada', address: { zip: null } })
  // @ts-expect-error: an operand of another type
  await people.merge('a', { address: { zip: 5 } })
  const counters = store.namespace('counters', { key: 'utf8', value: 'i64', merge: 'add' })
  await store.write((batch) => {
    batch.merge(counters, 'a', 1)
    batch.merge(counters, 'a', 2n)
    batch.put(counters, 'b', 3, { expiresAt: new Date(0) })
    batch.deleteRange(counters, { gt: 'a' })
    batch.merge(people, 'b', { name: null })
  })
  const counted: bigint | undefined = counters.getSync('a')
  expect(counted).toBe(3n)
  // @ts-expect-error: an operand of another type
  await counters.merge('a', '1').catch(() => undefined)

  const anything = store.namespace('anything')
  const unknown: unknown = anything.getSync(['a'])
  expect(unknown).toBeUndefined()
  await store.close()
})
