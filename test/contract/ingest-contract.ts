import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { LedgerstoneError } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError } from './expect-error.js'

const OPTIONS = { key: 'utf8', value: 'json' } as const

function keyOf(number: number): string {
  return `k${String(number).padStart(6, '0')}`
}

function* sorted(from: number, to: number): Generator<[string, number]> {
  for (let i = from; i < to; i++) yield [keyOf(i), i]
}

async function* slowly(from: number, to: number): AsyncGenerator<[string, number]> {
  for (const entry of sorted(from, to)) {
    if (entry[1] % 100 === 0) await sleep(0)
    yield entry
  }
}

export function ingestContract(store: CurrentStore): void {
  describe('an ingestion', () => {
    it('brings all of its entries at once', async () => {
      const a = store().namespace('a', OPTIONS)
      const before = store().sequence
      let seen = 0
      function* watched(): Generator<[string, number]> {
        for (const entry of sorted(0, 30_000)) {
          if (entry[1] % 1000 === 0) seen += a.range().countSync()
          yield entry
        }
      }
      const { entries, bytes, sequence } = await a.ingest(watched())
      expect(seen).toBe(0)
      expect(entries).toBe(30_000)
      expect(bytes).toBeGreaterThan(0)
      expect(sequence).toBe(store().sequence)
      expect(sequence).toBeGreaterThan(before)
      expect(a.range().countSync()).toBe(30_000)
      expect(a.getSync(keyOf(29_999))).toBe(29_999)
      expect(await a.range({ gte: keyOf(7), limit: 2 }).toArray()).toEqual([...sorted(7, 9)])
      expect((await a.getEntry(keyOf(3)))!.version).toBeLessThanOrEqual(sequence)
      expect(await store().verify()).toEqual([])
    })

    it('takes what comes in time, nothing, and a single entry', async () => {
      const a = store().namespace('a', OPTIONS)
      expect(await a.ingest(slowly(0, 1500))).toMatchObject({ entries: 1500 })
      const before = store().sequence
      expect(await a.ingest([])).toEqual({ entries: 0, bytes: 0, sequence: before })
      expect(await a.ingest([['z', 1]])).toMatchObject({ entries: 1 })
      expect(a.range().countSync()).toBe(1501)
    })

    it('is newer than the writes before it, and older than those after it', async () => {
      const a = store().namespace('a', OPTIONS)
      await a.put(keyOf(1), -1)
      using before = store().snapshot()
      const unawaited = a.put(keyOf(2), -2)
      await a.ingest(sorted(0, 10))
      await unawaited
      await a.put(keyOf(3), -3)
      await a.del(keyOf(4))
      const values = [0, 1, 2, 3, 4].map((i) => a.getSync(keyOf(i)))
      expect(values).toEqual([0, 1, 2, -3, undefined])
      expect(a.getSync(keyOf(1), { snapshot: before })).toBe(-1)
      expect(a.getSync(keyOf(5), { snapshot: before })).toBeUndefined()
      await store().compact()
      expect([0, 1, 2, 3, 4].map((i) => a.getSync(keyOf(i)))).toEqual(values)
    })

    it('names the entry that does not rise, and leaves nothing', async () => {
      const a = store().namespace('a', OPTIONS)
      await a.put('before', 0)
      const wrong = [
        [[...sorted(0, 20_000), [keyOf(5), 1]], 20_000],
        [[...sorted(0, 3), [keyOf(2), 1], ['z', 1]], 3],
        [[...sorted(5, 6), ...sorted(0, 1)], 1],
      ] as const
      for (const [entries, position] of wrong) {
        const error = await expectError('INVALID_ARGUMENT', () =>
          a.ingest(entries as Iterable<[string, number]>),
        )
        expect((error as LedgerstoneError).position).toBe(position)
      }
      expect(await a.range().keys().toArray()).toEqual(['before'])
      expect(await a.ingest(sorted(0, 3))).toMatchObject({ entries: 3 })
    })

    it('fails with what its source or an entry fails with, and leaves nothing', async () => {
      const a = store().namespace('a', OPTIONS)
      const broken = new Error('the source broke')
      function* breaking(): Generator<[string, number]> {
        yield* sorted(0, 20_000)
        throw broken
      }
      await expect(a.ingest(breaking())).rejects.toBe(broken)
      let returned = 0
      async function* watched(): AsyncGenerator<[string, number]> {
        try {
          yield* slowly(0, 5)
          yield [7 as never, 1]
          yield* slowly(5, 10)
        } finally {
          returned++
        }
      }
      await expectError('INVALID_TYPE', () => a.ingest(watched()))
      expect(returned).toBe(1)
      await expectError('INVALID_TYPE', () => a.ingest([[keyOf(1)]] as never))
      await expectError('INVALID_TYPE', () => a.ingest({} as never))
      await expectError('INVALID_TYPE', () => a.ingest(undefined as never))
      await expectError('INVALID_ARGUMENT', () => a.ingest([], { durability: 'os' } as never))
      await expectError('INVALID_TYPE', () => a.ingest([], { signal: 1 as never }))
      expect(a.range().countSync()).toBe(0)
      expect(await a.ingest(sorted(0, 3))).toMatchObject({ entries: 3 })
    })

    it('ends with the reason of its signal, also while its source keeps it waiting', async () => {
      const a = store().namespace('a', OPTIONS)
      const reason = new Error('enough')
      await expect(a.ingest(sorted(0, 3), { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      )
      const middle = new AbortController()
      function* aborting(): Generator<[string, number]> {
        for (const entry of sorted(0, 50_000)) {
          if (entry[1] === 25_000) middle.abort(reason)
          yield entry
        }
      }
      await expect(a.ingest(aborting(), { signal: middle.signal })).rejects.toBe(reason)
      const waiting = new AbortController()
      async function* hanging(): AsyncGenerator<[string, number]> {
        yield* slowly(0, 10)
        setImmediate(() => {
          waiting.abort(reason)
        })
        await new Promise(() => undefined)
      }
      await expect(a.ingest(hanging(), { signal: waiting.signal })).rejects.toBe(reason)
      expect(a.range().countSync()).toBe(0)
      const unused = new AbortController()
      expect(await a.ingest(slowly(0, 3), { signal: unused.signal })).toMatchObject({ entries: 3 })
    })

    it('ends with CLOSED when the store is closed', async () => {
      const a = store().namespace('a', OPTIONS)
      let closing: Promise<void> | undefined
      function* closed(): Generator<[string, number]> {
        for (const entry of sorted(0, 200_000)) {
          if (entry[1] === 50_000) closing = store().close()
          yield entry
        }
      }
      await expectError('CLOSED', () => a.ingest(closed()))
      await closing
      await expectError('CLOSED', () => a.ingest(sorted(0, 3)))
    })

    it('is refused beside another one and in a derived namespace', async () => {
      const a = store().namespace('a', OPTIONS)
      const b = store().namespace('b', OPTIONS)
      const derived = store().namespace('d', { ...OPTIONS, derived: true })
      await expectError('NOT_SUPPORTED', () => derived.ingest(sorted(0, 3)))
      const first = a.ingest(slowly(0, 500))
      await sleep(1)
      await expectError('CONFLICT', () => b.ingest(sorted(0, 3)))
      expect(await first).toMatchObject({ entries: 500 })
      expect(await b.ingest(sorted(0, 3))).toMatchObject({ entries: 3 })
    })

    it('makes a transaction run again that read before it', async () => {
      const a = store().namespace('a', OPTIONS)
      const found: unknown[] = []
      await store().transact(async (tx) => {
        found.push(tx.getSync(a, keyOf(1)))
        if (found.length === 1) await a.ingest(sorted(0, 3))
        tx.put(a, 'written', found.length)
      })
      expect(found).toEqual([undefined, 1])
      expect(a.getSync('written')).toBe(2)
    })

    it('is told to readers of changes, who would miss it', async () => {
      const a = store().namespace('a', OPTIONS)
      await a.put('before', 0)
      const from = store().sequence
      const live = store().changes()
      const next = live.next()
      await a.ingest(sorted(0, 3))
      await expectError('NOT_RETAINED', () => next)
      await expectError('NOT_RETAINED', () => store().changes({ after: from }))
      const { sequence } = store()
      await a.put('after', 1)
      for await (const change of store().changes({ after: sequence, until: store().sequence })) {
        expect(change.entries).toMatchObject([{ key: 'after', value: 1 }])
      }
    })

    it('gives each entry the time to live of its namespace', async () => {
      const a = store().namespace('a', { ...OPTIONS, ttl: 60 })
      await a.ingest(sorted(0, 3))
      await sleep(80)
      expect(a.range().countSync()).toBe(0)
    })
  })
}
