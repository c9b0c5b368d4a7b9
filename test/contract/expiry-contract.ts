import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Namespace } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

const SOON_MS = 60
const HOUR_MS = 3_600_000

export function expiryContract(store: CurrentStore): void {
  const sessions = (ttl?: number): Namespace<string, string> =>
    store().namespace('sessions', {
      key: 'utf8',
      value: 'utf8',
      ...(ttl !== undefined && { ttl }),
    })

  async function gone(space: Namespace<string, string>, key: string): Promise<void> {
    const deadline = Date.now() + 5000
    while (space.hasSync(key)) {
      if (Date.now() > deadline) throw new Error(`'${key}' is still there`)
      await sleep(5)
    }
  }

  describe('expiry', () => {
    it('takes an entry from every kind of read when its time comes', async () => {
      const space = sessions()
      const begun = Date.now()
      await Promise.all([
        space.put('a', 'soon', { ttl: SOON_MS }),
        space.put('b', 'later', { ttl: HOUR_MS }),
        space.put('c', 'never'),
      ])
      await gone(space, 'a')
      expect(Date.now() - begun).toBeGreaterThanOrEqual(SOON_MS)
      const check = async (): Promise<void> => {
        expect(space.getSync('a')).toBeUndefined()
        expect(await space.get('a')).toBeUndefined()
        expect(await space.has('a')).toBe(false)
        expect(space.getManySync(['a', 'b', 'c'])).toEqual([undefined, 'later', 'never'])
        expect([...space.range().keys()]).toEqual(['b', 'c'])
        expect([...space.range({ reverse: true }).keys()]).toEqual(['c', 'b'])
        expect(space.range().countSync()).toBe(2)
      }
      await check()
      await store().flush()
      await check()
      await store().compact(space)
      await check()
    })

    it('is a moment, as a Date or in milliseconds; a past one is never seen', async () => {
      const space = sessions()
      const inAnHour = Date.now() + HOUR_MS
      await Promise.all([
        space.put('date', '1', { expiresAt: new Date(inAnHour) }),
        space.put('number', '2', { expiresAt: inAnHour }),
        space.put('past', '3', { expiresAt: Date.now() - 1 }),
        space.put('long past', '4', { expiresAt: new Date('1969-07-20') }),
        space.put('never', '5', { expiresAt: Infinity }),
      ])
      expect([...space.range().keys()]).toEqual(['date', 'never', 'number'])
      await store().flush()
      await store().compact()
      expect([...space.range().keys()]).toEqual(['date', 'never', 'number'])
    })

    it('hides what was put before', async () => {
      const space = sessions()
      await space.put('a', 'old')
      await store().flush()
      await space.put('a', 'new', { expiresAt: 1 })
      expect(space.hasSync('a')).toBe(false)
      await store().flush()
      await store().compact(space)
      expect(space.hasSync('a')).toBe(false)
      await space.put('a', 'newest')
      expect(space.getSync('a')).toBe('newest')
    })

    it('goes by the clock for snapshots too', async () => {
      const space = sessions()
      await space.put('a', '1', { ttl: SOON_MS })
      const snapshot = store().snapshot()
      await gone(space, 'a')
      expect(space.getSync('a', { snapshot })).toBeUndefined()
      snapshot.release()
    })

    it('of a value leaves the operands that were merged onto it', async () => {
      const space = store().namespace('counters', { key: 'utf8', value: 'i64', merge: 'add' })
      const options = { expiresAt: Date.now() + HOUR_MS }
      await Promise.all([space.put('a', 100, options), space.put('b', 100, { expiresAt: 1 })])
      await Promise.all([space.merge('a', 1), space.merge('b', 1), space.merge('b', 2)])
      expect(space.getManySync(['a', 'b'])).toEqual([101n, 3n])
      await store().flush()
      await store().compact(space)
      expect([...space.range().values()]).toEqual([101n, 3n])
    })

    it('is said for each put of a batch', async () => {
      const space = sessions()
      await store().write((batch) => {
        batch.put(space, 'a', '1', { ttl: HOUR_MS })
        batch.put(space, 'b', '2', { expiresAt: 5 })
        batch.put(space, 'c', '3', {})
        batch.put(space, 'd', '4', { ttl: SOON_MS })
      })
      await gone(space, 'd')
      expect([...space.range().values()]).toEqual(['1', '3'])
    })

    it('holds for a whole namespace unless a put says otherwise', async () => {
      const space = sessions(SOON_MS)
      expect(sessions(SOON_MS)).toBe(space)
      expect(sessions()).toBe(space)
      expectThrow('MISMATCH', () => sessions(SOON_MS + 1))
      await Promise.all([
        space.put('a', '1'),
        space.put('b', '2', { ttl: HOUR_MS }),
        space.put('c', '3', { ttl: Infinity, durability: 'os' }),
        store().write((batch) => {
          batch.put(space, 'd', '4')
          batch.put(space, 'e', '5', { expiresAt: Infinity })
        }),
      ])
      await Promise.all([gone(space, 'a'), gone(space, 'd')])
      expect([...space.range().keys()]).toEqual(['b', 'c', 'e'])
    })

    it('keeps large and empty values whole', async () => {
      const space = store().namespace('values', { key: 'u64', value: 'binary', ttl: HOUR_MS })
      const sizes = [0, 1, 119, 120, 127, 128, 16_375, 16_376, 65_536, 300_000]
      await Promise.all(sizes.map((size, i) => space.put(i, Buffer.alloc(size, i))))
      const check = (): void => {
        for (const [i, size] of sizes.entries()) {
          expect(space.getSync(i)!.equals(Buffer.alloc(size, i))).toBe(true)
        }
      }
      check()
      await store().flush()
      check()
      expect([...space.range().values()].map(({ length }) => length)).toEqual(sizes)
    })

    it('is refused where it is no time, and nothing is written', async () => {
      const space = sessions()
      const put = (options: unknown) => (): unknown => space.put('a', '1', options as never)
      for (const ttl of [0, -1, 1.5, NaN]) await expectError('INVALID_ARGUMENT', put({ ttl }))
      for (const ttl of ['1h', null, 5n]) await expectError('INVALID_TYPE', put({ ttl }))
      for (const expiresAt of [NaN, 0.5, new Date(NaN)]) {
        await expectError('INVALID_ARGUMENT', put({ expiresAt }))
      }
      await expectError('INVALID_TYPE', put({ expiresAt: '2030-01-01' }))
      await expectError('INVALID_ARGUMENT', put({ ttl: 5, expiresAt: 5 }))
      await expectError('INVALID_ARGUMENT', () => space.del('a', { ttl: 5 } as never))
      await expectError('INVALID_TYPE', () =>
        store().write((batch) => batch.put(space, 'a', '1', { ttl: 'soon' as never })),
      )
      await expectError('INVALID_ARGUMENT', () =>
        store().write((batch) => batch.put(space, 'a', '1', { durability: 'os' } as never)),
      )
      expectThrow('INVALID_ARGUMENT', () => store().namespace('b', { ttl: 0 }))
      expectThrow('INVALID_TYPE', () => store().namespace('b', { ttl: '1h' as never }))
      expect(space.hasSync('a')).toBe(false)
      expect(store().namespaces().map(({ name }) => name)).toEqual(['sessions'])
    })
  })
}
