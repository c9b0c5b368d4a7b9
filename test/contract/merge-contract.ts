import { describe, expect, it } from 'vitest'
import type { Namespace } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'
import { RFC_7396_EXAMPLES } from './rfc-7396.js'

type Counters = Namespace<string, bigint, string, bigint | number>

const I64_MAX = 2n ** 63n - 1n
const I128_MAX = 2n ** 127n - 1n

export function mergeContract(store: CurrentStore): void {
  const counters = (value: 'i64' | 'i128' = 'i64'): Counters =>
    store().namespace('counters', { key: 'utf8', value, merge: 'add' })

  describe('merges', () => {
    it('count without reading, over flushes and compactions', async () => {
      const space = counters()
      await space.put('b', 1000)
      for (let round = 0; round < 5; round++) {
        const steps = Array.from({ length: 400 }, (_, i) => i)
        await Promise.all(steps.map((i) => space.merge(i % 2 === 0 ? 'a' : 'b', BigInt(i))))
        if (round % 2 === 0) await store().flush()
        if (round === 3) await store().compact(space)
      }
      const [a, b] = [5n * 39_800n, 1000n + 5n * 40_000n]
      expect(space.getSync('a')).toBe(a)
      expect(await space.get('b')).toBe(b)
      expect(space.getManySync(['b', 'c', 'a'])).toEqual([b, undefined, a])
      expect([...space.range()]).toEqual([
        ['a', a],
        ['b', b],
      ])
      expect([...space.range({ reverse: true }).values()]).toEqual([b, a])
      expect(space.range().countSync()).toBe(2)
      expect(space.hasSync('a')).toBe(true)
    })

    it('add numbers of 128 bits', async () => {
      const space = counters('i128')
      await space.merge('a', I128_MAX - 5n)
      await space.merge('a', 5)
      await space.merge('b', -(2n ** 100n))
      await space.merge('b', 2n ** 101n)
      expect([...space.range()]).toEqual([
        ['a', I128_MAX],
        ['b', 2n ** 100n],
      ])
    })

    it('begin with nothing after a delete, and give way to a put', async () => {
      const space = counters()
      await space.merge('a', 5)
      await space.del('a')
      expect(space.getSync('a')).toBeUndefined()
      await space.merge('a', 7)
      expect(space.getSync('a')).toBe(7n)
      await store().flush()
      await space.put('a', 1)
      await space.merge('a', 1)
      expect(space.getSync('a')).toBe(2n)
    })

    it('are seen by snapshots as they were', async () => {
      const space = counters()
      await space.put('a', 1)
      const first = store().snapshot()
      await space.merge('a', 2)
      const second = store().snapshot()
      await space.merge('a', 4)
      await store().flush()
      await store().compact(space)
      const seen = [first, second, undefined].map((snapshot) => space.getSync('a', { snapshot }))
      expect(seen).toEqual([1n, 3n, 7n])
      expect([...space.range({ snapshot: second }).values()]).toEqual([3n])
      first.release()
      second.release()
    })

    it('that overflow fail every kind of read, and leave the others alone', async () => {
      const space = counters()
      await Promise.all([space.put('a', 1), space.put('b', I64_MAX), space.put('c', 3)])
      await space.merge('b', 1)
      const check = async (): Promise<void> => {
        expectThrow('MERGE_FAILED', () => space.getSync('b'))
        await expectError('MERGE_FAILED', () => space.get('b'))
        expectThrow('MERGE_FAILED', () => space.hasSync('b'))
        expectThrow('MERGE_FAILED', () => space.getManySync(['a', 'b']))
        await expectError('MERGE_FAILED', () => space.getMany(['a', 'b']))
        expectThrow('MERGE_FAILED', () => [...space.range()])
        expectThrow('MERGE_FAILED', () => [...space.range({ reverse: true })])
        await expectError('MERGE_FAILED', () => space.range().toArray())
        await expectError('MERGE_FAILED', () => space.range().count())
        expect(space.getManySync(['a', 'c'])).toEqual([1n, 3n])
        expect([...space.range({ gt: 'b' })]).toEqual([['c', 3n]])
      }
      await check()
      await store().flush()
      await check()
      await space.put('b', 2)
      expect([...space.range().values()]).toEqual([1n, 2n, 3n])
    })

    it('append in the order of the calls', async () => {
      const text = store().namespace('text', { key: 'u64', value: 'utf8', merge: 'append' })
      const bytes = store().namespace('bytes', { key: 'u64', value: 'binary', merge: 'append' })
      const words = Array.from({ length: 300 }, (_, i) => `${i},`)
      for (const [i, word] of words.entries()) {
        void text.merge(1, word)
        void bytes.merge(1, Buffer.from(word))
        if (i % 100 === 50) await store().flush()
      }
      await text.merge(2, '')
      expect(text.getSync(1)).toBe(words.join(''))
      expect((await bytes.get(1))?.toString()).toBe(words.join(''))
      expect(text.getSync(2)).toBe('')
    })

    it.each<[string, 'max' | 'min', object]>([
      ['i64', 'max', { merged: [5, -7n, 3], result: 5n }],
      ['i64', 'min', { merged: [5, -7n, 3], result: -7n }],
      ['i128', 'max', { merged: [-(2n ** 90n), -1], result: -1n }],
      ['u64', 'min', { merged: [300, 7, 2n ** 64n - 1n], result: 7n }],
      ['utf8', 'max', { merged: ['b', 'ab', 'é'], result: 'é' }],
      ['binary', 'min', { merged: [Buffer.of(2), Buffer.of(1, 9)], result: Buffer.of(1, 9) }],
    ])('of %s values keep the %s', async (value, merge, sample) => {
      const { merged, result } = sample as { merged: unknown[]; result: unknown }
      const options = { key: 'utf8', value, merge } as { key: 'utf8'; merge: 'max' }
      const space = store().namespace('extremes', options) as Namespace<string, unknown>
      for (const operand of merged) await space.merge('k', operand)
      expect(space.getSync('k')).toEqual(result)
      await store().flush()
      await store().compact()
      expect(space.getSync('k')).toEqual(result)
    })

    it.each(RFC_7396_EXAMPLES)('patch JSON: %j with %j is %j', async (original, patch, result) => {
      const space = store().namespace('documents', {
        key: 'utf8',
        value: 'json',
        merge: 'json-merge-patch',
      })
      await space.put('k', original)
      await space.merge('k', patch)
      expect(space.getSync('k')).toEqual(result)
    })

    it('patch JSON step by step, and from nothing', async () => {
      const space = store().namespace('documents', {
        key: 'utf8',
        value: 'json',
        merge: 'json-merge-patch',
      })
      await space.merge('k', { name: 'Ada', address: { city: 'London', zip: null } })
      await space.merge('k', { address: { zip: 'W1' }, tags: ['a'] })
      await store().flush()
      await space.merge('k', { name: null, tags: ['b'] })
      expect(space.getSync('k')).toEqual({ address: { city: 'London', zip: 'W1' }, tags: ['b'] })
    })

    it('of JSON refuse what is nested too deep, and nothing else of the turn', async () => {
      const space = store().namespace('documents', {
        key: 'utf8',
        value: 'json',
        merge: 'json-merge-patch',
      })
      const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
      const good = [space.merge('a', nested(256)), space.put('b', nested(300))]
      const bad = expectError('INVALID_ARGUMENT', () => space.merge('c', nested(257)))
      await Promise.all([...good, bad])
      expect(space.getSync('a')).toEqual(nested(256))
      expect(space.getSync('b')).toEqual(nested(300))
      await space.merge('b', {})
      expectThrow('MERGE_FAILED', () => space.getSync('b'))
    })

    it('are refused at the call where nothing can be merged', async () => {
      const plain = store().namespace('plain', { key: 'utf8', value: 'i64' })
      const good = plain.put('a', 1)
      await expectError('INVALID_ARGUMENT', () => plain.merge('a', 1))
      await expectError('INVALID_ARGUMENT', () =>
        store().write((batch) => {
          batch.put(plain, 'b', 1)
          batch.merge(plain, 'a', 1)
        }),
      )
      await good
      expect([...plain.range()]).toEqual([['a', 1n]])
    })

    it('are refused with an operand or option that does not fit', async () => {
      const space = counters()
      await expectError('INVALID_TYPE', () => space.merge('a', '1' as never))
      await expectError('INVALID_ARGUMENT', () => space.merge('a', I64_MAX + 1n))
      await expectError('INVALID_ARGUMENT', () => space.merge('', 1))
      await expectError('INVALID_ARGUMENT', () => space.merge('a', 1, { ttl: 5 } as never))
      expect(space.hasSync('a')).toBe(false)
    })

    it('in a batch stand in its order', async () => {
      const space = counters()
      await space.put('a', 100)
      await store().write((batch) => {
        batch.merge(space, 'a', 1)
        batch.del(space, 'b')
        batch.merge(space, 'b', 2)
        batch.merge(space, 'b', 3n)
        batch.put(space, 'c', 10)
        batch.merge(space, 'c', -1)
      })
      expect(space.getManySync(['a', 'b', 'c'])).toEqual([101n, 5n, 9n])
    })

    it('go to derived namespaces in batches with their position', async () => {
      const options = { key: 'utf8', value: 'i64', merge: 'add', derived: true } as const
      const space = store().namespace('derived', options)
      await expectError('INVALID_ARGUMENT', () => space.merge('a', 1))
      await store().write((batch) => batch.merge(space, 'a', 4), { applied: 1n })
      await store().write((batch) => batch.merge(space, 'a', 5), { applied: 2n })
      expect(space.getSync('a')).toBe(9n)
    })
  })

  describe('the option merge', () => {
    it('is listed, and taken from the record when not given', () => {
      store().namespace('a', { key: 'utf8', value: 'i128', merge: 'add' })
      store().namespace('b', { value: 'json', merge: 'json-merge-patch' })
      store().namespace('c')
      expect(store().namespaces().map(({ merge }) => merge)).toEqual([
        'add',
        'json-merge-patch',
        undefined,
      ])
      expect(store().namespace('a')).toBe(store().namespace('a', { merge: 'add' }))
    })

    it('refuses another operator than the recorded one, and names both', () => {
      store().namespace('a', { key: 'utf8', value: 'i64', merge: 'add' })
      store().namespace('b', { key: 'utf8', value: 'i64' })
      expectThrow('MISMATCH', () => store().namespace('a', { merge: 'max' }))
      expect(() => store().namespace('b', { merge: 'add' })).toThrow(/'none', not 'add'/)
    })

    it.each<[string, string]>([
      ['add', 'msgpack'],
      ['add', 'u64'],
      ['add', 'binary'],
      ['append', 'json'],
      ['append', 'i64'],
      ['max', 'json'],
      ['min', 'msgpack'],
      ['json-merge-patch', 'utf8'],
      ['multiply', 'i64'],
      ['toString', 'i64'],
    ])('refuses %s for values of %s', (merge, value) => {
      expectThrow('INVALID_ARGUMENT', () => store().namespace('a', { value, merge } as never))
      expect(store().namespaces()).toEqual([])
    })
  })
}
