import { describe, expect, it } from 'vitest'
import type { Namespace, RangeOptions } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

type Letters = Namespace<string, number>

export function rangeContract(store: CurrentStore): void {
  const letters = async (): Promise<Letters> => {
    const space = store().namespace('letters', { key: 'utf8', value: 'json' }) as Letters
    await Promise.all([...'acegik'].map((letter, index) => space.put(letter, index)))
    return space
  }

  describe('range()', () => {
    it.each<[string, RangeOptions<string>]>([
      ['acegik', {}],
      ['egik', { gte: 'e' }],
      ['gik', { gt: 'e' }],
      ['egik', { gt: 'd' }],
      ['ace', { lte: 'e' }],
      ['ac', { lt: 'e' }],
      ['ceg', { gte: 'b', lte: 'h' }],
      ['kigeca', { reverse: true }],
      ['geca', { reverse: true, lte: 'g' }],
      ['eca', { reverse: true, lt: 'g' }],
      ['ki', { reverse: true, gt: 'g' }],
      ['ac', { limit: 2 }],
      ['kig', { limit: 3, reverse: true }],
      ['acegik', { limit: Infinity }],
      ['', { limit: 0 }],
      ['', { gte: 'f', lt: 'b' }],
      ['', { gt: 'e', lt: 'e' }],
      ['', { gte: 'e', lt: 'e' }],
      ['e', { gte: 'e', lte: 'e' }],
      ['', { lt: '' }],
      ['acegik', { gte: '' }],
      ['c', { prefix: 'c' }],
      ['', { prefix: 'c', gt: 'c' }],
      ['acegik', { prefix: '' }],
    ])('finds %j in the order asked for, in every form: %o', async (expected, options) => {
      const space = await letters()
      const range = space.range(options)
      const keys = [...expected]
      const entries = keys.map((key) => [key, 'acegik'.indexOf(key)])
      expect([...range]).toEqual(entries)
      expect([...range.keys()]).toEqual(keys)
      expect([...range.values()]).toEqual(entries.map(([, value]) => value))
      expect(await range.toArray()).toEqual(entries)
      expect(await range.keys().toArray()).toEqual(keys)
      const found: unknown[] = []
      for await (const value of range.values()) found.push(value)
      expect(found).toEqual(entries.map(([, value]) => value))
      expect(range.countSync()).toBe(keys.length)
      expect(await range.count()).toBe(keys.length)
      expect(range.approximateCount()).toBe(keys.length)
    })

    it('finds what is under a prefix of a tuple, and nothing beside it', async () => {
      const space = store().namespace('rates', { key: 'tuple', value: 'json' })
      const keys = [['US'], ['USD'], ['USD', 1], ['USD', 'CNY'], ['USDT', 1], ['V', 1]]
      await Promise.all(keys.map((key) => space.put(key, 0)))
      expect([...space.range({ prefix: ['USD'] }).keys()]).toEqual(keys.slice(1, 4))
      expect([...space.range({ prefix: ['USD'], reverse: true, limit: 1 }).keys()]).toEqual([
        ['USD', 'CNY'],
      ])
      expect([...space.range({ prefix: ['USD'], gt: ['USD', 1] }).keys()]).toEqual([['USD', 'CNY']])
      expect(space.range({ prefix: [] }).countSync()).toBe(6)
    })

    it('finds binary keys under a prefix of the highest bytes', async () => {
      const space = store().namespace('bytes', { key: 'binary', value: 'json' })
      const keys = ['fe', 'ff', 'ff00', 'ffff', 'ffffff'].map((hex) => Buffer.from(hex, 'hex'))
      await Promise.all(keys.map((key) => space.put(key, 0)))
      expect([...space.range({ prefix: Buffer.of(0xff) }).keys()]).toEqual(keys.slice(1))
      expect([...space.range({ prefix: Buffer.of(0xff, 0xff) }).keys()]).toEqual(keys.slice(3))
    })

    it('refuses contradictory bounds, unknown options and bad limits', async () => {
      const space = await letters()
      expectThrow('INVALID_ARGUMENT', () => space.range({ gt: 'a', gte: 'a' }))
      expectThrow('INVALID_ARGUMENT', () => space.range({ lt: 'a', lte: 'a' }))
      expectThrow('INVALID_ARGUMENT', () => space.range({ start: 'a' } as never))
      expectThrow('INVALID_ARGUMENT', () => space.range({ limit: -1 }))
      expectThrow('INVALID_ARGUMENT', () => space.range({ limit: 1.5 }))
      expectThrow('INVALID_TYPE', () => space.range({ limit: '1' as never }))
      expectThrow('INVALID_TYPE', () => space.range({ gte: 1 as never }))
      expectThrow('INVALID_TYPE', () => space.range({ reverse: 1 as never }))
      const numbers = store().namespace('numbers', { key: 'u64', value: 'json' })
      expectThrow('INVALID_ARGUMENT', () => numbers.range({ prefix: 1n }))
    })

    it('sees one state per iteration, the one when it starts', async () => {
      const space = await letters()
      const range = space.range()
      const sync = range[Symbol.iterator]()
      const slow = range[Symbol.asyncIterator]()
      expect(sync.next().value).toEqual(['a', 0])
      expect((await slow.next()).value).toEqual(['a', 0])
      await Promise.all([space.del('c'), space.put('d', 9), space.put('e', 9)])
      const rest = [...'cegik'].map((letter, index) => [letter, index + 1])
      expect([...sync]).toEqual(rest)
      const slowRest: unknown[] = []
      for await (const entry of slow) slowRest.push(entry)
      expect(slowRest).toEqual(rest)
      expect([...range.keys()].join('')).toBe('adegik')
    })

    it('ends for good after a break', async () => {
      const space = await letters()
      const iterator = space.range().keys()[Symbol.iterator]()
      for (const key of iterator) if (key === 'c') break
      expect([...iterator]).toEqual([])
      const slow = space.range().keys()[Symbol.asyncIterator]()
      for await (const key of slow) if (key === 'c') break
      expect(await slow.next()).toEqual({ done: true, value: undefined })
    })

    it('answers next() calls that do not wait for each other in order', async () => {
      const space = await letters()
      const iterator = space.range().keys()[Symbol.asyncIterator]()
      const answers = await Promise.all(Array.from({ length: 8 }, () => iterator.next()))
      const found: unknown[] = answers.map((answer) => answer.value as unknown)
      expect(found).toEqual([...'acegik', undefined, undefined])
    })

    it('walks thousands of entries of all sizes forward and backward', async () => {
      const space = store().namespace('many', { key: 'u64', value: 'binary' })
      const size = (i: number): number => (i % 500 === 0 ? 400_000 : (i * 31) % 900)
      const numbers = Array.from({ length: 3000 }, (_, i) => i)
      await Promise.all(numbers.map((i) => space.put(i, Buffer.alloc(size(i), i))))
      let next = 0
      for (const [key, value] of space.range()) {
        expect(key).toBe(BigInt(next))
        expect(value.equals(Buffer.alloc(size(next), next))).toBe(true)
        next++
      }
      expect(next).toBe(3000)
      for await (const key of space.range({ reverse: true, limit: 2000 }).keys()) {
        expect(key).toBe(BigInt(--next))
      }
      expect(next).toBe(1000)
      expect(space.range({ limit: 1234 }).countSync()).toBe(1234)
      expect((await space.range({ limit: 1234 }).toArray()).length).toBe(1234)
    })

    it('rejects rather than throws where it returns a promise', async () => {
      const space = await letters()
      const range = space.range()
      await space.drop()
      await expectError('CLOSED', () => range.count())
      await expectError('CLOSED', () => range.toArray())
      expectThrow('CLOSED', () => range.countSync())
    })
  })
}
