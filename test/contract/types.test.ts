// Checked by the type checker as much as by the run: a wrong inference fails `tsc --noEmit`.

import { expect, it } from 'vitest'
import { msgpack, openMemory, tuple } from '../../src/index.js'

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

  const anything = store.namespace('anything')
  const unknown: unknown = anything.getSync(['a'])
  expect(unknown).toBeUndefined()
  await store.close()
})
