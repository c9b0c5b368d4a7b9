import { describe, expect, it } from 'vitest'
import { openMemory } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

export function snapshotContract(store: CurrentStore): void {
  describe('snapshots', () => {
    it('show every namespace as it was, to every kind of read', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const b = store().namespace('b', { key: 'utf8', value: 'json' })
      await Promise.all([a.put('k', 1), b.put('k', 1)])
      const snapshot = store().snapshot()
      expect(snapshot.sequence).toBe(store().sequence)
      await Promise.all([a.put('k', 2), a.put('l', 2), b.del('k')])
      expect(a.getSync('k', { snapshot })).toBe(1)
      expect(await b.get('k', { snapshot })).toBe(1)
      expect(a.getManySync(['k', 'l'], { snapshot })).toEqual([1, undefined])
      expect(await a.getMany(['k', 'l'], { snapshot })).toEqual([1, undefined])
      expect(await a.has('l', { snapshot })).toBe(false)
      expect([...a.range({ snapshot })]).toEqual([['k', 1]])
      expect(await b.range({ snapshot }).toArray()).toEqual([['k', 1]])
      expect(a.range({ snapshot }).countSync()).toBe(1)
      expect([...a.range()]).toEqual([
        ['k', 2],
        ['l', 2],
      ])
      snapshot.release()
    })

    it('are refused after their release, which may come twice', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const snapshot = store().snapshot()
      const range = a.range({ snapshot })
      snapshot.release()
      snapshot[Symbol.dispose]()
      expectThrow('CLOSED', () => a.getSync('k', { snapshot }))
      expectThrow('CLOSED', () => [...range])
      await expectError('CLOSED', () => a.get('k', { snapshot }))
      await expectError('CLOSED', () => a.getMany(['k'], { snapshot }))
      await expectError('CLOSED', () => range.count())
    })

    it('are refused by another store', async () => {
      const other = await openMemory()
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const snapshot = other.snapshot()
      expectThrow('INVALID_ARGUMENT', () => a.getSync('k', { snapshot }))
      await other.close()
    })

    it('do not hold back an iteration that began before the release', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'json' })
      await Promise.all(Array.from({ length: 500 }, (_, i) => a.put(i, i)))
      const snapshot = store().snapshot()
      const iterator = a.range({ snapshot }).keys()[Symbol.iterator]()
      iterator.next()
      snapshot.release()
      expect([...iterator].length).toBe(499)
    })
  })
}
