import { describe, expect, it } from 'vitest'
import type { StoreHandle } from '../../src/store/store-handle.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

export function readContract(store: CurrentStore): void {
  describe('reads', () => {
    it('give undefined and false for what is absent', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'utf8' })
      expect(a.getSync('k')).toBeUndefined()
      expect(await a.get('k')).toBeUndefined()
      expect(a.hasSync('k')).toBe(false)
      expect(await a.has('k')).toBe(false)
      expect(a.getManySync(['k', 'l'])).toEqual([undefined, undefined])
      expect(await a.getMany(['k', 'l'])).toEqual([undefined, undefined])
      expect(await a.getMany([])).toEqual([])
    })

    it('give back what was put, in each of four ways', async () => {
      const a = store().namespace('a', { key: 'tuple', value: 'msgpack' })
      const value = { bid: 7.1201, tags: ['x'], at: new Date(0) }
      await a.put(['USD', 'CNY'], value)
      expect(a.getSync(['USD', 'CNY'])).toEqual(value)
      expect(await a.get(['USD', 'CNY'])).toEqual(value)
      expect(a.getManySync([['USD'], ['USD', 'CNY']])).toEqual([undefined, value])
      expect(await a.getMany([['USD', 'CNY'], ['USD']])).toEqual([value, undefined])
      expect(a.hasSync(['USD', 'CNY'])).toBe(true)
      expect(await a.has(['USD', 'CNY'])).toBe(true)
    })

    it('give binary values that later reads leave alone', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'binary' })
      await Promise.all([a.put(1, Buffer.from('one')), a.put(2n, Buffer.from('two'))])
      const one = a.getSync(1n)
      const [first, second] = a.range().values()
      expect(a.getSync(2)).toEqual(Buffer.from('two'))
      expect([one, first, second]).toEqual(['one', 'one', 'two'].map((text) => Buffer.from(text)))
    })

    it('hold empty values, and tell them from absence', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'binary' })
      await a.put('k', Buffer.alloc(0))
      expect(a.getSync('k')).toEqual(Buffer.alloc(0))
      expect(await a.has('k')).toBe(true)
      expect(a.getManySync(['j', 'k'])).toEqual([undefined, Buffer.alloc(0)])
    })

    it('tell of the presence of a large value without taking hold of it', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'binary' })
      await a.put('large', Buffer.alloc(100_000, 1))
      await store().flush()
      const { native } = store() as StoreHandle
      expect(a.hasSync('large')).toBe(true)
      expect(native.takeValue()).toHaveLength(0)
      expect([await a.has('large'), await a.has('absent')]).toEqual([true, false])
      expect(native.takeValue()).toHaveLength(0)
    })

    it.each([65_535, 65_536, 65_537, 1_000_000, 5_000_000])(
      'give back a value of %i bytes',
      async (size) => {
        const a = store().namespace('a', { key: 'utf8', value: 'binary' })
        const value = Buffer.alloc(size, 'pattern')
        await Promise.all([a.put('large', value), a.put('small', Buffer.of(1))])
        expect(a.getSync('large')!.equals(value)).toBe(true)
        expect((await a.get('large'))!.equals(value)).toBe(true)
        const keys = ['small', 'large', 'absent', 'large', 'small']
        const sizes = [1, size, undefined, size, 1]
        expect(a.getManySync(keys).map((bytes) => bytes?.length)).toEqual(sizes)
        expect((await a.getMany(keys)).map((bytes) => bytes?.length)).toEqual(sizes)
        expect([...a.range().values()].map((bytes) => bytes.length)).toEqual([size, 1])
        expect((await a.range().toArray()).map(([key]) => key)).toEqual(['large', 'small'])
      },
    )

    it('answer thousands of keys at once, in the order they were asked', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'utf8' })
      const numbers = Array.from({ length: 5000 }, (_, i) => i)
      await Promise.all(numbers.map((i) => a.put(i, `value ${i}`.repeat(1 + (i % 7)))))
      const keys = numbers.map((i) => (i * 7919) % 6000)
      const expected = keys.map((i) => (i < 5000 ? `value ${i}`.repeat(1 + (i % 7)) : undefined))
      expect(a.getManySync(keys)).toEqual(expected)
      expect(await a.getMany(keys)).toEqual(expected)
    })

    it('take keys of 65,535 bytes and refuse larger and empty ones', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'utf8' })
      const longest = 'k'.repeat(65_535)
      await a.put(longest, 'v')
      expect(a.getSync(longest)).toBe('v')
      expect(a.getManySync([longest, 'k'])).toEqual(['v', undefined])
      for (const key of ['', `${longest}k`, 'k'.repeat(10_000_000)]) {
        expectThrow('INVALID_ARGUMENT', () => a.getSync(key))
        expectThrow('INVALID_ARGUMENT', () => a.getManySync(['a', key]))
        await expectError('INVALID_ARGUMENT', () => a.put(key, 'v'))
        await expectError('INVALID_ARGUMENT', () => a.del(key))
      }
      expectThrow('INVALID_ARGUMENT', () => store().namespace('t').hasSync([]))
    })

    it('refuse wrong types: Sync forms throw, the others reject', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'utf8' })
      expectThrow('INVALID_TYPE', () => a.getSync(1 as never))
      expectThrow('INVALID_TYPE', () => a.getManySync('text' as never))
      const call = a.get(1 as never)
      await expectError('INVALID_TYPE', () => call)
      await expectError('INVALID_TYPE', () => a.getMany([1 as never]))
      await expectError('INVALID_TYPE', () => a.has(1 as never))
      await expectError('INVALID_ARGUMENT', () => a.get('k', { snap: 1 } as never))
      await expectError('INVALID_TYPE', () => a.get('k', { snapshot: {} as never }))
    })
  })
}
