import { describe, expect, it } from 'vitest'
import type { CurrentStore } from './contract.js'
import { expectError } from './expect-error.js'

export function conditionalContract(store: CurrentStore): void {
  const space = () => store().namespace('a', { key: 'utf8', value: 'json' })

  describe('conditional writes', () => {
    it('give each entry a version, which another write changes', async () => {
      const a = space()
      expect(a.getEntrySync('k')).toBeUndefined()
      expect(await a.getEntry('k')).toBeUndefined()
      await a.put('k', 1)
      const first = a.getEntrySync('k')!
      expect(first).toEqual({ value: 1, version: store().sequence })
      expect(await a.getEntry('k')).toEqual(first)
      using snapshot = store().snapshot()
      await a.put('k', 1)
      expect(a.getEntrySync('k')!.version).toBeGreaterThan(first.version)
      expect(await a.getEntry('k', { snapshot })).toEqual(first)
      expect(a.getEntrySync('k', { snapshot })).toEqual(first)
    })

    it('keep an entry’s version over flush and compaction', async () => {
      const a = store().namespace('large', { key: 'utf8', value: 'binary' })
      await a.put('k', Buffer.alloc(100_000, 3))
      const { version } = a.getEntrySync('k')!
      await store().flush()
      await store().compact()
      const found = await a.getEntry('k')
      expect([found!.version, found!.value.length]).toEqual([version, 100_000])
      await a.put('k', Buffer.alloc(1), { ifVersion: version })
    })

    it('put with ifAbsent makes an entry and never replaces one', async () => {
      const a = space()
      await a.put('k', 1, { ifAbsent: true })
      await expectError('CONFLICT', () => a.put('k', 2, { ifAbsent: true }))
      expect(a.getSync('k')).toBe(1)
      await a.del('k')
      await a.put('k', 3, { ifAbsent: true, durability: 'os' })
      expect(a.getSync('k')).toBe(3)
      await a.put('k', 4, { ifAbsent: false })
      expect(a.getSync('k')).toBe(4)
    })

    it('put and del with ifVersion need that very version', async () => {
      const a = space()
      await a.put('k', 1)
      const { version } = a.getEntrySync('k')!
      await a.put('k', 2, { ifVersion: version })
      await expectError('CONFLICT', () => a.put('k', 3, { ifVersion: version }))
      await expectError('CONFLICT', () => a.del('k', { ifVersion: version }))
      await expectError('CONFLICT', () => a.put('absent', 3, { ifVersion: version }))
      expect(a.getSync('k')).toBe(2)
      await a.del('k', { ifVersion: a.getEntrySync('k')!.version })
      expect(a.hasSync('k')).toBe(false)
    })

    it('of many at once let one through', async () => {
      const a = space()
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => a.put('k', i, { ifAbsent: true })),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled').length).toBe(1)
      const { version } = a.getEntrySync('k')!
      const next = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => a.put('k', i, { ifVersion: version })),
      )
      expect(next.filter(({ status }) => status === 'fulfilled').length).toBe(1)
    })

    it('see the writes that were called before them', async () => {
      const a = space()
      const before = a.put('k', 1)
      await expectError('CONFLICT', () => a.put('k', 2, { ifAbsent: true }))
      await before
    })

    it('take an expiry, and see an expired entry as absent', async () => {
      const a = space()
      await a.put('k', 1, { ifAbsent: true, expiresAt: 1 })
      expect(a.getEntrySync('k')).toBeUndefined()
      await a.put('k', 2, { ifAbsent: true, ttl: 3_600_000 })
      expect(a.getSync('k')).toBe(2)
    })

    it('see a merge as a new version', async () => {
      const n = store().namespace('n', { key: 'utf8', value: 'i64', merge: 'add' })
      await n.put('k', 1n)
      const first = n.getEntrySync('k')!
      await n.merge('k', 1n)
      expect(n.getEntrySync('k')!.version).toBeGreaterThan(first.version)
      await expectError('CONFLICT', () => n.put('k', 5n, { ifVersion: first.version }))
      await n.put('k', 5n, { ifVersion: n.getEntrySync('k')!.version })
      expect(n.getSync('k')).toBe(5n)
    })

    it('without a condition are plain writes', async () => {
      const a = space()
      await a.put('k', 1, { ifVersion: undefined, ifAbsent: undefined, durability: 'os' })
      await a.del('k', { ifVersion: undefined })
      expect(a.hasSync('k')).toBe(false)
    })

    it('refuse contradictions, wrong types and derived namespaces', async () => {
      const a = space()
      const d = store().namespace('d', { key: 'utf8', value: 'json', derived: true })
      await expectError('INVALID_ARGUMENT', () => a.put('k', 1, { ifAbsent: true, ifVersion: 1n }))
      await expectError('INVALID_TYPE', () => a.put('k', 1, { ifVersion: 1 as never }))
      await expectError('INVALID_TYPE', () => a.put('k', 1, { ifAbsent: 1 as never }))
      await expectError('INVALID_ARGUMENT', () => a.del('k', { ifAbsent: true } as never))
      await expectError('INVALID_ARGUMENT', () => d.put('k', 1, { ifAbsent: true }))
      expect(a.hasSync('k')).toBe(false)
    })
  })
}
