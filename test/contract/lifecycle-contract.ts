import { describe, expect, it } from 'vitest'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

export function lifecycleContract(store: CurrentStore): void {
  describe('a store', () => {
    it('tells about itself', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      await a.put('k', 1)
      expect(typeof store().path).toBe('string')
      expect(store().report).toMatchObject({ created: true, cutBytes: 0, lastSequence: 0n })
      await store().flush()
      const levels = store().levels()
      expect(levels.namespaces.map(({ namespace }) => namespace)).toEqual(['a'])
      expect(`${levels.toString()}`).toBe(levels.text)
      expect(levels.text).not.toBe('')
      expect(a.approximateBytesSync()).toBeGreaterThanOrEqual(0)
      expect(a.approximateBytesSync({ gte: 'z', lt: 'a' })).toBe(0)
    })

    it('flushes, compacts and verifies without a finding, and keeps what it holds', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'utf8' })
      const write = a.put(0, 'unawaited')
      await store().flush()
      await write
      await Promise.all(Array.from({ length: 1000 }, (_, i) => a.put(i, `value ${i}`)))
      await Promise.all(Array.from({ length: 500 }, (_, i) => a.del(i * 2)))
      await store().flush()
      await store().compact()
      await store().compact(a)
      await store().compact(a, { gte: 10, lt: 20 })
      await store().compact(a, { gte: 20, lt: 10 })
      expect(await store().verify()).toEqual([])
      expect(a.range().countSync()).toBe(500)
      expect(a.getSync(999)).toBe('value 999')
      expect(await a.get(998)).toBeUndefined()
      expect(await a.range({ gte: 995 }).keys().toArray()).toEqual([995n, 997n, 999n])
      await expectError('INVALID_ARGUMENT', () => store().compact({} as never))
    })

    it('refuses to compact bounds that it does not know, or that are of no namespace', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'utf8' })
      const call = (...args: unknown[]) => {
        return () => store().compact(args[0] as never, args[1] as never)
      }
      await expectError('INVALID_ARGUMENT', call(a, { gtee: 1 }))
      await expectError('INVALID_ARGUMENT', call(a, { gt: 1, gte: 1 }))
      await expectError('INVALID_ARGUMENT', call(undefined, { gte: 1 }))
      await expectError('INVALID_TYPE', call(a, null))
      await expectError('INVALID_TYPE', call(a, 7))
    })

    it('settles the writes of the turn it is closed in, and then closes', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const settled: string[] = []
      const write = a.put('k', 1).then(() => settled.push('write'))
      const closing = store()
        .close()
        .then(() => settled.push('close'))
      expect(store().closed).toBe(true)
      await Promise.all([write, closing])
      expect(settled).toEqual(['write', 'close'])
    })

    it('closes once, however often it is told to', async () => {
      const first = store().close()
      expect(store().close()).toBe(first)
      await first
      await store()[Symbol.asyncDispose]()
      expect(store().closed).toBe(true)
    })

    it('refuses everything with CLOSED from the moment close() is called', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      await Promise.all([a.put('k', 1), a.put('l', 2)])
      const snapshot = store().snapshot()
      const range = a.range()
      const iterator = range[Symbol.iterator]()
      const slow = range[Symbol.asyncIterator]()
      iterator.next()
      await slow.next()
      const closing = store().close()
      const calls = [
        () => a.get('k'),
        () => a.getMany(['k']),
        () => a.has('k'),
        () => a.put('k', 1),
        () => a.del('k'),
        () => a.drop(),
        () => range.count(),
        () => range.toArray(),
        () => slow.next(),
        () => store().write(() => undefined),
        () => store().flush(),
        () => store().compact(),
        () => store().verify(),
        () => a.ingest([]),
        () => a.getSync('k'),
        () => a.getManySync(['k']),
        () => a.hasSync('k'),
        () => a.range(),
        () => [...range],
        () => range.countSync(),
        () => range.approximateCount(),
        () => iterator.next(),
        () => a.approximateBytesSync(),
        () => store().namespace('a'),
        () => store().namespaces(),
        () => store().snapshot(),
        () => store().stats(),
        () => store().levels(),
        () => store().trace('/nowhere'),
        () => store().serveStatistics(),
        () => store().sequence,
        () => store().applied,
      ]
      for (const call of calls) await expectError('CLOSED', call)
      await closing
      for (const call of calls) await expectError('CLOSED', call)
      expect(() => {
        snapshot.release()
      }).not.toThrow()
      expect(iterator.return!()).toEqual({ done: true, value: undefined })
      expectThrow('CLOSED', () => a.getSync('k', { snapshot }))
    })
  })
}
