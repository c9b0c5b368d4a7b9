// What changes() and snapshot({ at }) do, for a store that retains its past, and for one that does
// not.

import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import type { Change, ChangeEntry, ChangesOptions, Store } from '../../src/index.js'
import { openMemory } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

const JSON_SPACE = { key: 'utf8', value: 'json' } as const

async function all(store: Store, options: ChangesOptions = {}): Promise<Change[]> {
  const changes: Change[] = []
  const feed = store.changes({ after: 0n, until: store.sequence, ...options })
  for await (const change of feed) changes.push(change)
  return changes
}

const text = (entry: ChangeEntry): string => {
  const key = 'key' in entry ? ` ${String(entry.key)}` : ''
  const value = 'value' in entry ? `=${JSON.stringify(entry.value)}` : ''
  return `${entry.type} ${entry.namespace}${key}${value}`
}
const texts = (changes: readonly Change[]): string[] =>
  changes.map(({ entries }) => entries.map(text).join(', '))

export function changesContract(store: CurrentStore): void {
  describe('changes', () => {
    it('gives every batch in commit order, one by one, with its own boundaries', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await Promise.all([
        a.put('k', 1),
        a.put('l', { deep: [1] }),
        store().write((batch) => {
          batch.put(a, 'm', 3)
          batch.del(a, 'k')
        }),
        a.del('l'),
      ])
      const changes = await all(store())
      expect(texts(changes)).toEqual([
        'create a',
        'put a k=1',
        'put a l={"deep":[1]}',
        'put a m=3, del a k',
        'del a l',
      ])
      expect(changes.map(({ first, sequence }) => [first, sequence])).toEqual([
        [1n, 1n],
        [2n, 2n],
        [3n, 3n],
        [4n, 5n],
        [6n, 6n],
      ])
    })

    it('gives a transaction as one batch, and nothing of one that was refused', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await a.put('k', 1)
      await store().transact(async (tx) => {
        tx.put(a, 'k', ((await tx.get(a, 'k')) as number) + 1)
        tx.put(a, 'l', 5)
      })
      await expectError('CONFLICT', () => a.put('k', 9, { ifAbsent: true }))
      expect(texts(await all(store()))).toEqual([
        'create a',
        'put a k=1',
        'put a k=2, put a l=5',
      ])
    })

    it('tells of merges, expiry, range deletes and namespaces', async () => {
      const counts = store().namespace('counts', { key: 'utf8', value: 'i64', merge: 'add' })
      const [info] = store().namespaces()
      await counts.merge('n', 5n)
      await counts.put('n', 7n, { expiresAt: 8e12 })
      await counts.deleteRange({ gte: 'a', lt: 'n' })
      await counts.deleteRange()
      await counts.drop()
      const again = store().namespace('counts', { key: 'utf8', value: 'i64' })
      await again.put('x', 1n)
      const entries = (await all(store())).flatMap((change) => change.entries)
      const ids = [...new Set(entries.map(({ namespaceId }) => namespaceId))]
      expect(ids).toHaveLength(2)
      const [old, young] = ids
      const codecs = { key: 'utf8', value: 'i64' }
      const common = { namespace: 'counts', namespaceId: old }
      const keyed = { ...common, codecs, raw: false, key: 'n' }
      expect(entries.slice(0, 6)).toEqual([
        {
          ...common,
          type: 'create',
          options: info,
        },
        { ...keyed, type: 'merge', value: 5n },
        { ...keyed, type: 'put', value: 7n, expiresAt: 8e12 },
        { ...common, codecs, type: 'deleteRange', gte: Buffer.from('a'), lt: Buffer.from('n') },
        { ...common, codecs, type: 'deleteRange' },
        { ...common, type: 'drop' },
      ])
      expect(entries.slice(6).map(({ type, namespaceId }) => [type, namespaceId])).toEqual([
        ['create', young],
        ['put', young],
      ])
    })

    it('leaves out derived namespaces', async () => {
      const a = store().namespace('a', JSON_SPACE)
      const derived = store().namespace('derived', { ...JSON_SPACE, derived: true })
      await store().write((batch) => batch.put(derived, 'k', 1), { applied: 1n })
      await a.put('k', 1)
      await store().write((batch) => batch.put(derived, 'k', 2), { applied: 2n })
      expect(texts(await all(store()))).toEqual(['create a', 'create derived', 'put a k=1'])
    })

    it('goes on behind any sequence, and never gives half a batch', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await store().write((batch) => {
        for (const key of ['p', 'q', 'r']) batch.put(a, key, key)
      })
      await a.put('s', 's')
      expect(texts(await all(store(), { after: 4n }))).toEqual(['put a s="s"'])
      const whole = ['put a p="p", put a q="q", put a r="r"', 'put a s="s"']
      for (const after of [1n, 2n, 3n]) {
        expect(texts(await all(store(), { after }))).toEqual(whole)
      }
      expect(await all(store(), { after: store().sequence })).toEqual([])
      expect(texts(await all(store(), { until: 3n }))).toEqual(['create a'])
      expectThrow('INVALID_ARGUMENT', () => store().changes({ after: store().sequence + 1n }))
    })

    it('goes on live, from the newest sequence where nothing else is said', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await a.put('before', 1)
      const feed = store().changes()
      const first = feed.next()
      const second = feed.next()
      await a.put('k', 1)
      await a.put('l', 2)
      expect(texts([(await first).value, (await second).value])).toEqual(['put a k=1', 'put a l=2'])
      expect(feed.position).toBe(store().sequence)
      await feed.return?.()
      expect(await feed.next()).toEqual({ done: true, value: undefined })
    })

    it('tells where to go on, also past batches that were left out', async () => {
      const a = store().namespace('a', JSON_SPACE)
      const b = store().namespace('b', JSON_SPACE)
      await store().write((batch) => {
        batch.put(a, 'k', 1)
        batch.put(b, 'k', 1)
      })
      await b.put('l', 2)
      const feed = store().changes({ after: 0n, until: store().sequence, namespaces: [a] })
      const given: Change[] = []
      for await (const change of feed) given.push(change)
      expect(texts(given)).toEqual(['create a', 'put a k=1'])
      expect(feed.position).toBe(store().sequence)
      expect(texts(await all(store(), { namespaces: ['b'] }))).toEqual([
        'create b',
        'put b k=1',
        'put b l=2',
      ])
    })

    it('gives bytes when asked to, and for codecs that nobody can know', async () => {
      const custom = {
        name: 'reversed',
        encodeInto: (value: string, target: Buffer, offset: number): number =>
          offset + target.write([...value].reverse().join(''), offset),
        decode: (source: Buffer, start: number, end: number): string =>
          [...source.toString('utf8', start, end)].reverse().join(''),
      }
      const a = store().namespace('a', { key: 'utf8', value: custom })
      await a.put('k', 'abc')
      const entryOf = async (options: ChangesOptions): Promise<ChangeEntry | undefined> =>
        (await all(store(), options)).at(-1)?.entries[0]
      const bytes = { raw: true, key: Buffer.from('k'), value: Buffer.from('cba') }
      expect(await entryOf({})).toMatchObject({ raw: false, key: 'k', value: 'abc' })
      expect(await entryOf({ raw: true })).toMatchObject(bytes)
      await a.drop()
      const dropped = (await all(store())).at(-2)?.entries[0]
      expect(dropped).toMatchObject({ namespace: 'a', codecs: { key: 'utf8', value: 'reversed' } })
    })

    it('gives arrays of changes, in the same order, from the same walk', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await Promise.all(Array.from({ length: 3000 }, (_, i) => a.put(`k${i}`, i)))
      const feed = store().changes({ after: 1n, until: store().sequence })
      const changes: Change[] = []
      const one = await feed.next()
      if (one.done !== true) changes.push(one.value)
      let arrays = 0
      for await (const batch of feed.batches()) {
        arrays++
        changes.push(...batch)
      }
      expect(changes.map((change) => (change.entries[0] as { value: number }).value)).toEqual(
        Array.from({ length: 3000 }, (_, i) => i),
      )
      expect(arrays).toBeLessThan(100)
      expect(feed.position).toBe(store().sequence)
    })

    it('gives a batch that is larger than what is read at once', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'binary' })
      const large = Buffer.alloc(3_000_000, 'x')
      await store().write((batch) => {
        batch.put(a, 'large', large)
        batch.put(a, 'small', Buffer.from('y'))
      })
      const changes = await all(store(), { after: 1n })
      expect(changes).toHaveLength(1)
      expect(changes[0]!.entries.map((entry) => (entry as { value: Buffer }).value.length)).toEqual(
        [large.length, 1],
      )
    })

    it('ends with its signal, by the reason', async () => {
      const controller = new AbortController()
      const feed = store().changes({ signal: controller.signal })
      const waiting = feed.next()
      controller.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      expect(await feed.next()).toEqual({ done: true, value: undefined })
      const late = store().changes({ signal: AbortSignal.abort(new Error('never')) })
      await expect(late.next()).rejects.toThrow('never')
    })

    it('ends with the store: done, or CLOSED where more was asked for', async () => {
      const endless = store().changes().next()
      const asked = store().changes({ until: store().sequence + 5n }).next()
      const left = store().changes()
      const waiting = left.next()
      void left.return?.()
      expect(await waiting).toEqual({ done: true, value: undefined })
      await store().close()
      expect(await endless).toEqual({ done: true, value: undefined })
      await expectError('CLOSED', () => asked)
      expectThrow('CLOSED', () => store().changes())
    })

    it('refuses what makes no sense', async () => {
      const options = [{ after: 1 }, { until: '1' }, { namespaces: 'a' }, { signal: {} }]
      for (const each of options) {
        expectThrow('INVALID_TYPE', () => store().changes(each as unknown as ChangesOptions))
      }
      expectThrow('INVALID_ARGUMENT', () => store().changes({ from: 1n } as ChangesOptions))
      expectThrow('INVALID_ARGUMENT', () => store().changes({ after: -1n }))
    })

    it('can be replayed into another store, byte for byte', async () => {
      const options = { key: 'tuple', value: 'json', merge: 'json-merge-patch' } as const
      const a = store().namespace('a', options)
      const random = new Random(seedFromEnvironment())
      for (let i = 0; i < 200; i++) {
        const key = ['k', random.below(20)]
        const kind = random.below(10)
        if (kind < 5) await a.put(key, { i })
        else if (kind < 7) await a.del(key)
        else if (kind < 9) await a.merge(key, { [`f${i % 3}`]: i })
        else await a.deleteRange({ gte: ['k', random.below(10)], lt: ['k', 10 + random.below(9)] })
      }
      for (const raw of [false, true]) {
        const mirror = await openMemory()
        const copy = mirror.namespace('copy', options)
        for (const change of await all(store(), { namespaces: [a], raw })) {
          await mirror.write((batch) => {
            for (const entry of change.entries) {
              if (entry.type !== 'create') batch.replay(copy, entry)
            }
          })
        }
        expect([...copy.range()]).toEqual([...a.range()])
        const other = mirror.namespace('other', { key: 'utf8', value: 'json' })
        const [, change] = await all(store())
        const replay = (): Promise<void> =>
          mirror.write((batch) => {
            batch.replay(other, change!.entries[0]!)
          })
        await expectError('MISMATCH', replay)
        await mirror.close()
      }
    })
  })

  describe('snapshots of the past', () => {
    it('show each state as it was right after its commit', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'i64', merge: 'add' })
      const states: [bigint, [string, bigint][]][] = []
      const random = new Random(seedFromEnvironment())
      for (let i = 0; i < 120; i++) {
        const key = `k${random.below(6)}`
        const kind = random.below(8)
        if (kind < 3) await a.put(key, BigInt(i))
        else if (kind < 5) await a.merge(key, 100n)
        else if (kind < 6) await a.del(key)
        else if (kind < 7) await a.deleteRange({ gte: 'k1', lt: 'k4' })
        else await store().flush()
        states.push([store().sequence, [...a.range()]])
      }
      await store().compact()
      for (const [at, expected] of states) {
        using snapshot = await store().snapshot({ at })
        expect(snapshot.sequence).toBe(at)
        expect([...a.range({ snapshot })]).toEqual(expected)
      }
    })

    it('never show half a batch', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await Promise.all([
        store().write((batch) => {
          for (const key of ['p', 'q', 'r']) batch.put(a, key, 1)
        }),
        a.put('s', 2),
      ])
      for (const at of [2n, 3n, 4n]) {
        using snapshot = await store().snapshot({ at })
        expect(snapshot.sequence).toBe(4n)
        expect([...a.range({ snapshot }).keys()]).toEqual(['p', 'q', 'r'])
      }
    })

    it('are refused above what there is, and for what is no sequence', async () => {
      const at = store().sequence + 1n
      await expectError('INVALID_ARGUMENT', () => store().snapshot({ at }))
      await expectError('INVALID_TYPE', () => store().snapshot({ at: 1 as unknown as bigint }))
      await expectError('INVALID_ARGUMENT', () => store().snapshot({ at: -1n }))
    })

    it('know nothing of a namespace that was dropped, or made since', async () => {
      const a = store().namespace('a', JSON_SPACE)
      await a.put('k', 1)
      const at = store().sequence
      await a.drop()
      const again = store().namespace('a', JSON_SPACE)
      await again.put('l', 2)
      using snapshot = await store().snapshot({ at })
      expect([...again.range({ snapshot })]).toEqual([])
    })
  })
}

/** For stores that retain little, and for those that retain nothing. */
export function forgettingContract(store: CurrentStore): void {
  describe('a store that forgets', () => {
    it('tells NOT_RETAINED with the earliest sequence, which never goes down', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'binary' })
      let floor = store().floor
      for (let i = 0; i < 40; i++) {
        await a.put(`k${i}`, Buffer.alloc(60_000, i), { durability: 'os' })
        if (i % 4 === 0) await store().flush()
        expect(store().floor).toBeGreaterThanOrEqual(floor)
        floor = store().floor
      }
      await store().flush()
      const earliest = store().floor
      expect(earliest).toBeGreaterThan(2n)
      const error = { code: 'NOT_RETAINED', earliest }
      expect(() => store().changes({ after: earliest - 1n })).toThrow(
        expect.objectContaining(error),
      )
      const changes = await all(store(), { after: earliest })
      expect(changes.at(-1)?.sequence ?? earliest).toBe(store().sequence)
      await expectError('NOT_RETAINED', () => store().snapshot({ at: 1n }))
      using newest = await store().snapshot({ at: store().sequence })
      expect(newest.sequence).toBe(store().sequence)
    })
  })
}
