import { describe, expect, it } from 'vitest'
import type { Bounds, Namespace } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError } from './expect-error.js'

type Numbers = Namespace<bigint, string, bigint | number>

const MANY = 100_000

export function deleteRangeContract(store: CurrentStore): void {
  async function letters(): Promise<Namespace<string, string>> {
    const space = store().namespace('letters', { key: 'utf8', value: 'utf8' })
    await Promise.all([...'abcdef'].map((key) => space.put(key, key)))
    return space
  }
  const keysOf = (space: Namespace<string, string>): string => [...space.range().keys()].join('')

  describe('deleteRange', () => {
    it.each<[string, Bounds<string> | undefined]>([
      ['', undefined],
      ['', {}],
      ['aef', { gte: 'b', lte: 'd' }],
      ['abdef', { gt: 'b', lt: 'd' }],
      ['abef', { gte: 'c', lt: 'e' }],
      ['abcd', { gte: 'e' }],
      ['ef', { lte: 'd' }],
      ['abdef', { prefix: 'c' }],
      ['abcdef', { gt: 'c', lt: 'd' }],
      ['abcdef', { gte: 'c', lt: 'c' }],
      ['abcdef', { gt: 'c', lt: 'c' }],
      ['abcdef', { gte: 'x' }],
      ['abcdef', { lt: '' }],
    ])('leaves %j of abcdef with %o', async (left, bounds) => {
      const space = await letters()
      await space.deleteRange(bounds)
      expect(keysOf(space)).toBe(left)
      await store().flush()
      await store().compact(space)
      expect(keysOf(space)).toBe(left)
      expect(space.getManySync([...'abcdef']).join('')).toBe(left)
    })

    it('takes 100,000 keys at once and leaves their neighbours', async () => {
      const space: Numbers = store().namespace('numbers', { key: 'u64', value: 'utf8' })
      for (let first = 0; first < MANY + 2; first += 5000) {
        const end = Math.min(first + 5000, MANY + 2)
        await store().write(
          (batch) => {
            for (let i = first; i < end; i++) batch.put(space, i, `value ${i}`)
          },
          { durability: 'memory' },
        )
      }
      const before = store().sequence
      await space.deleteRange({ gt: 0, lt: MANY + 1 }, { durability: 'os' })
      expect(store().sequence - before).toBe(1n)
      const check = (): void => {
        expect([...space.range().keys()]).toEqual([0n, BigInt(MANY + 1)])
        expect(space.range().countSync()).toBe(2)
        expect(space.getManySync([0, 1, MANY, MANY + 1])).toEqual([
          'value 0',
          undefined,
          undefined,
          `value ${MANY + 1}`,
        ])
      }
      check()
      await space.put(5, 'later')
      expect(space.getSync(5)).toBe('later')
      await space.del(5)
      await store().compact(space)
      check()
    })

    it('leaves snapshots and iterations that began before it alone', async () => {
      const space = await letters()
      const snapshot = store().snapshot()
      const iterator = space.range().keys()[Symbol.iterator]()
      iterator.next()
      await space.deleteRange({ gte: 'b', lte: 'e' })
      await store().flush()
      await store().compact(space)
      expect([...space.range({ snapshot }).keys()].join('')).toBe('abcdef')
      expect(space.getSync('c', { snapshot })).toBe('c')
      expect([...iterator].join('')).toBe('bcdef')
      expect(keysOf(space)).toBe('af')
      snapshot.release()
      await store().compact(space)
      expect(keysOf(space)).toBe('af')
    })

    it('stands in the order of its batch', async () => {
      const space = await letters()
      await store().write((batch) => {
        batch.put(space, 'bb', 'before')
        batch.put(space, 'x', 'outside')
        batch.deleteRange(space, { gte: 'b', lt: 'e' })
        batch.put(space, 'c', 'after')
        batch.deleteRange(space, { gt: 'e', lt: 'e' })
      })
      const left = ['a=a', 'c=after', 'e=e', 'f=f', 'x=outside']
      expect([...space.range()].map(([key, value]) => `${key}=${value}`)).toEqual(left)
    })

    it('takes whatever operands there are', async () => {
      const space = store().namespace('counters', { key: 'utf8', value: 'i64', merge: 'add' })
      await Promise.all([space.put('a', 1), space.merge('a', 2), space.merge('b', 3)])
      await space.deleteRange({ gte: 'a' })
      await space.merge('a', 10)
      expect([...space.range()]).toEqual([['a', 10n]])
    })

    it('goes by the order and the prefixes of tuples', async () => {
      const space = store().namespace('rates', { key: 'tuple', value: 'json' })
      const keys = [['CNY'], ['USD', 'CNY'], ['USD', 'EUR'], ['USDT', 'USD'], [5]]
      await Promise.all(keys.map((key) => space.put(key, 1)))
      await space.deleteRange({ prefix: ['USD'] })
      expect([...space.range().keys()]).toEqual([[5], ['CNY'], ['USDT', 'USD']])
      await space.deleteRange({ gte: ['CNY'] })
      expect([...space.range().keys()]).toEqual([[5]])
    })

    it('reaches the largest keys, and stops before and behind them', async () => {
      const space = store().namespace('large', { key: 'binary', value: 'utf8' })
      const large = (last: number): Buffer => Buffer.alloc(65_535, 7).fill(last, 65_534)
      const highest = Buffer.alloc(65_535, 0xff)
      const keys = [large(1), large(2), large(3), highest]
      const fill = (): Promise<unknown> =>
        Promise.all(keys.map((key, i) => space.put(key, `${i + 1}`)))
      const left = (): string => [...space.range().values()].join('')
      await fill()
      await space.deleteRange({ gte: large(2), lte: large(2) })
      expect(left()).toBe('134')
      await fill()
      await space.deleteRange({ gt: large(2), lt: highest })
      expect(left()).toBe('124')
      await space.deleteRange({ gt: large(1), lte: highest })
      expect(left()).toBe('1')
      await space.deleteRange({ gt: highest })
      expect(left()).toBe('1')
    })

    it('refuses bounds that are crossed, and does nothing', async () => {
      const space = await letters()
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({ gte: 'd', lt: 'b' }))
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({ gt: 'b', lt: 'a' }))
      await expectError('INVALID_ARGUMENT', () =>
        store().write((batch) => {
          batch.del(space, 'a')
          batch.deleteRange(space, { gte: 'd', lt: 'b' })
        }),
      )
      expect(keysOf(space)).toBe('abcdef')
    })

    it('refuses bounds that are all undefined, which would be everything', async () => {
      const space = await letters()
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({ prefix: undefined }))
      await expectError('INVALID_ARGUMENT', () =>
        space.deleteRange({ gte: undefined, lt: undefined }),
      )
      await space.deleteRange({ gte: 'c', lt: undefined })
      expect(keysOf(space)).toBe('ab')
    })

    it('refuses what range() refuses', async () => {
      const space = await letters()
      const numbers = store().namespace('numbers', { key: 'u64' })
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({ gt: 'a', gte: 'a' }))
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({ limit: 1 } as never))
      await expectError('INVALID_TYPE', () => space.deleteRange({ gt: 1 as never }))
      await expectError('INVALID_TYPE', () => space.deleteRange('a' as never))
      await expectError('INVALID_ARGUMENT', () => numbers.deleteRange({ prefix: 1 }))
      await expectError('INVALID_ARGUMENT', () => space.deleteRange({}, { ttl: 5 } as never))
      const derived = store().namespace('derived', { key: 'utf8', derived: true })
      await expectError('INVALID_ARGUMENT', () => derived.deleteRange())
      expect(keysOf(space)).toBe('abcdef')
    })

    it('that erases nothing is no entry', async () => {
      const space = await letters()
      const before = store().sequence
      await space.deleteRange({ gt: 'a', lt: 'a' })
      await store().write((batch) => batch.deleteRange(space, { gte: 'b', lt: 'b' }))
      expect(store().sequence).toBe(before)
    })

    it('goes to derived namespaces in batches with their position', async () => {
      const space = store().namespace('derived', { key: 'utf8', value: 'json', derived: true })
      await store().write(
        (batch) => {
          for (const key of 'abc') batch.put(space, key, 1)
        },
        { applied: 1n },
      )
      await store().write((batch) => batch.deleteRange(space, { gte: 'b' }), { applied: 2n })
      expect([...space.range().keys()]).toEqual(['a'])
    })
  })
}
